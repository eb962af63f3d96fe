"""A plan for the whole organization: what is made, what stays, what goes, and why."""

from collections.abc import Iterable
from datetime import date

from functions.accounts.plan import Picture, Plan, plan_all, withhold
from functions.accounts.removals import Unwanted
from functions.aws.identity_center import AccountAssignment
from functions.policy import loads
from functions.policy.expand import Directory
from functions.policy.selectors import Account

TODAY = date(2026, 11, 22)
SETS = {
    "ReadOnly": "arn:of:ReadOnly",
    "Operations": "arn:of:Operations",
    "AWSAdministratorAccess": "arn:of:CT",
}
PRODUCTION = Account("111111111111", "checkout", "/Workloads/Production")
SANDBOX = Account("222222222222", "play", "/Sandbox", {"stage": "sandbox"})
GROUPS = {name: f"id-of-{name}" for name in ("audit", "sre", "old", "break-glass")}
BASE = """
permission_sets: {ReadOnly: {}, Operations: {}}
grants:
  - {group: audit, permission_set: ReadOnly, accounts: all}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads/Production}}
"""
ENFORCE = "accounts: {prune: enforce, max_removals: 5}\n"


def has(account: Account, permission_set: str, group: str) -> AccountAssignment:
    return AccountAssignment(account.id, SETS[permission_set], f"id-of-{group}")


WANTED = frozenset(
    {
        has(PRODUCTION, "ReadOnly", "audit"),
        has(SANDBOX, "ReadOnly", "audit"),
        has(PRODUCTION, "Operations", "sre"),
    }
)


def picture(
    there: Iterable[AccountAssignment],
    *,
    accounts: tuple[Account, ...] = (PRODUCTION, SANDBOX),
    groups: dict[str, str] = GROUPS,
    gaps: tuple[str, ...] = (),
) -> Picture:
    return Picture(accounts, SETS, Directory(groups), frozenset(there), gaps)


def planned(seen: Picture, extra: str = ENFORCE, today: date = TODAY) -> Plan:
    return plan_all(loads(BASE + extra), seen, today)


def why(items: tuple[Unwanted, ...]) -> list[str]:
    return [item.why for item in items]


def test_each_entry_explains_itself() -> None:
    """Given an empty Identity Center, every creation says which grants want it and by what."""
    plan = planned(picture(()))
    assert {step.assignment for step in plan.create} == WANTED
    (made,) = [step for step in plan.create if step.wanted.principal.name == "sre"]
    assert made.wanted.reasons == (
        "grant 2: group sre, OU /Workloads",
        "grant 3: group sre, OU /Workloads/Production",
    )


def test_what_is_right_is_left_alone() -> None:
    """Given exactly what the policy wants, the plan is empty."""
    plan = planned(picture(WANTED))
    assert (plan.create, plan.remove, plan.kept, plan.blocked) == ((), (), (), ())
    assert {step.assignment for step in plan.unchanged} == WANTED


def test_what_no_grant_wants_goes_when_pruning_is_enforced() -> None:
    """Given an assignment that nobody wants, it goes, and the plan names group, set and reason."""
    extra = has(SANDBOX, "Operations", "old")
    plan = planned(picture({*WANTED, extra}))
    assert plan.remove == (Unwanted(extra, "Operations", "old", "no grant wants it"),)
    assert plan.kept == ()


def test_a_removal_needs_every_grants_silence() -> None:
    """EXT, AA4: a move or one grant's end removed what another grant still gives. TEAM #279: revoked early.

    Given one of two grants gone, the assignment stays; only when both are gone does it go.
    """
    policy = BASE.replace(
        "  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads/Production}}\n", ""
    )
    assert plan_all(loads(policy + ENFORCE), picture(WANTED), TODAY).remove == ()
    none = policy.replace("  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}\n", "")
    (gone,) = plan_all(loads(none + ENFORCE), picture(WANTED), TODAY).remove
    assert gone.assignment == has(PRODUCTION, "Operations", "sre")


def test_moving_out_of_the_root_keeps_what_the_root_gives() -> None:
    """AA4: moving an account out of the root deleted every root-scoped grant, which the new place wants."""
    moved = Account(SANDBOX.id, "play", "/Workloads/Staging", {"stage": "sandbox"})
    plan = planned(picture(WANTED, accounts=(PRODUCTION, moved)))
    assert plan.remove == ()
    assert [step.wanted.permission_set for step in plan.create] == ["Operations"]


def test_nothing_goes_unless_pruning_is_on() -> None:
    """Given prune off (the default) or report, what would go stays, and the plan still says so."""
    seen = picture({*WANTED, has(SANDBOX, "Operations", "old")})
    for extra, word in (("", "off"), ("accounts: {prune: report}\n", "report")):
        plan = planned(seen, extra)
        assert plan.remove == ()
        assert why(plan.kept) == [f"no grant wants it; it stays because of prune: {word}"]


def test_more_than_the_maximum_is_nothing() -> None:
    """Given more removals than max_removals, none is made: so many at once are a mistake somewhere."""
    rest = {has(PRODUCTION, "ReadOnly", "old"), has(SANDBOX, "ReadOnly", "old")}
    plan = planned(picture(WANTED | rest), "accounts: {prune: enforce, max_removals: 1}\n")
    assert plan.remove == ()
    assert (
        why(plan.kept) == ["no grant wants it; it stays because 2 removals are more than max_removals: 1"] * 2
    )
    assert len(planned(picture(WANTED | rest), "accounts: {prune: enforce, max_removals: 2}\n").remove) == 2


def test_what_is_protected_stays_and_does_not_count() -> None:
    """Given protected groups, permission sets and accounts, each keeps its own, whatever the maximum."""
    there = {
        has(PRODUCTION, "Operations", "break-glass"),
        has(SANDBOX, "Operations", "old"),
        has(PRODUCTION, "ReadOnly", "old"),
        has(SANDBOX, "ReadOnly", "old"),
    }
    rules = (
        "accounts:\n  prune: enforce\n  max_removals: 1\n"
        "  protected: {groups: 'break-*', permission_sets: Oper*, accounts: {tag: {stage: sandbox}}}\n"
    )
    plan = planned(picture(WANTED | there), rules)
    assert [item.assignment for item in plan.remove] == [has(PRODUCTION, "ReadOnly", "old")]
    assert sorted(why(plan.kept)) == [
        "protected account: tag stage=sandbox",
        "protected group break-*",
        "protected permission set Oper*",
    ]


def test_a_failed_read_removes_nothing() -> None:
    """AUTO: one OU listing failed and was taken for empty, and 100 grants were deleted.

    Given a gap in what was read, nothing goes, what is missing is still made, and the gap is named.
    """
    seen = picture(
        {has(SANDBOX, "Operations", "old")}, gaps=("ListAccountsForParent ou-ab12-data: AccessDenied",)
    )
    plan = planned(seen)
    assert plan.remove == ()
    assert why(plan.kept) == [
        "not everything could be read: ListAccountsForParent ou-ab12-data: AccessDenied"
    ]
    assert {step.assignment for step in plan.create} == WANTED


def test_a_renamed_group_loses_nothing() -> None:
    """AUTO: one group name not found (renamed, or SCIM late), and 200 grants were deleted.

    Given a group that the policy knows under its old name, its assignments stay, and the plan says why.
    """
    renamed = {"platform": "id-of-sre", **{name: id_ for name, id_ in GROUPS.items() if name != "sre"}}
    plan = planned(picture(WANTED, groups=renamed))
    assert plan.remove == ()
    assert why(plan.kept) == [
        "it may belong to a grant: Identity Center has no group sre, and it may have been renamed"
    ]
    assert {blocked.why for blocked in plan.blocked} == {"Identity Center has no group sre"}


def test_a_suspended_account_is_left_as_it_is() -> None:
    """AUTO #31: a suspended account broke the run. Given one, nothing is made and nothing goes there."""
    closed = Account(SANDBOX.id, "play", "/Sandbox", state="SUSPENDED")
    plan = planned(picture({*WANTED, has(SANDBOX, "Operations", "old")}, accounts=(PRODUCTION, closed)))
    assert (plan.create, plan.remove) == ((), ())
    assert set(why(plan.kept)) == {"its account is SUSPENDED"}


def test_an_account_that_was_not_read_is_left_as_it_is() -> None:
    """Given assignments in an account that nobody read, such as the management account from elsewhere,
    they stay."""
    plan = planned(picture(WANTED, accounts=(PRODUCTION,)))
    assert plan.remove == ()
    assert why(plan.kept) == ["its account is not among those read"]


def test_permission_sets_of_others_are_not_ours_to_remove() -> None:
    """Given assignments of Control Tower's own permission sets, they stay: the policy defines none."""
    plan = planned(picture({*WANTED, has(PRODUCTION, "AWSAdministratorAccess", "old")}))
    assert plan.remove == ()
    assert why(plan.kept) == [
        "the access policy does not define permission set AWSAdministratorAccess, so it is not Ostiary's"
    ]


def test_a_grant_that_ended_is_silent_and_named() -> None:
    """Given `until` in the past, the assignment goes, and the plan says which grant gave it until when."""
    policy = BASE.replace("{group: audit,", "{group: audit, until: 2026-11-21,") + ENFORCE
    plan = plan_all(loads(policy), picture({has(SANDBOX, "ReadOnly", "audit")}), TODAY)
    assert why(plan.remove) == ["no grant wants it: grant 1 (ended 2026-11-21): group audit, all accounts"]


def test_drift_by_hand_is_seen_both_ways() -> None:
    """EXT: believed its own table, so a deletion by hand was never repaired. Given one of each, both show."""
    by_hand = has(SANDBOX, "Operations", "old")
    plan = planned(picture({*WANTED - {has(SANDBOX, "ReadOnly", "audit")}, by_hand}))
    assert [step.assignment for step in plan.create] == [has(SANDBOX, "ReadOnly", "audit")]
    assert [item.assignment for item in plan.remove] == [by_hand]


def test_a_permission_set_that_is_not_deployed_blocks() -> None:
    """Given a set that Identity Center does not have, what wants it is blocked, and the plan says so."""
    seen = Picture((PRODUCTION,), {"ReadOnly": SETS["ReadOnly"]}, Directory(GROUPS), frozenset())
    assert {item.why for item in planned(seen).blocked} == {
        "Identity Center has no permission set Operations"
    }


def test_what_this_hub_may_not_do_is_blocked_with_the_reason() -> None:
    """Given an account off limits and a principal that was not read, nothing is made for either, and the
    account's reason is told."""
    made = withhold(planned(picture(())), {SANDBOX.id: "from the management account alone"}, {"id-of-sre"})
    assert [step.assignment for step in made.create] == [has(PRODUCTION, "ReadOnly", "audit")]
    assert [item.why for item in made.blocked] == ["from the management account alone"]
    gone = planned(picture({*WANTED, has(SANDBOX, "Operations", "old")}))
    assert withhold(gone, {SANDBOX.id: "no"}).remove == ()


def test_a_user_whom_nobody_knows_may_be_the_one_who_has_it() -> None:
    """Given a grant to a user who has another user name now, what they have stays, as it does for a group; a
    group's assignment is no such doubt."""
    grant = "  - {user: kim@example.com, permission_set: Operations, accounts: {ou: /Sandbox}}\n"
    of_kim = AccountAssignment(SANDBOX.id, SETS["Operations"], "u-1", "USER")
    plan = planned(picture({of_kim, has(SANDBOX, "Operations", "old")}), grant + ENFORCE)
    assert why(plan.kept) == [
        "it may belong to a grant: Identity Center has no user kim@example.com, and it may have been renamed"
    ]
    assert [item.principal for item in plan.remove] == ["old"]
