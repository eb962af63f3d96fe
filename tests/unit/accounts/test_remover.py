"""What goes after an event: looked at once more, counted with what else went of late, told before it does."""

from collections.abc import Callable, Sequence
from datetime import timedelta

import boto3
import pytest
from moto import mock_aws

from functions.accounts.reconcile import Reconciliation
from functions.accounts.reconcile_scope import Scope, read_scope
from functions.aws.identity_center import AccountAssignment
from functions.aws.removal_store import RemovalStore
from functions.finding import Finding, State
from functions.inbox import Envelope
from tests.unit.accounts.aws_in_memory import MemberAccount
from tests.unit.accounts.company import ENFORCE, FULL, GRANTS, ONE, THREE, TWO, Company, opened

DATA = FULL | {(THREE, "audit", "ReadOnly")}


def moved(policy: str = ENFORCE) -> Company:
    """Access is right; then account three comes out of /Workloads, where sre had Operations."""
    company = Company(policy)
    company.world.organizations.accounts[THREE] = MemberAccount("three", "/Workloads")
    company.run()
    company.world.organizations.accounts[THREE].ou_path = "/Data"
    company.center.calls.clear()
    company.by_role.calls.clear()
    company.world.organizations.calls.clear()
    company.told.clear()
    return company


def asked_again(done: Reconciliation, company: Company) -> list[Scope]:
    """What the next runs are asked for, by the very events that this one puts."""
    now = company.world.clock.now
    return [read_scope(Envelope("1", e.source, e.detail_type, now, e.detail)) for e in done.events()]


def when_told(company: Company, then: Callable[[], None]) -> None:
    """Something happens right before the first removal."""

    def tell(findings: Sequence[Finding]) -> None:
        company.told += findings
        then()

    company.tell = tell  # type: ignore[method-assign] # the moment before a removal


def test_what_the_former_place_gave_goes_and_the_plan_was_told_before() -> None:
    company = moved()
    there: list[bool] = []
    when_told(company, lambda: there.append((THREE, "sre", "Operations") in company.access()))
    done = company.run(Scope(account=THREE))
    assert company.access() == DATA
    assert there == [True]
    (plan,) = company.told
    assert (plan.key, plan.state) == (f"accounts/{THREE}/removals", State.OPEN)
    assert plan.facts == {f"sre → Operations in {THREE}": "no grant wants it"}
    assert [f.state for f in done.findings if f.key == plan.key] == [State.CLEAR]


def test_a_look_into_one_account_costs_its_own_calls() -> None:
    """Given an account with two permission sets, a call says which, one for each says who has it, and nothing
    looks at the rest of the organization: neither its accounts nor its groups' assignments."""
    company = moved(GRANTS + "accounts: {prune: report}\n")
    company.run(Scope(account=THREE))
    assert company.center.calls == {
        "list_permission_sets_provisioned_to_account": 1,
        "list_account_assignments": 2,
    }
    assert company.by_role.calls == {}
    assert company.world.organizations.calls.keys() == {
        "describe_account",
        "list_parents",
        "describe_organizational_unit",
        "list_tags_for_resource",
    }


def test_a_removal_costs_two_more_looks_at_the_account() -> None:
    company = moved()
    company.run(Scope(account=THREE))
    assert company.world.organizations.calls["describe_account"] == 3
    assert company.center.calls["list_permission_sets_provisioned_to_account"] == 1


def test_where_removing_is_reported_it_is_told_and_stays() -> None:
    company = moved(GRANTS + "accounts: {prune: report}\n")
    done = company.run(Scope(account=THREE))
    assert company.writes() == 0
    assert opened(done)[f"accounts/{THREE}/unwanted"].facts.keys() == {f"sre → Operations in {THREE}"}


def test_the_same_event_again_is_harmless() -> None:
    company = moved()
    company.run(Scope(account=THREE))
    before = company.writes()
    assert opened(company.run(Scope(account=THREE))) == {}
    assert (company.writes(), company.access()) == (before, DATA)


def test_an_account_that_moves_back_in_time_loses_nothing() -> None:
    """Given a move by mistake, undone before the removal: a role that is deleted and made again is another
    role to every key policy that names it."""
    company = moved()
    company.world.organizations.accounts[THREE].tags["stage"] = "any"
    listing = company.center.all_of_list_account_assignments

    def back(**asked: str) -> tuple[str, list[object]]:
        company.world.organizations.accounts[THREE].ou_path = "/Workloads"
        return listing(**asked)

    company.center.all_of_list_account_assignments = back  # type: ignore[method-assign] # undone
    done = company.run(Scope(account=THREE))
    assert company.writes() == 0
    assert company.told == []
    assert asked_again(done, company) == [Scope(account=THREE)]


def test_an_account_that_moves_back_too_late_is_compared_again_and_gets_it_back() -> None:
    """Given a move that is undone while the removal runs: whoever heard of it found the assignment still
    there, so it is this run that has to see to it."""
    company = moved()

    def back() -> None:
        company.world.organizations.accounts[THREE].ou_path = "/Workloads"

    when_told(company, back)
    done = company.run(Scope(account=THREE))
    assert (THREE, "sre", "Operations") not in company.access()
    (again,) = asked_again(done, company)
    company.run(again)
    assert (THREE, "sre", "Operations") in company.access()


def test_a_full_run_does_not_take_from_an_account_that_moved_meanwhile() -> None:
    company = moved()
    groups = company.by_role.all_of_list_account_assignments_for_principal

    def back(**asked: str) -> tuple[str, list[object]]:
        company.world.organizations.accounts[THREE].ou_path = "/Workloads"
        return groups(**asked)

    company.by_role.all_of_list_account_assignments_for_principal = back  # type: ignore[method-assign] # undone
    done = company.run()
    assert (THREE, "sre", "Operations") in company.access()
    assert asked_again(done, company) == [Scope(account=THREE)]


def test_an_account_that_left_meanwhile_is_nothing_to_compare() -> None:
    company = moved()
    del company.world.organizations.accounts[THREE]
    done = company.run(Scope(account=THREE))
    assert (company.writes(), opened(done)) == (0, {})


def script(company: Company, accounts: int) -> list[Reconciliation]:
    """So many accounts come out of /Workloads at once, each an event of its own."""
    ids = [f"{number:012d}" for number in range(1, accounts + 1)]
    members = {id_: MemberAccount(f"m{id_}", "/Workloads") for id_ in ids}
    company.world.organizations.accounts |= members
    company.run()
    for member in members.values():
        member.ou_path = "/Data"
    return [company.run(Scope(account=id_)) for id_ in ids]


def test_many_accounts_moved_at_once_are_counted_together() -> None:
    """Given a script that moves five accounts by mistake where three removals are allowed: three accounts
    lose their grant, the others keep it and are told, and the daily run, which counts them all, decides."""
    company = Company(ENFORCE)
    runs = script(company, 5)
    assert [len(done.removed.removed) for done in runs] == [1, 1, 1, 0, 0]
    (finding,) = opened(runs[-1]).values()
    assert finding.key == "accounts/000000000005/unwanted"
    assert "more than max_removals: 3" in "".join(finding.facts.values())


def test_an_hour_later_there_is_room_again() -> None:
    company = Company(ENFORCE)
    script(company, 5)
    company.world.clock.now += timedelta(minutes=59)
    assert len(company.run(Scope(account="000000000004")).removed.removed) == 0
    company.world.clock.now += timedelta(minutes=2)
    assert len(company.run(Scope(account="000000000004")).removed.removed) == 1


def test_what_did_not_go_does_not_count() -> None:
    """Given one removal, and a comparison whose three would be four with it, the next has the room that these
    did not take."""
    company = moved()
    for group in ("a", "b", "c"):
        company.world.store.push(group)
        company.give(TWO, group, "Operations")
    company.give(ONE, "a", "Operations")
    assert len(company.run(Scope(account=ONE)).removed.removed) == 1
    assert company.run(Scope(account=TWO)).removed.removed == ()
    assert len(company.run(Scope(account=THREE)).removed.removed) == 1


def test_a_full_run_counts_itself_alone() -> None:
    """Given three removals of a deployment's run, an account that moves a minute later still has room."""
    company = moved()
    for group in ("a", "b"):
        company.world.store.push(group)
        company.give(ONE, group, "Operations")
    assert len(company.run().removed.removed) == 3
    company.give(THREE, "sre", "Operations")
    assert len(company.run(Scope(account=THREE)).removed.removed) == 1


@pytest.mark.parametrize("scope", [Scope(), Scope(account=THREE), Scope(group="sre")])
def test_every_plan_is_told_not_only_the_first(scope: Scope) -> None:
    """Given two removals on one day, what was told of the first is cleared before the second is told: a
    finding that is open already is told to nobody again."""
    company = moved()
    states: list[tuple[str, State]] = []
    for _ in range(2):
        company.give(THREE, "sre", "Operations")
        done = company.run(scope)
        told, company.told[:] = [*company.told], []
        states += [(f.key, f.state) for f in (*told, *done.findings) if f.key.endswith("/removals")]
    assert [state for _, state in states] == [State.OPEN, State.CLEAR] * 2
    assert len({key for key, _ in states}) == 1


def test_what_is_noted_is_read_back_by_time_each_once() -> None:
    """Given the table as DynamoDB keeps it."""
    first, second = AccountAssignment(ONE, "arn:a", "g"), AccountAssignment(TWO, "arn:b", "u", "USER")
    now = Company().world.clock.now
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name="eu-west-1")
        dynamodb.create_table(
            TableName="sweep",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[
                {"AttributeName": "pk", "AttributeType": "S"},
                {"AttributeName": "sk", "AttributeType": "S"},
            ],
            BillingMode="PAY_PER_REQUEST",
        )
        store = RemovalStore(dynamodb, "sweep")
        store.note([first], now - timedelta(hours=2))
        store.note([first, second], now)
        again = store.note([second], now)
        assert store.since(now - timedelta(hours=1)) == {first, second}
        store.withdraw(again, now)
        assert store.since(now) == {first, second}
        assert store.since(now + timedelta(seconds=1)) == frozenset()
