"""Who may have more than grants want after an event has `reconcile` look at it."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from functions.aws.identity_center import AccountAssignment
from tests.unit.accounts.aws_in_memory import MemberAccount, World
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world

__all__ = ["bus", "world"]


def pruning(world: World, how: str) -> None:
    object.__setattr__(world.admitter.policy.accounts, "prune", how)


def renamed() -> dict[str, Any]:
    event = sample("put-account-name")
    event["detail"]["requestParameters"] = {"accountId": NEW, "accountName": "fresh"}
    return event


@pytest.mark.parametrize("how", ["report", "enforce"])
@pytest.mark.parametrize(
    "event",
    [sample("move-account"), sample("tag-resource"), sample("untag-resource"), renamed()],
    ids=["moved", "tagged", "untagged", "renamed"],
)
def test_who_may_have_lost_a_grant_is_compared_at_once(
    world: World, bus: Bus, event: dict[str, Any], how: str
) -> None:
    """Given an account with another place, tag or name, what it gains is made, and `reconcile` is asked to
    look for what it has too much."""
    pruning(world, how)
    event["detail"]["requestParameters"] |= {"accountId": NEW, "resourceId": NEW}
    assert deliver(event) == []
    assert world.access(NEW) == {("audit", "A")}
    assert bus.asked == [("reconcile", {"scope": {"account": NEW}})]


def test_with_prune_off_nothing_more_is_read(world: World, bus: Bus) -> None:
    assert deliver(sample("move-account")) == []
    assert bus.asked == []
    assert world.organizations.calls["describe_account"] == 1


def test_a_new_account_has_nothing_to_lose(world: World, bus: Bus) -> None:
    """Given an arrival, nobody reads the account a second time, however much may be taken away."""
    pruning(world, "enforce")
    assert deliver(sample("create-account-result")) == []
    assert bus.asked == []


def test_an_account_that_moves_while_it_is_let_in_is_compared(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given Control Tower, which moves a new account while its first grants are being made, what its first
    place gave is looked at, though its move may have been by then."""
    pruning(world, "enforce")
    create = world.center.create_account_assignment

    def moving(**asked: Any) -> dict[str, Any]:
        world.organizations.accounts[NEW].ou_path = "/Workloads"
        return create(**asked)

    monkeypatch.setattr(world.center, "create_account_assignment", moving)
    assert deliver(sample("create-account-result")) == []
    assert bus.asked == [("reconcile", {"scope": {"account": NEW}})]


def test_an_account_that_is_closed_is_not_compared(world: World, bus: Bus) -> None:
    pruning(world, "enforce")
    world.organizations.accounts[NEW].state = "SUSPENDED"
    assert deliver(sample("move-account")) == []
    assert bus.asked == []


def test_the_move_itself_takes_nothing_away(world: World, bus: Bus) -> None:
    """Given an assignment that no grant wants, the function that hears of the move has no call to remove
    it."""
    pruning(world, "enforce")
    stray = AccountAssignment(NEW, "arn:of:B", "id-of-audit")
    world.center.assignments.add(stray)
    assert deliver(sample("move-account")) == []
    assert stray in world.center.assignments


def test_an_ou_with_another_name_has_everything_compared_once(world: World, bus: Bus) -> None:
    """Given a renamed OU, each account gets what it gains alone, and one run looks for what they lost
    together, so that max_removals counts the OU."""
    pruning(world, "enforce")
    world.organizations.accounts |= {
        "100000000001": MemberAccount("a", "/Live"),
        "100000000002": MemberAccount("b", "/Live"),
    }
    event = sample("update-organizational-unit")
    event["detail"]["requestParameters"]["organizationalUnitId"] = "/Live"
    assert deliver(event) == []
    assert [name for name, _ in bus.asked] == ["reconcile.account", "reconcile.account", "reconcile"]
    assert bus.asked[-1][1] == {"scope": "all"}


def test_what_was_removed_by_hand_comes_back(world: World, bus: Bus) -> None:
    """EXT: an assignment deleted out of band was never repaired.

    Given a deletion by hand, its event waits until the deletion is through, then what a grant wants is made
    again.
    """
    deliver(sample("create-account-result"))
    world.center.assignments.clear()
    event = sample("delete-account-assignment")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(seconds=2)
    assert deliver(event) == ["0"]
    world.clock.now += timedelta(seconds=60)
    assert deliver(event) == []
    assert world.access(NEW) == {("audit", "A")}


def test_a_change_by_hand_has_the_account_compared_where_unwanted_access_is_told(
    bus: Bus, world: World
) -> None:
    """Given prune: enforce, what was given by hand is looked at, and the event says that nothing may go:
    whoever gave it is at work."""
    event = sample("create-account-assignment")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(minutes=1)
    assert deliver(event) == []
    assert bus.asked == []
    pruning(world, "enforce")
    assert deliver(event) == []
    assert bus.asked == [("reconcile", {"scope": {"account": NEW}, "remove": False})]


@pytest.mark.parametrize(
    ("event", "detail"), [("tag-resource", {}), ("create-account-assignment", {"remove": False})]
)
def test_the_management_account_is_left_to_reconcile(
    world: World, bus: Bus, event: str, detail: dict[str, Any]
) -> None:
    """Given an account whose access only a role there may change, `reconcile`, which may be that role, is
    asked to look; what somebody did by hand is told and not undone."""
    object.__setattr__(world.admitter, "apart", [NEW])
    happened = sample(event)
    happened["time"] = (world.clock.now - timedelta(minutes=1)).isoformat()
    happened["detail"]["requestParameters"] |= {"resourceId": NEW, "targetId": NEW}
    assert deliver(happened) == []
    assert bus.asked == [("reconcile", {"scope": {"account": NEW}, **detail})]
    assert world.access(NEW) == set()
