"""Whatever the policy and the organization: once events have come, access is what the policy says.

What it should say is worked out here a second time, by the plainest reading of the language, so that a
mistake in the expansion does not hide behind itself.
"""

from dataclasses import dataclass

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws.identity_center import AccountAssignment
from functions.policy import AccessPolicy
from tests.unit.accounts.aws_in_memory import MANAGEMENT, MemberAccount, World

SETS = ("ReadOnly", "Developer", "Operations")
GROUPS = ("audit", "sre", "aws-data-lake-ReadOnly", "aws-000000000002-Developer", "aws-management-ReadOnly")
UNITS = ("/", "/Workloads", "/Workloads/Production", "/Workloads/ProductionCopy", "/Data")
STAGES = ("production", "sandbox")
NAMES = ("data-lake", "data", "network")


@dataclass(frozen=True)
class Case:
    grants: list[dict[str, object]]
    accounts: dict[str, MemberAccount]
    groups: frozenset[str]

    def world(self) -> World:
        raw = {"permission_sets": {name: {} for name in SETS}, "grants": self.grants}
        world = World(AccessPolicy.model_validate(raw, context={}))
        world.store.push(*self.groups)
        world.organizations.accounts |= self.accounts
        return world


selectors = st.one_of(
    st.just("all"),
    st.just("management"),
    st.builds(lambda unit: {"ou": unit}, st.sampled_from(UNITS)),
    st.builds(lambda stage: {"tag": {"stage": stage}}, st.sampled_from(STAGES)),
    st.builds(lambda name: {"name": name}, st.sampled_from(NAMES)),
    st.builds(
        lambda unit, stage: {"ou": unit, "tag": {"stage": stage}},
        st.sampled_from(UNITS),
        st.sampled_from(STAGES),
    ),
)
grants = st.one_of(
    st.fixed_dictionaries(
        {
            "group": st.sampled_from(GROUPS),
            "permission_set": st.sampled_from(SETS),
            "accounts": st.lists(selectors, min_size=1, max_size=2),
        },
        optional={"except": selectors},
    ),
    st.just({"groups": "aws-{account}-{permission_set}"}),
)
members = st.builds(
    MemberAccount,
    name=st.sampled_from(NAMES),
    ou_path=st.sampled_from(UNITS),
    tags=st.sampled_from([{}, *({"stage": stage} for stage in STAGES)]),
)
ids = tuple(f"{number:012d}" for number in range(1, 4))
cases = st.builds(
    Case,
    grants=st.lists(grants, max_size=5),
    accounts=st.fixed_dictionaries(dict.fromkeys(ids, members)),
    groups=st.frozensets(st.sampled_from(GROUPS)),
)


def home(case: Case) -> set[str]:
    """Permission sets of the management account, which no group's name chooses elsewhere."""
    return {str(g["permission_set"]) for g in case.grants if "management" in str(g.get("accounts"))}


def meaning(case: Case, account_id: str) -> set[tuple[str, str]]:
    """Who should get in: (group, permission set)."""
    account = MemberAccount("management", "/") if account_id == MANAGEMENT else case.accounts[account_id]
    wanted: set[tuple[str, str]] = set()
    for grant in case.grants:
        if "groups" in grant:
            if account_id != MANAGEMENT:
                sets = set(SETS) - home(case)
                wanted |= {
                    (f"aws-{said}-{name}", name) for said in (account.name, account_id) for name in sets
                }
            continue
        chosen = grant["accounts"]
        assert isinstance(chosen, list)
        if any(says(one, account, account_id) for one in chosen) and not says(
            grant.get("except"), account, account_id
        ):
            wanted.add((str(grant["group"]), str(grant["permission_set"])))
    return {(group, name) for group, name in wanted if group in case.groups}


def says(selector: object, account: MemberAccount, account_id: str) -> bool:
    if selector is None or (account_id == MANAGEMENT) != (selector == "management"):
        return False
    if not isinstance(selector, dict):
        return True
    units = [part for part in account.ou_path.split("/") if part]
    above = [part for part in selector.get("ou", "/").split("/") if part]
    return (
        units[: len(above)] == above
        and account.name == selector.get("name", account.name)
        and all(account.tags.get(key) == value for key, value in selector.get("tag", {}).items())
    )


def admit(world: World, account_id: str) -> None:
    world.admitter.admit(account_id, since=world.clock.now, deadline=world.deadline(600))


@settings(deadline=None)
@given(cases)
def test_expanding_planning_and_applying_reach_the_meaning(case: Case) -> None:
    """Given any policy and organization, an account that was admitted has what the policy means."""
    world = case.world()
    for account_id in (*ids, MANAGEMENT):
        admit(world, account_id)
        assert world.access(account_id) == meaning(case, account_id)


@settings(deadline=None)
@given(cases, st.lists(st.sampled_from((*ids, MANAGEMENT)), max_size=8))
def test_any_order_and_any_number_of_events_end_the_same(case: Case, order: list[str]) -> None:
    """Given events duplicated and shuffled, each account named has its access, the others nothing."""
    world = case.world()
    for account_id in order:
        admit(world, account_id)
    for account_id in (*ids, MANAGEMENT):
        assert world.access(account_id) == (meaning(case, account_id) if account_id in order else set())


@settings(deadline=None)
@given(cases)
def test_the_second_time_changes_nothing(case: Case) -> None:
    """Given access that is right, the same events ask AWS for no assignment at all."""
    world = case.world()
    for account_id in ids:
        admit(world, account_id)
    world.center.calls.clear()
    for account_id in ids:
        admit(world, account_id)
    assert world.center.calls["create_account_assignment"] == 0


@settings(deadline=None)
@given(cases, st.sets(st.sampled_from(GROUPS)), st.sampled_from(SETS), st.sampled_from(UNITS))
def test_no_event_takes_anything_away(case: Case, groups: set[str], name: str, unit: str) -> None:
    """Given access that the policy never gave, and a move, what was there is there afterwards."""
    world = case.world()
    before = {AccountAssignment(ids[0], f"arn:of:{name}", f"id-of-{group}") for group in groups}
    world.center.assignments |= before
    admit(world, ids[0])
    world.organizations.accounts[ids[0]].ou_path = unit
    admit(world, ids[0])
    assert before <= world.center.assignments


@settings(deadline=None)
@given(cases, st.integers(min_value=0, max_value=12))
def test_a_run_killed_half_way_is_finished_by_the_next(case: Case, survives: int) -> None:
    """Given a function that dies after some requests, the event's next delivery makes the rest."""
    world = case.world()
    errors = ["InternalServerException"]
    original = world.center.create_account_assignment

    def dying(**asked: str) -> dict[str, object]:
        if world.center.calls["create_account_assignment"] == survives and errors:
            raise world.center.error(errors.pop(), "CreateAccountAssignment")
        return original(**asked)

    world.center.create_account_assignment = dying  # type: ignore[method-assign] # the function dies here
    try:
        admit(world, ids[0])
    except world.center.exceptions.InternalServerException:
        admit(world, ids[0])
    assert world.access(ids[0]) == meaning(case, ids[0])
