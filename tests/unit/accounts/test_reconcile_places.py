"""Where a run may look and what it may touch: from a delegated administrator, in the management account, in
one account, for one group."""

from functions.accounts.reconcile import DELEGATED
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment
from tests.unit.accounts.aws_in_memory import MANAGEMENT
from tests.unit.accounts.company import ENFORCE, FULL, GRANTS, ONE, TWO, Company, opened

HOME = (
    GRANTS.replace("Operations: {}", "Operations: {}, Home: {}")
    + "  - {group: sre, permission_set: Home, accounts: management}\n"
)


def test_where_the_role_may_not_be_used_accounts_are_read_one_by_one() -> None:
    """From a delegated administrator: a call for each account, one for each set provisioned there."""
    company = Company(off_limits={MANAGEMENT: DELEGATED})
    company.run()
    company.center.calls.clear()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.center.assignments.discard(AccountAssignment(TWO, "arn:of:ReadOnly", "id-of-audit"))
    company.run()
    assert company.access() == FULL
    assert company.center.calls["list_permission_sets_provisioned_to_account"] == 2
    assert company.center.calls["list_account_assignments"] == 2


def test_an_account_that_cannot_be_read_is_left_alone_and_nothing_is_removed() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.center.trouble["list_permission_sets_provisioned_to_account"] = ["InternalServerException"]
    done = company.run()
    assert company.center.calls["delete_account_assignment"] == 0
    assert done.gaps
    assert "accounts/reconcile/reading" in opened(done)


def test_a_group_that_cannot_be_read_by_itself_is_handed_over_account_by_account() -> None:
    """Given a delegated administrator, one group is looked for in every account, by events of their own."""
    company = Company()
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    done = company.run(Scope(group="audit"))
    assert set(done.handed_over) == {MANAGEMENT, ONE, TWO}
    assert {event.detail_type for event in done.events()} == {"reconcile.account"}
    assert company.writes() == 0


def test_the_management_account_is_given_access_where_the_hub_is_in_it() -> None:
    company = Company(HOME)
    company.run()
    assert (MANAGEMENT, "sre", "Home") in company.access()


def test_a_delegated_administrator_leaves_the_management_account_alone_and_says_why() -> None:
    """Given a grant there, it is blocked with the reason, and asked for by nobody, again and again."""
    company = Company(HOME, off_limits={MANAGEMENT: DELEGATED})
    done = company.run()
    assert company.access() == FULL
    assert opened(done)[f"accounts/{MANAGEMENT}/access"].facts == {"sre → Home": DELEGATED}


def test_access_to_the_management_account_is_made_and_taken_by_the_role_there() -> None:
    """Given a grant for that account and a hub elsewhere, its role reads, makes and takes away there, and
    the hub's own makes the rest; neither touches what is the other's."""
    company = Company(HOME + "accounts: {prune: enforce}\n", apart=True)
    company.give(MANAGEMENT, "audit", "Home")

    company.run()

    assert {each for each in company.access() if each[0] == MANAGEMENT} == {(MANAGEMENT, "sre", "Home")}
    assert company.in_management.calls["create_account_assignment"] == 1
    assert company.in_management.calls["delete_account_assignment"] == 1
    assert company.center.calls["create_account_assignment"] == len(FULL)
    assert company.center.calls["delete_account_assignment"] == 0


def test_a_look_into_the_management_account_is_the_role_s() -> None:
    company = Company(HOME, apart=True)
    company.run(Scope(account=MANAGEMENT))
    assert company.access() == {(MANAGEMENT, "sre", "Home")}
    assert company.center.calls["list_permission_sets_provisioned_to_account"] == 0


def test_nothing_is_removed_from_the_management_account_by_a_delegated_administrator() -> None:
    company = Company(ENFORCE, off_limits={MANAGEMENT: DELEGATED})
    company.give(MANAGEMENT, "sre", "Operations")
    company.run()
    assert (MANAGEMENT, "sre", "Operations") in company.access()


def test_one_group_is_compared_alone() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    company.run(Scope(group="sre"))
    assert company.access() == {(ONE, "sre", "Operations")}
    company.run(Scope(group_id="id-of-audit"))
    assert company.access() == FULL


def test_a_group_that_is_not_there_is_nothing_to_do() -> None:
    company = Company(ENFORCE)
    done = company.run(Scope(group="nobody"))
    assert (company.writes(), done.gaps) == (0, ())


def test_one_account_is_compared_alone() -> None:
    company = Company(ENFORCE)
    company.give(TWO, "sre", "Operations")
    done = company.run(Scope(account=TWO))
    assert company.access() == {(TWO, "audit", "ReadOnly")}
    assert company.by_role.calls["list_account_assignments_for_principal"] == 0
    assert [finding.key for finding in company.told] == [f"accounts/{TWO}/removals"]
    assert opened(done) == {}, "what was told is done"


def test_what_somebody_gave_a_user_by_hand_is_told_and_left_to_the_daily_run() -> None:
    """Given an assignment to a person that no group's list shows, a look into the account tells of it, and
    nothing that an event started takes it away."""
    company = Company(ENFORCE)
    company.run()
    by_hand = AccountAssignment(TWO, "arn:of:Operations", "id-of-kim", "USER")
    company.world.store.users["kim@example.com"] = "id-of-kim"
    company.center.assignments.add(by_hand)
    done = company.run(Scope(account=TWO, remove=False))
    assert by_hand in company.center.assignments
    finding = opened(done)[f"accounts/{TWO}/unwanted"]
    assert finding.facts.keys() == {f"kim@example.com → Operations in {TWO}"}
    company.center.assignments.discard(by_hand)
    assert opened(company.run(Scope(account=TWO, remove=False))) == {}
