"""All access as the policy wants it: repaired, told, and taken away only as allowed."""

from collections.abc import Sequence

import pytest
from botocore.exceptions import ClientError

from functions.finding import Finding
from tests.unit.accounts.aws_in_memory import MemberAccount
from tests.unit.accounts.company import ENFORCE, FULL, GRANTS, ONE, THREE, TWO, Company, opened


def test_what_is_missing_is_made_and_told() -> None:
    """EXT: believed its own table, so what was deleted by hand never came back."""
    company = Company()
    company.give(ONE, "audit", "ReadOnly")
    done = company.run()
    assert company.access() == FULL
    assert opened(done).keys() == {"accounts/reconcile/repaired"}
    assert opened(company.run()) == {}


def test_nothing_changed_costs_a_call_a_group() -> None:
    """Given access that is right, the groups are read under the role, and Identity Center is asked nothing
    else once names are known."""
    company = Company()
    company.run()
    company.center.calls.clear()
    company.by_role.calls.clear()
    company.run()
    assert dict(company.by_role.calls) == {"list_account_assignments_for_principal": 2}
    assert dict(company.center.calls) == {}
    assert company.world.organizations.calls["list_tags_for_resource"] == 0


def test_what_no_grant_wants_stays_where_removing_is_off() -> None:
    company = Company()
    company.give(TWO, "sre", "Operations")
    done = company.run()
    assert company.access() == FULL | {(TWO, "sre", "Operations")}
    assert company.center.calls["delete_account_assignment"] == 0
    assert "accounts/reconcile/unwanted" not in opened(done)


def test_where_removing_is_reported_it_is_told_and_stays() -> None:
    company = Company(GRANTS + "accounts: {prune: report}\n")
    company.give(TWO, "sre", "Operations")
    done = company.run()
    assert (TWO, "sre", "Operations") in company.access()
    finding = opened(done)["accounts/reconcile/unwanted"]
    assert finding.facts.keys() == {f"sre → Operations in {TWO}"}


def test_where_removing_is_enforced_the_plan_is_told_before_anything_goes() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.world.store.push("old-team")
    company.give(ONE, "old-team", "Operations")
    seen_when_told: list[set[tuple[str, str, str]]] = []

    def tell(findings: Sequence[Finding]) -> None:
        company.told.extend(findings)
        seen_when_told.append(company.access())

    company.tell = tell  # type: ignore[method-assign] # looks at what is there when it is told
    done = company.run()
    assert company.access() == FULL
    assert [finding.key for finding in company.told] == ["accounts/reconcile/removals"]
    assert (TWO, "sre", "Operations") in seen_when_told[0]
    assert len(done.removed.removed) == 2
    assert opened(done).keys() == {"accounts/reconcile/repaired"}, "what was told is done"


def test_more_than_the_maximum_is_nothing_at_all() -> None:
    """Given a lost grant, four removals where three are allowed: it is told, and nothing goes."""
    company = Company(ENFORCE)
    for group in ("a", "b", "c", "d"):
        company.world.store.push(group)
        company.give(TWO, group, "Operations")
    done = company.run()
    assert len(company.access()) == 3 + 4
    assert len(opened(done)["accounts/reconcile/unwanted"].facts) == 4


def test_one_failed_read_removes_nothing_and_the_rest_is_repaired() -> None:
    """AUTO: one failed read became an empty list, and 100 grants were deleted.

    Given a group that cannot be read, nothing is removed anywhere, others are repaired, and it is told.
    """
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.by_role.trouble["list_account_assignments_for_principal"] = ["InternalServerException"]
    done = company.run()
    assert company.center.calls["delete_account_assignment"] == 0
    assert (TWO, "sre", "Operations") in company.access()
    assert (ONE, "sre", "Operations") in company.access()
    assert not any(group == "audit" for _, group, _ in company.access())
    assert done.gaps
    assert "accounts/reconcile/reading" in opened(done)
    assert company.run().gaps == ()
    assert company.access() >= FULL


@pytest.mark.parametrize(
    ("service", "operation"),
    [
        ("organizations", "list_accounts"),
        ("organizations", "list_organizational_units_for_parent"),
        ("store", "list_groups"),
        ("center", "list_permission_sets"),
    ],
)
def test_what_everything_depends_on_is_read_or_nothing_is_touched(service: str, operation: str) -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    getattr(company.world, service).trouble[operation] = ["AccessDeniedException"]
    with pytest.raises(ClientError, match="AccessDenied"):
        company.run()
    assert company.writes() == 0


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_a_suspended_account_does_not_break_the_run(state: str) -> None:
    """AUTO #31. Given one, the others are repaired, and what it has stays."""
    company = Company(ENFORCE)
    company.world.organizations.accounts[THREE] = MemberAccount("three", "/Workloads", state=state)
    company.give(THREE, "audit", "Operations")
    done = company.run()
    assert company.access() == FULL | {(THREE, "audit", "Operations")}
    assert opened(done).keys() == {"accounts/reconcile/repaired"}


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE"])
def test_an_account_that_is_open_again_gets_its_access(state: str) -> None:
    """Given an account that AWS Support has reopened, of which no event tells, the next run finds it."""
    company = Company()
    account = company.world.organizations.accounts[ONE]
    account.state = state
    company.run()
    assert not any(place[0] == ONE for place in company.access())
    account.state = "ACTIVE"
    company.run()
    assert company.access() == FULL


def test_a_removal_that_fails_is_told_with_its_reason() -> None:
    company = Company(ENFORCE)
    company.run()
    company.give(TWO, "sre", "Operations")
    company.center.fails["Operations"] = "the role is in use"
    finding = opened(company.run())["accounts/reconcile/removals"]
    assert finding.facts == {f"sre → Operations in {TWO}": "the role is in use"}
