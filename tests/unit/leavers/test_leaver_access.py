"""What a leaver could reach is taken away, remembered, and put back when they return."""

from datetime import timedelta
from typing import Any

import pytest

from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.twins import START, USER_ID, World, envelope, sample

SET = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-1"
OWN = (USER_ID, "111111111111", SET)
COLLEAGUES = {("u-colleague", "111111111111", SET)}


def left() -> dict[str, Any]:
    return sample("hook-user-lifecycle-deactivate")


def back(minutes: float = 60) -> dict[str, Any]:
    return sample("hook-reactivate") | {"published": (START + timedelta(minutes=minutes)).isoformat()}


@pytest.fixture
def world() -> World:
    """Somebody with an assignment of their own and access through two groups; a colleague with the same."""
    return World(
        assignments={OWN, *COLLEAGUES},
        memberships={(USER_ID, "g-1"), (USER_ID, "g-2"), ("u-colleague", "g-1")},
    )


def test_assignments_and_memberships_are_removed_and_remembered(world: World) -> None:
    world.reception().receive(envelope(left()))
    assert world.assignments == COLLEAGUES
    assert world.memberships == {("u-colleague", "g-1")}
    taken = world.state()["taken"]
    assert (taken["assignments"], taken["groups"]) == ([["111111111111", SET]], ["g-1", "g-2"])
    assert any(item.get("taken") for item in world.audit), "the audit trail has it too"


def test_who_returns_gets_back_what_was_taken(world: World) -> None:
    before = set(world.assignments), set(world.memberships)
    world.reception().receive(envelope(left()))
    world.reception().receive(envelope(back()))
    assert (world.assignments, world.memberships) == before
    assert not any(world.state()["taken"].values())


def test_a_group_that_is_gone_meanwhile_is_named_and_holds_nothing_up(world: World) -> None:
    world.reception().receive(envelope(left()))
    world.gone_groups = {"g-2"}
    world.reception().receive(envelope(back()))
    assert (USER_ID, "g-1") in world.memberships
    assert "no longer there: g-2" in world.state()["steps"]["put-back"]["note"]


def test_memberships_may_be_left_to_okta(world: World) -> None:
    world.mode = "leave"
    world.reception().receive(envelope(left()))
    assert world.assignments == COLLEAGUES
    assert (USER_ID, "g-1") in world.memberships
    assert world.step("memberships") == "nothing to do"
    assert world.state()["clean_since"] is None, "they could still come in"


@pytest.mark.parametrize("fuse", range(30))
def test_killed_at_any_call_nothing_taken_is_forgotten(world: World, fuse: int) -> None:
    before = set(world.assignments), set(world.memberships)
    for event in (left(), back()):
        world.fuse = fuse
        try:
            world.reception().receive(envelope(event))
        except BaseException:  # noqa: BLE001 - the process is gone, whatever it says while going
            assert world.dead
        world.dead, world.fuse = False, None
        world.reception().receive(envelope(event))
        if event["eventType"] == left()["eventType"]:
            assert world.assignments == COLLEAGUES
            assert world.memberships == {("u-colleague", "g-1")}
    assert (world.assignments, world.memberships) == before


def test_while_identity_center_fails_the_deny_holds_and_the_rest_is_repeated(world: World) -> None:
    world.broken = {"access"}
    with pytest.raises(StepsFailedError, match="stock, assignments, memberships"):
        world.reception().receive(envelope(left()))
    assert world.denied() == {USER_ID}
    world.broken = set()
    world.reception().receive(envelope(left()))
    assert world.assignments == COLLEAGUES


@pytest.mark.parametrize("moment", ["unassign", "leave", "tell"])
def test_a_return_in_the_middle_of_the_taking_leaves_them_with_everything(world: World, moment: str) -> None:
    """Both run at once: what ours takes after the other one has put it back is put back again."""
    before = set(world.assignments), set(world.memberships)

    def return_meanwhile(what: str) -> None:
        if what == moment:
            world.meanwhile = None
            world.reception().receive(envelope(back()))

    world.meanwhile = return_meanwhile
    world.reception().receive(envelope(left()))

    assert (world.assignments, world.memberships) == before
    assert world.denied() == set()


def test_leaving_again_in_the_middle_of_the_return_leaves_them_with_nothing(world: World) -> None:
    world.reception().receive(envelope(left()))

    def leave_meanwhile(what: str) -> None:
        if what == "join":
            world.meanwhile = None
            again = sample("hook-suspend") | {"published": (START + timedelta(hours=2)).isoformat()}
            world.reception().receive(envelope(again))

    world.meanwhile = leave_meanwhile
    world.reception().receive(envelope(back()))

    assert world.assignments == COLLEAGUES
    assert world.memberships == {("u-colleague", "g-1")}
    assert world.denied() == {USER_ID}
    assert world.state()["taken"]["groups"] == ["g-1", "g-2"], "and the next return gives it back"
