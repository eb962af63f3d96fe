"""Whatever the policy, the organization and what is there: a plan, carried out, is what the policy means.

The meaning is worked out here a second time, account by account and in the plainest way.
"""

import json
from dataclasses import dataclass, replace
from datetime import date

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.accounts.plan import Picture, Plan, plan_all
from functions.aws.identity_center import AccountAssignment
from functions.policy import AccessPolicy
from functions.policy.expand import Directory
from functions.policy.selectors import Account

TODAY = date(2026, 11, 22)
DAYS = ("2026-11-21", "2026-11-22", "2026-11-23")
SETS = ("ReadOnly", "lake-ReadOnly")
GROUPS = ("audit", "sre", "data-lake-ReadOnly", "Production-ReadOnly", "Workloads-Production-lake-ReadOnly")
USERS = ("kim", "lee")
UNITS = ("/", "/Workloads", "/Workloads/Production", "/Data")
NAMES = ("data", "data-lake", "network")
STAGES = ("production", "sandbox")

Filter = dict[str, object]
plain = st.one_of(
    st.builds(lambda unit, direct: {"ou": unit, "direct": direct}, st.sampled_from(UNITS), st.booleans()),
    st.builds(lambda stage: {"tag": {"stage": stage}}, st.sampled_from((*STAGES, "*", "sand?ox"))),
    st.builds(lambda name: {"name": name}, st.sampled_from((*NAMES, "data*"))),
)
filters = st.recursive(
    plain,
    lambda inner: st.one_of(
        st.builds(lambda parts: {"and": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda parts: {"or": parts}, st.lists(inner, min_size=1, max_size=2)),
        st.builds(lambda part: {"not": part}, inner),
    ),
    max_leaves=4,
)
selectors = st.just("all") | st.just("management") | filters
named = st.fixed_dictionaries(
    {"permission_set": st.sampled_from(SETS), "accounts": st.lists(selectors, min_size=1, max_size=2)},
    optional={"except": selectors, "until": st.sampled_from(DAYS)},
)
grants = st.one_of(
    st.builds(lambda grant, group: {**grant, "group": group}, named, st.sampled_from((*GROUPS, "*lake*"))),
    st.builds(lambda grant, user: {**grant, "user": user}, named, st.sampled_from(USERS)),
    st.sampled_from([{"groups": "{account}-{permission_set}"}, {"groups": "{ou}-{permission_set}"}]),
)
accounts = st.builds(
    Account,
    id=st.just(""),
    name=st.sampled_from(NAMES),
    ou_path=st.sampled_from(UNITS),
    tags=st.sampled_from([{}, *({"stage": stage} for stage in STAGES)]),
    state=st.sampled_from(["ACTIVE", "ACTIVE", "ACTIVE", "SUSPENDED"]),
)
MANAGEMENT = Account("123456789012", "management", "/", is_management=True)


@dataclass(frozen=True)
class Case:
    grants: list[dict[str, object]]
    members: list[Account]
    groups: frozenset[str]
    users: frozenset[str]
    there: frozenset[tuple[int, str, str]]

    def policy(self, prune: str = "enforce") -> AccessPolicy:
        raw = {
            "permission_sets": {name: {} for name in SETS},
            "grants": self.grants,
            "accounts": {"prune": prune, "max_removals": 1000},
        }
        return AccessPolicy.model_validate_json(json.dumps(raw), context={})

    def picture(self) -> Picture:
        members = tuple(replace(member, id=f"{n:012d}") for n, member in enumerate(self.members))
        everywhere = (*members, MANAGEMENT)
        there = frozenset(
            assignment(everywhere[n % len(everywhere)].id, permission_set, who)
            for n, permission_set, who in self.there
        )
        directory = Directory({n: f"id-{n}" for n in self.groups}, {n: f"id-{n}" for n in self.users})
        return Picture(everywhere, {name: f"arn:{name}" for name in SETS}, directory, there)


def assignment(account_id: str, permission_set: str, who: str) -> AccountAssignment:
    return AccountAssignment(
        account_id, f"arn:{permission_set}", f"id-{who}", "USER" if who in USERS else "GROUP"
    )


cases = st.builds(
    Case,
    grants=st.lists(grants, max_size=4),
    members=st.lists(accounts, max_size=3),
    groups=st.frozensets(st.sampled_from(GROUPS)),
    users=st.frozensets(st.sampled_from(USERS)),
    there=st.frozensets(
        st.tuples(st.integers(0, 3), st.sampled_from(SETS), st.sampled_from((*GROUPS, *USERS))), max_size=6
    ),
)


def shaped(text: str, shape: str) -> bool:
    return {
        "*": True,
        "data*": text.startswith("data"),
        "sand?ox": text == "sandbox",
        "*lake*": "lake" in text,
    }.get(shape, text == shape)


def holds(selector: object, account: Account) -> bool:
    if selector == "management" or account.is_management:
        return selector == "management" and account.is_management
    if not isinstance(selector, dict):
        return True
    unit = selector.get("ou", "/")
    parts, above = ([part for part in path.split("/") if part] for path in (account.ou_path, unit))
    return (
        (parts == above if selector.get("direct") else parts[: len(above)] == above)
        and shaped(account.name, selector.get("name", account.name))
        and all(
            shaped(account.tags.get(key, ""), value) and key in account.tags
            for key, value in selector.get("tag", {}).items()
        )
        and all(holds(inner, account) for inner in selector.get("and", []))
        and ("or" not in selector or any(holds(inner, account) for inner in selector["or"]))
        and ("not" not in selector or not holds(selector["not"], account))
    )


def home(case: Case) -> set[str]:
    """Permission sets of the management account, which no group's name chooses elsewhere."""
    return {str(g["permission_set"]) for g in case.grants if "management" in str(g.get("accounts"))}


def meaning(case: Case, seen: Picture) -> set[AccountAssignment]:
    wanted: set[AccountAssignment] = set()
    for account in seen.accounts:
        parts = [part for part in account.ou_path.split("/") if part]
        units = {*parts, *("-".join(parts[:n]) for n in range(1, len(parts) + 1))}
        for grant in case.grants:
            if account.state != "ACTIVE" or str(grant.get("until", "9999")) < TODAY.isoformat():
                continue
            if "groups" in grant:
                said = {account.id, account.name} if "{account}" in str(grant["groups"]) else units
                pairs = (
                    {(f"{word}-{name}", name) for word in said for name in set(SETS) - home(case)}
                    if not account.is_management
                    else set()
                )
            else:
                chosen = grant["accounts"]
                assert isinstance(chosen, list)
                excepted = "except" in grant and holds(grant["except"], account)
                if excepted or not any(holds(one, account) for one in chosen):
                    continue
                shape = str(grant.get("group", ""))
                who = {name for name in GROUPS if shaped(name, shape)} if shape else {str(grant["user"])}
                pairs = {(name, str(grant["permission_set"])) for name in who}
            known = case.groups | (case.users if "user" in grant else set())
            wanted |= {assignment(account.id, name, who) for who, name in pairs if who in known}
    return wanted


def carried_out(seen: Picture, plan: Plan) -> Picture:
    made = {step.assignment for step in plan.create}
    gone = {item.assignment for item in plan.remove}
    return replace(seen, assignments=(frozenset(seen.assignments) | made) - gone)


@settings(deadline=None)
@given(cases)
def test_a_plan_carried_out_is_what_the_policy_means(case: Case) -> None:
    """Given any start, what is wanted is there; what is not wanted is gone, or the plan says why it stays."""
    seen = case.picture()
    plan = plan_all(case.policy(), seen, TODAY)
    after = frozenset(carried_out(seen, plan).assignments)
    wanted = meaning(case, seen)
    assert wanted <= after
    assert after - wanted == {item.assignment for item in plan.kept}
    assert all(item.why for item in plan.kept)


@settings(deadline=None)
@given(cases)
def test_the_second_plan_is_empty(case: Case) -> None:
    """Given a plan carried out, there is nothing left to do."""
    seen = case.picture()
    again = plan_all(case.policy(), carried_out(seen, plan_all(case.policy(), seen, TODAY)), TODAY)
    assert (again.create, again.remove) == ((), ())


@settings(deadline=None)
@given(cases, st.integers(0, 5))
def test_an_incomplete_read_never_removes(case: Case, lost: int) -> None:
    """Given anything that could not be read (accounts, directory, or anything), nothing goes."""
    seen = replace(case.picture(), gaps=("a page was lost",))
    partial = replace(seen, accounts=seen.accounts[lost:], directory=Directory())
    for one in (seen, partial):
        assert plan_all(case.policy(), one, TODAY).remove == ()


@settings(deadline=None)
@given(cases, st.sampled_from(["off", "report"]))
def test_nothing_goes_unless_it_is_enforced(case: Case, prune: str) -> None:
    """Given prune off or report, a plan only adds, and it adds the same as when it may remove."""
    seen = case.picture()
    plan = plan_all(case.policy(prune), seen, TODAY)
    assert plan.remove == ()
    assert plan.create == plan_all(case.policy(), seen, TODAY).create


@settings(deadline=None)
@given(cases)
def test_each_entry_says_why(case: Case) -> None:
    """Given any plan, no entry is without a reason that names a grant or what stands in the way."""
    plan = plan_all(case.policy(), case.picture(), TODAY)
    for step in (*plan.create, *plan.unchanged):
        assert step.wanted.reasons
        assert all(reason.startswith("grant ") for reason in step.wanted.reasons)
    assert all([*(item.why for item in (*plan.remove, *plan.kept)), *(item.why for item in plan.blocked)])
