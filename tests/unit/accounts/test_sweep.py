"""An organization too large for one run, from a delegated administrator: read in stretches, judged as one."""

from collections.abc import Iterator
from uuid import NAMESPACE_DNS, uuid5

import pytest

from functions.accounts import sweep
from functions.accounts.reconcile import DELEGATED, Reconciliation
from functions.accounts.reconcile_scope import Scope, read_scope
from functions.aws.identity_center import AccountAssignment
from functions.aws.sweep_store import Stretch, _packed, _unpacked
from functions.inbox import Envelope
from tests.unit.accounts.aws_in_memory import MANAGEMENT, MemberAccount
from tests.unit.accounts.company import ENFORCE, FULL, GRANTS, ONE, THREE, TWO, Company, opened

READ = "list_permission_sets_provisioned_to_account"


@pytest.fixture(autouse=True)
def _one_account_a_run(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sweep, "MOST", 1)


def large(policy: str = ENFORCE) -> Company:
    """Everything that the policy wants is there; the management account is not the hub's."""
    company = Company(policy, off_limits={MANAGEMENT: DELEGATED})
    for place in FULL:
        company.give(*place)
    return company


def scope_of(done: Reconciliation, company: Company) -> Scope:
    """What the next run is asked for, by the very event that this one puts."""
    (event,) = done.events()
    return read_scope(Envelope("1", event.source, event.detail_type, company.world.clock.now, event.detail))


def runs(company: Company) -> Iterator[Reconciliation]:
    """One run after the other, until one says that it was the last."""
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run(seconds=1)
    yield done
    while done.goes_on:
        done = company.run(scope_of(done, company))
        yield done


def test_unwanted_access_is_told_of_an_organization_too_large_for_one_run() -> None:
    """Given prune: report, what nobody granted is told although no single run has seen all accounts."""
    company = large(GRANTS + "accounts: {prune: report}\n")
    company.give(TWO, "sre", "Operations")
    *_, last = runs(company)
    assert opened(last)["accounts/reconcile/unwanted"].facts.keys() == {f"sre → Operations in {TWO}"}
    assert company.writes() == 0


def test_it_is_removed_by_the_last_run_alone() -> None:
    """Given prune: enforce, nothing goes before everything has been read; then what is unwanted goes."""
    company = large()
    company.give(ONE, "audit", "Operations")
    *before, last = runs(company)
    assert len(before) == 3, "the one that found it too large, and one for each account"
    assert [len(done.removed.removed) for done in (*before, last)] == [0, 0, 0, 1]
    assert company.access() == FULL


def test_each_account_is_read_once() -> None:
    company = large()
    list(runs(company))
    assert company.center.calls[READ] == 2


def test_the_maximum_counts_the_whole_and_not_each_run() -> None:
    """Given a lost grant, two removals in each account where three are allowed in all: nothing goes."""
    company = large()
    for group in ("a", "b"):
        company.world.store.push(group)
        company.give(ONE, group, "Operations")
        company.give(TWO, group, "Operations")
    *_, last = runs(company)
    assert len(company.access()) == len(FULL) + 4
    assert len(opened(last)["accounts/reconcile/unwanted"].facts) == 4


def test_an_account_that_cannot_be_read_keeps_everything_everywhere() -> None:
    """Given one account that fails in its run and at the end, it is a gap: nothing is removed anywhere."""
    company = large()
    company.give(TWO, "sre", "Operations")
    failing(company, {2, 3})
    *_, last = runs(company)
    assert last.gaps
    assert (TWO, "sre", "Operations") in company.access()
    again = company.run(scope_of_last(company))
    assert (again.gaps, company.access()) == ((), FULL)


def failing(company: Company, numbers: set[int]) -> None:
    """Reads of an account fail, counted from 1."""
    count = company.center.count

    def counted(operation: str) -> None:
        count(operation)
        if operation == READ and company.center.calls[operation] in numbers:
            raise company.center.error("InternalServerException", operation)

    company.center.count = counted  # type: ignore[method-assign] # the reads that fail


def scope_of_last(company: Company) -> Scope:
    """The event of the last run, which the queue brings again after a gap."""
    ((name, number), *_) = sorted(company.sweeps.kept, reverse=True)
    return Scope(sweep=name, number=number + 1)


def test_an_account_that_fails_once_is_read_at_the_end() -> None:
    company = large()
    company.give(ONE, "audit", "Operations")
    company.center.trouble[READ] = ["InternalServerException"]
    *_, last = runs(company)
    assert (last.gaps, company.access()) == ((), FULL)


def test_a_run_that_is_delivered_twice_reads_nothing_again() -> None:
    company = large()
    first = next(runs(company))
    scope = scope_of(first, company)
    once = company.run(scope)
    read = company.center.calls[READ]
    assert company.run(scope).goes_on == once.goes_on
    assert company.center.calls[READ] == read


def test_a_run_ends_in_time_and_the_next_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a run with no time for a second account, it reads one, and none is forgotten."""
    monkeypatch.setattr(sweep, "MOST", 250)
    company = large()
    company.give(TWO, "sre", "Operations")
    done = next(runs(company))
    while done.goes_on:
        done = company.run(scope_of(done, company), seconds=30)
    assert company.center.calls[READ] == 2
    assert company.access() == FULL


def test_who_asks_may_say_how_many_calls_a_run_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 4 calls a run and an organization that takes 5, it is read in several, each of which keeps to
    them, and access ends where the policy says."""
    monkeypatch.setattr(sweep, "MOST", 250)
    company = large()
    company.give(TWO, "sre", "Operations")
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done, stretches = company.run(Scope(calls=3)), 0
    while done.goes_on:
        before = company.center.calls.total()
        done, stretches = company.run(scope_of(done, company)), stretches + 1
        assert done.goes_on is None or company.center.calls.total() - before <= 3
    assert stretches == 3, "an account each, and the judgement"
    assert company.access() == FULL


def test_an_account_larger_than_a_run_may_take_is_read_all_the_same(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given 1 call a run, each reads one whole account: a reading that never comes further helps nobody."""
    monkeypatch.setattr(sweep, "MOST", 250)
    company = large()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run(Scope(calls=1))
    while done.goes_on:
        done = company.run(scope_of(done, company))
    assert company.center.calls[READ] == 2


def test_an_account_that_joins_meanwhile_is_read_like_the_others() -> None:
    """Given one that joins while others are read, it is neither forgotten nor taken for empty."""
    company = large()
    all_runs = runs(company)
    next(all_runs)
    next(all_runs)
    company.world.organizations.accounts[THREE] = MemberAccount("three", "/Workloads")
    company.give(THREE, "audit", "ReadOnly")
    *_, last = all_runs
    assert len(last.plan.unchanged) == len(FULL) + 1
    assert (THREE, "sre", "Operations") in company.access()


def test_what_is_kept_is_small() -> None:
    """Amazon DynamoDB takes 400 KB an item: 250 accounts with 40 assignments each are far below."""
    ids = [f"{uuid5(NAMESPACE_DNS, str(number))}" for number in range(40)]
    made = frozenset(
        AccountAssignment(f"{account:012d}", f"arn:aws:sso:::permissionSet/ssoins-1/ps-{id_}", f"9067-{id_}")
        for account in range(250)
        for id_ in ids
    )
    stretch = Stretch(frozenset(f"{account:012d}" for account in range(250)), frozenset(), made)
    assert len(_packed(stretch)) < 200_000
    assert _unpacked(_packed(stretch)) == stretch
