"""Protection goes by names; who has an assignment and no grant is known by an id alone until it is asked."""

import pytest

from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment
from tests.unit.accounts.company import ENFORCE, FULL, GRANTS, ONE, TWO, Company, opened

GLASS = "break.glass@example.com"
PROTECTED = GRANTS + (
    "accounts: {prune: enforce, max_removals: 3, protected: {users: 'break.glass@*', groups: 'vault-*'}}\n"
)
REPORT = "accounts: {prune: report}\n"
BY_HAND = AccountAssignment(TWO, "arn:of:Operations", "u-1", "USER")
LOOKS = [Scope(), Scope(account=TWO)]


def company(policy: str = PROTECTED) -> Company:
    """A delegated administrator, whose every look shows what users have of their own."""
    made = Company(policy)
    made.run()
    made.center.assignments.add(BY_HAND)
    made.world.store.users[GLASS] = "u-1"
    made.world.store.calls.clear()
    made.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"] * 9
    return made


@pytest.mark.parametrize("scope", LOOKS)
def test_a_protected_user_whom_no_grant_names_keeps_what_they_have(scope: Scope) -> None:
    """Given break-glass with an assignment of its own, AWS shows an id, and the protection names a user."""
    here = company()
    done = here.run(scope)
    assert BY_HAND in here.center.assignments
    (kept,) = done.plan.kept
    assert (kept.principal, kept.why) == (GLASS, "protected user break.glass@*")


@pytest.mark.parametrize("scope", LOOKS)
def test_somebody_else_loses_it_and_is_told_by_name(scope: Scope) -> None:
    here = company()
    here.world.store.users = {"kim@example.com": "u-1"}
    here.run(scope)
    assert BY_HAND not in here.center.assignments
    (plan,) = here.told
    assert plan.facts.keys() == {f"kim@example.com → Operations in {TWO}"}


@pytest.mark.parametrize("scope", LOOKS)
def test_whom_nobody_can_name_stays_while_users_are_protected(scope: Scope) -> None:
    here = company()
    here.world.store.users.clear()
    done = here.run(scope)
    assert BY_HAND in here.center.assignments
    assert [kept.why for kept in done.plan.kept] == [
        "the name of its user is not known, and accounts.protected names users"
    ]


def test_whom_nobody_can_name_goes_where_no_user_is_protected() -> None:
    """Given a user deleted in Identity Center, nothing else holds what is left of them."""
    here = company(ENFORCE)
    here.world.store.users.clear()
    here.run()
    assert here.access() == FULL


def test_a_group_that_nobody_can_name_stays_while_groups_are_protected() -> None:
    here = company()
    here.center.assignments.discard(BY_HAND)
    here.give(TWO, "deleted", "Operations")
    done = here.run()
    assert (TWO, "deleted", "Operations") in here.access()
    assert [kept.why for kept in done.plan.kept] == [
        "the name of its group is not known, and accounts.protected names groups"
    ]


def test_a_name_that_cannot_be_read_is_a_gap() -> None:
    """Given Identity Store in trouble, access is repaired, nothing goes, and the event comes back."""
    here = company(ENFORCE)
    here.center.assignments.discard(AccountAssignment(ONE, "arn:of:Operations", "id-of-sre"))
    here.world.store.trouble["describe_user"] = ["InternalServerException"]
    done = here.run()
    assert here.access() == FULL | {(TWO, "u-1", "Operations")}
    assert "name of user u-1" in done.gaps[0]
    assert "accounts/reconcile/reading" in opened(done)


def test_only_who_has_something_that_no_grant_wants_costs_a_call_and_one() -> None:
    """Given a user with two assignments and a second look within minutes, one name is read once; groups and
    users that grants name cost nothing more."""
    here = company(GRANTS + "  - {user: lee@example.com, permission_set: ReadOnly, accounts: all}\n" + REPORT)
    here.world.store.users["lee@example.com"] = "u-2"
    here.center.assignments.add(AccountAssignment(ONE, "arn:of:Operations", "u-1", "USER"))
    here.run()
    here.run()
    assert here.world.store.calls["describe_user"] == 1
    assert here.world.store.calls["describe_group"] == 0
