"""Whatever is there and whichever read fails: reconcile ends at the policy's meaning, and takes nothing away
on an incomplete read."""

from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment
from tests.unit.accounts.aws_in_memory import MANAGEMENT
from tests.unit.accounts.company import ENFORCE, FULL, ONE, TWO, Company

places = st.frozensets(
    st.tuples(
        st.sampled_from((ONE, TWO)),
        st.sampled_from(("audit", "sre", "strangers")),
        st.sampled_from(("ReadOnly", "Operations")),
    )
)
reads = st.sampled_from(
    (
        ("organizations", "list_roots"),
        ("organizations", "list_accounts"),
        ("organizations", "list_organizational_units_for_parent"),
        ("organizations", "list_accounts_for_parent"),
        ("store", "list_groups"),
        ("center", "list_permission_sets"),
        ("center", "describe_permission_set"),
        ("by_role", "list_account_assignments_for_principal"),
    )
)
POLICY = ENFORCE.replace("max_removals: 3", "max_removals: 20")


def company_with(there: frozenset[tuple[str, str, str]], policy: str = POLICY) -> Company:
    company = Company(policy)
    company.world.store.push("strangers")
    for place in there:
        company.give(*place)
    return company


@settings(deadline=None)
@given(places)
def test_from_anywhere_to_the_meaning_and_then_nothing(there: frozenset[tuple[str, str, str]]) -> None:
    """Given any assignments, one run ends where the policy says, and the next one does nothing."""
    company = company_with(there)
    company.run()
    assert company.access() == FULL
    before = company.writes()
    company.run()
    assert company.writes() == before


@settings(deadline=None)
@given(places, reads, st.integers(min_value=0, max_value=3))
def test_no_incomplete_read_takes_anything_away(
    there: frozenset[tuple[str, str, str]], read: tuple[str, str], after: int
) -> None:
    """AUTO: one failed listing → 100 grants deleted. Given any read that fails, early or late, what was there
    is there afterwards, and the run says that it is incomplete."""
    company = company_with(there)
    service = company.by_role if read[0] == "by_role" else getattr(company.world, read[0])
    count = service.count
    left = [after]

    def failing(operation: str) -> None:
        if operation == read[1]:
            left[0] -= 1
            if left[0] == -1:
                raise service.error("InternalServerException", operation)
        count(operation)

    service.count = failing  # type: ignore[method-assign] # the read that fails
    try:
        incomplete = bool(company.run().gaps)
    except ClientError:
        incomplete = True
    assert incomplete == (left[0] < 0)
    if incomplete:
        assert company.access() >= there


@settings(deadline=None)
@given(places, st.sampled_from(("off", "report")))
def test_nothing_goes_until_removing_is_switched_on(
    there: frozenset[tuple[str, str, str]], prune: str
) -> None:
    company = company_with(there, POLICY.replace("enforce", prune))
    company.run()
    assert company.access() == there | FULL


@settings(deadline=None)
@given(places, st.lists(st.booleans(), max_size=8), st.sampled_from((30.0, 870.0)))
def test_a_reading_in_several_runs_removes_only_with_everything_read(
    there: frozenset[tuple[str, str, str]], fails: list[bool], seconds: float
) -> None:
    """Given an organization read in several runs, whichever reads fail: what was there stays unless all of it
    was read, and then access is what the policy means."""
    company = company_with(there, POLICY)
    company.reconciler.reader.off_limits[MANAGEMENT] = "not here"
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    count = company.center.count

    def failing(operation: str) -> None:
        if operation == "list_permission_sets_provisioned_to_account" and fails and fails.pop(0):
            raise company.center.error("InternalServerException", operation)
        count(operation)

    company.center.count = failing  # type: ignore[method-assign] # the reads that fail
    done = company.run(seconds=1)
    while done.goes_on:
        assert company.access() == there
        scope = Scope(sweep=done.goes_on.sweep, number=done.goes_on.number)
        done = company.run(scope, seconds=seconds)
    assert company.access() >= there if done.gaps else company.access() == FULL


looks = st.sampled_from(
    (
        ("organizations", "describe_account"),
        ("organizations", "list_parents"),
        ("organizations", "describe_organizational_unit"),
        ("organizations", "list_tags_for_resource"),
        ("store", "list_groups"),
        ("center", "list_permission_sets"),
        ("center", "describe_permission_set"),
        ("center", "list_permission_sets_provisioned_to_account"),
        ("center", "list_account_assignments"),
    )
)


@settings(deadline=None)
@given(places, st.sampled_from(("/Workloads", "/Data", "/")))
def test_a_look_into_a_moved_account_ends_at_its_meaning_and_touches_no_other(
    there: frozenset[tuple[str, str, str]], place: str
) -> None:
    """Given any assignments and any new place, the account has what the policy means there, a second delivery
    changes nothing, and the other account has what it had."""
    company = company_with(there)
    company.world.organizations.accounts[ONE].ou_path = place
    company.run(Scope(account=ONE))
    wanted = {(ONE, "audit", "ReadOnly")} | ({(ONE, "sre", "Operations")} if place == "/Workloads" else set())
    assert company.access() == wanted | {each for each in there if each[0] != ONE}
    before = company.writes()
    company.run(Scope(account=ONE))
    assert company.writes() == before


@settings(deadline=None)
@given(places, looks, st.integers(min_value=0, max_value=4))
def test_no_incomplete_look_into_an_account_takes_anything_away(
    there: frozenset[tuple[str, str, str]], look: tuple[str, str], after: int
) -> None:
    """Given any read of one account that fails before the first removal, what was there is there afterwards,
    and the event comes back."""
    company = company_with(there)
    company.world.organizations.accounts[ONE].ou_path = "/Data"
    service = getattr(company.world, look[0])
    count = service.count
    left, removals = [after], [0]

    def failing(operation: str) -> None:
        if operation == look[1]:
            left[0] -= 1
            if left[0] == -1:
                removals[0] = company.center.calls["delete_account_assignment"]
                raise service.error("InternalServerException", operation)
        count(operation)

    service.count = failing
    try:
        company.run(Scope(account=ONE))
        failed = False
    except ClientError:
        failed = True
    assert failed == (left[0] < 0)
    if failed and not removals[0]:
        assert company.access() >= there
        assert company.told == []


USERS = ("break.glass", "break.glass.2", "kim")


@settings(deadline=None)
@given(
    st.frozensets(st.tuples(st.sampled_from((ONE, TWO)), st.sampled_from(USERS))),
    st.frozensets(st.sampled_from(USERS)),
    st.booleans(),
    st.sampled_from((Scope(), Scope(account=ONE))),
)
def test_no_protected_user_ever_loses_anything(
    there: frozenset[tuple[str, str]], named: frozenset[str], fails: bool, scope: Scope
) -> None:
    """Given users with assignments of their own, some of whom have no name any more or cannot be asked for
    theirs: whoever is protected keeps all of it, and so does whoever might be."""
    company = Company(POLICY.replace("max_removals: 20", "max_removals: 20, protected: {users: 'break.*'}"))
    company.by_role.trouble["list_account_assignments_for_principal"] = ["AccessDeniedException"]
    company.world.store.users |= {name: f"id-of-{name}" for name in named}
    company.world.store.trouble["describe_user"] = ["InternalServerException"] * fails
    of_their_own = {
        AccountAssignment(account, "arn:of:Operations", f"id-of-{who}", "USER"): who for account, who in there
    }
    company.center.assignments |= of_their_own.keys()
    company.run(scope)
    gone = {of_their_own[each] for each in of_their_own if each not in company.center.assignments}
    assert gone <= {"kim"} & named
