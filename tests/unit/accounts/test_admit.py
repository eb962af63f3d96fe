"""One account is let in: what the policy wants there is there, by that account's own calls."""

from datetime import datetime, timedelta

import pytest
from botocore.exceptions import ClientError

from functions.accounts.admit import Admission, NotReadyError
from functions.accounts.apply import OUTSTANDING, UnfinishedError
from functions.aws.identity_center import AccountAssignment
from functions.aws.organizations import AccountUnknownError
from functions.finding import State
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MANAGEMENT, MemberAccount, World

NEW = "444455556666"
OTHER = "555566667777"
GRANTS = """
permission_sets: {ReadOnly: {}, Developer: {}, Operations: {}}
grants:
  - {group: audit, permission_set: ReadOnly, accounts: all}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}
  - {group: developers, permission_set: Developer, accounts: {tag: {stage: development}}}
"""


@pytest.fixture
def world() -> World:
    world = World(loads(GRANTS))
    world.store.push("audit", "sre", "developers")
    world.organizations.accounts[NEW] = MemberAccount("fresh", "/Workloads/Production/Regulated")
    world.organizations.accounts[OTHER] = MemberAccount("other", "/Workloads")
    return world


def admit(world: World, account_id: str = NEW, seconds: float = 60.0) -> Admission:
    admission = world.admitter.admit(account_id, since=world.clock.now, deadline=world.deadline(seconds))
    assert admission is not None
    return admission


def opened(admission: Admission) -> set[str]:
    return {finding.key for finding in admission.findings if finding.state is State.OPEN}


def test_a_new_account_gets_every_grant_that_matches_it(world: World) -> None:
    """Given an account three units deep, grants of any unit above it hold (LZA #584: nested OUs)."""
    admission = admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}
    assert opened(admission) == set()
    assert world.access(OTHER) == set()


def test_twice_changes_nothing(world: World) -> None:
    """Given the same event again, nothing is asked for a second time."""
    admit(world)
    before = world.center.calls["create_account_assignment"]
    assert admit(world).applied.created == ()
    assert world.center.calls["create_account_assignment"] == before


def test_one_new_account_costs_its_own_calls() -> None:
    """AUTO: 6,153 calls for one new account with 12 grants, in an organization of 200 accounts and 30 sets.

    Given the same, with names known, it is 1 read, 12 creates, and a look or two at the statuses.
    """
    sets = [f"Set{number}" for number in range(30)]
    grants = [f"  - {{group: g{n}, permission_set: Set{n}, accounts: all}}" for n in range(12)]
    declared = ", ".join(f"{name}: {{}}" for name in sets)
    world = World(loads(f"permission_sets: {{{declared}}}\ngrants:\n" + "\n".join(grants)))
    world.store.push(*(f"g{number}" for number in range(40)))
    for number in range(200):
        world.organizations.accounts[f"{number:012d}"] = MemberAccount(f"a{number}", "/Workloads")
    admit(world, f"{0:012d}")
    for service in (world.center, world.store, world.organizations):
        service.calls.clear()
    admission = admit(world, f"{1:012d}")
    assert len(admission.applied.created) == 12
    assert dict(world.center.calls) == {
        "list_permission_sets_provisioned_to_account": 1,
        "create_account_assignment": 12,
        "list_account_assignment_creation_status": 1,
    }
    assert sum(world.store.calls.values()) == 0
    assert dict(world.organizations.calls) == {
        "describe_account": 1,
        "list_parents": 2,
        "describe_organizational_unit": 1,
        "list_tags_for_resource": 1,
    }


def test_statuses_are_followed_to_the_end(world: World) -> None:
    """EXT, LZA #1088, TEAM #522: a request was shown as done while it was not.

    Given requests that take a while, the admission ends when they do, and says when.
    """
    world.center.looks = 4
    begin = world.clock.now
    admission = admit(world)
    assert len(admission.applied.created) == 2
    assert admission.applied.finished is not None
    assert admission.applied.finished > begin
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}


def test_failed_is_final_and_said(world: World) -> None:
    """EXT: a FAILED status was polled for 10 minutes. TEAM #522: a failure was shown as success.

    Given a request that fails, it is not repeated, the others are made, and on-call hears AWS's reason.
    """
    world.center.fails["Operations"] = "the role could not be updated"
    admission = admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly")}
    assert opened(admission) == {f"accounts/{NEW}/access"}
    (finding,) = [f for f in admission.findings if f.state is State.OPEN]
    assert finding.facts == {"sre → Operations": "the role could not be updated"}
    assert world.center.calls["create_account_assignment"] == 2
    assert not admission.slow


def test_a_finding_clears_when_the_cause_is_gone(world: World) -> None:
    """Given a failure that does not come back, the same key is reported clear."""
    world.center.fails["Operations"] = "the role could not be updated"
    admit(world)
    world.center.fails.clear()
    admission = admit(world)
    assert opened(admission) == set()
    assert f"accounts/{NEW}/access" in {finding.key for finding in admission.findings}


def test_an_account_too_new_for_identity_center_is_worth_another_try(world: World) -> None:
    """Given AWS's reason for very new accounts, the event is to come back."""
    world.center.fails["Operations"] = (
        "Obtaining permissions to manage your AWS account takes longer than usual. Try again later."
    )
    assert admit(world).slow


def test_a_failure_that_is_there_after_all_is_none(world: World) -> None:
    """Given a request that failed because the same event, delivered twice, made the assignment already,
    nobody is told of a failure."""
    world.center.fails["Operations"] = "already exists"
    there = AccountAssignment(NEW, "arn:of:Operations", "id-of-sre")
    original = world.center.create_account_assignment

    def created_by_the_other(**asked: str) -> dict[str, object]:
        world.center.assignments.add(there)
        return original(**asked)

    world.center.create_account_assignment = created_by_the_other  # type: ignore[method-assign] # the race
    admission = admit(world)
    assert admission.applied.failed == ()
    assert opened(admission) == set()


def test_a_group_that_is_not_there_is_said_and_costs_nobody_anything(world: World) -> None:
    """AUTO: one group name not found (renamed, or SCIM late) → 200 grants deleted.

    Given a missing group, it is a finding; what others have and get stays, and it resolves by itself.
    """
    world.center.assignments.add(AccountAssignment(NEW, "arn:of:Operations", "id-of-sre"))
    del world.store.groups["sre"]
    admission = admit(world)
    assert opened(admission) == {"accounts/group/sre"}
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}
    world.store.push("sre")
    assert opened(admit(world)) == set()


def test_an_incomplete_read_makes_nothing_and_removes_nothing(world: World) -> None:
    """AUTO: one OU listing failed and was taken for empty → 100 grants deleted.

    Given any read that fails, the event comes back and nothing was touched.
    """
    for service, operation in (
        (world.organizations, "list_parents"),
        (world.organizations, "list_tags_for_resource"),
        (world.store, "get_group_id"),
        (world.center, "list_permission_sets"),
        (world.center, "list_permission_sets_provisioned_to_account"),
    ):
        service.trouble[operation] = ["AccessDeniedException"]
        with pytest.raises(ClientError, match="AccessDenied"):
            admit(world)
        assert world.center.calls["create_account_assignment"] == 0
    assert world.access(NEW) == set()


def test_a_move_takes_nothing_away(world: World) -> None:
    """AA4, EXT: a move removed grants that the new place, or another rule, still gives.

    Given an account moved out of /Workloads, event-scoped work adds and never removes.
    """
    admit(world)
    world.organizations.accounts[NEW].ou_path = "/Security"
    admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}


def test_a_removal_by_hand_is_repaired(world: World) -> None:
    """EXT: believed its own table, so an assignment deleted by hand never came back.

    Given such a deletion, the next event of the account finds it missing: AWS is read, no table is.
    """
    admit(world)
    world.center.assignments.clear()
    admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}


def test_tags_bring_access(world: World) -> None:
    """Given a tag that a grant asks for, it is given once the tag is there."""
    world.organizations.accounts[NEW].tags["stage"] = "development"
    admit(world)
    assert ("developers", "Developer") in world.access(NEW)


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_CLOSURE", "CLOSED"])
def test_a_closed_account_is_left_alone(world: World, state: str) -> None:
    """AUTO #31: a suspended account broke the run. Given one, there is nothing to do, and no error."""
    world.organizations.accounts[NEW].state = state
    assert world.admitter.admit(NEW, since=world.clock.now, deadline=world.deadline()) is None
    assert world.center.calls == {}


@pytest.mark.parametrize("state", ["PENDING_ACTIVATION", "SOMETHING_NEW"])
def test_an_account_not_ready_yet_comes_back(world: World, state: str) -> None:
    """Given an account that is not ACTIVE yet, the error says so and nothing was asked of Identity Center."""
    world.organizations.accounts[NEW].state = state
    with pytest.raises(NotReadyError, match=state):
        admit(world)
    assert world.center.calls == {}


def test_an_account_that_organizations_does_not_show_yet_comes_back(world: World) -> None:
    """Given an event that is faster than Organizations' own reading, the event is to come back."""
    with pytest.raises(AccountUnknownError):
        admit(world, "999999999999")


def test_the_management_account_is_left_alone(world: World) -> None:
    """Given grants to all accounts, the management account gets none of them, and is not even read:
    a delegated administrator may not."""
    admit(world, MANAGEMENT)
    assert world.access(MANAGEMENT) == set()
    assert world.center.calls == {}


def test_a_permission_set_that_is_not_deployed_is_said(world: World) -> None:
    """Given a grant whose permission set Identity Center does not have, the rest is made, and it is said."""
    del world.center.sets["Operations"]
    admission = admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly")}
    (finding,) = [f for f in admission.findings if f.state is State.OPEN]
    assert finding.facts == {"sre → Operations": "Identity Center has no permission set Operations"}


def test_conflicts_and_throttling_pass(world: World) -> None:
    """Given ConflictException and ThrottlingException, as AWS documents them, the assignment is made."""
    world.center.trouble["create_account_assignment"] = ["ConflictException", "ThrottlingException"]
    admit(world)
    assert world.access(NEW) == {("audit", "ReadOnly"), ("sre", "Operations")}


def test_never_more_than_15_are_outstanding() -> None:
    """Given 40 grants, AWS is never asked for more than 15 at a time, and all 40 are made."""
    grants = [f"  - {{group: g{n}, permission_set: A, accounts: all}}" for n in range(40)]
    world = World(loads("permission_sets: {A: {}}\ngrants:\n" + "\n".join(grants)))
    world.store.push(*(f"g{number}" for number in range(40)))
    world.organizations.accounts[NEW] = MemberAccount("fresh", "/")
    world.center.looks = 2
    admit(world)
    assert len(world.access(NEW)) == 40
    assert world.center.most_outstanding == OUTSTANDING


def test_a_poll_ends_before_the_function_does(world: World) -> None:
    """ELEV: polled without a time-out inside a Lambda.

    Given requests that never end, the function says so in time, and the next try finds what is there.
    """
    world.center.looks = 10**6
    begin: datetime = world.clock.now
    with pytest.raises(UnfinishedError, match="2 assignments"):
        admit(world, seconds=30)
    assert world.clock.now - begin < timedelta(seconds=40)


def test_a_permission_set_made_anew_is_found_the_second_time(world: World) -> None:
    """Given a name learned before the set was deleted and made again, the next try knows the new one."""
    admit(world)
    world.center.assignments.clear()
    world.center.sets["Operations"] = "arn:of:Operations-2"
    world.center.trouble["create_account_assignment"] = ["ResourceNotFoundException"]
    admit(world)
    admit(world)
    assert ("sre", "Operations-2") in world.access(NEW)
