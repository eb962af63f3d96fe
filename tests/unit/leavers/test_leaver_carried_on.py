"""What is left to do for somebody is carried on by the schedule, when no message will any more."""

import pytest

from functions.finding import State
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.test_leaver_upkeep import ENDED, left, returned, upkeep, world
from tests.unit.leavers.twins import JOHN, USER_ID, World

__all__ = ["world"]


def given_up_by_the_queue(world: World, *broken: str) -> None:
    world.broken = set(broken)
    with pytest.raises(StepsFailedError):
        left(world)


def test_steps_whose_message_was_given_up_are_carried_on_by_the_schedule(world: World) -> None:
    given_up_by_the_queue(world, "okta")
    upkeep(world, 0.5)
    assert world.step("okta-sessions") == "failed", "the queue may still bring the message again"
    upkeep(world, 1.5)
    assert world.step("okta-sessions") == "failed", "Okta is still down, and the run ends well all the same"
    world.broken = set()
    upkeep(world, 3)
    assert (world.cleared, world.step("okta-sessions")) == ([JOHN], "done")
    assert world.told(ENDED), "on-call has the message that says what holds"
    assert world.told(f"{ENDED}/failing")[-1].state is State.CLEAR


def test_whoever_could_not_be_found_is_searched_again(world: World) -> None:
    given_up_by_the_queue(world, "directory")
    world.broken = set()
    upkeep(world, 2)
    assert world.denied() == {USER_ID}


def test_what_is_left_is_carried_on_though_the_policies_cannot_be_written(world: World) -> None:
    given_up_by_the_queue(world, "okta", "policies")
    world.broken = {"policies"}
    with pytest.raises(StepsFailedError):
        upkeep(world, 2)
    assert world.cleared == [JOHN]


def test_what_a_return_could_not_put_back_is_carried_on(world: World) -> None:
    world.memberships = {(USER_ID, "g-1")}
    left(world)
    world.broken = {"access"}
    with pytest.raises(StepsFailedError):
        returned(world)
    assert world.memberships == set()
    world.broken = set()
    upkeep(world, 4)
    assert world.memberships == {(USER_ID, "g-1")}


@pytest.mark.parametrize("hours", [1, 40], ids=["while a deny stood", "after it was lifted"])
def test_what_could_not_be_put_back_is_carried_on_however_long_it_takes(world: World, hours: float) -> None:
    """Also when the deny has ended long ago, so that nothing but the put-back is left."""
    world.memberships = {(USER_ID, "g-1")}
    left(world)
    for hour in (each for each in (14, 28, 39) if each < hours):
        upkeep(world, hour)
    world.broken = {"access"}
    with pytest.raises(StepsFailedError):
        returned(world, hours * 60)
    for hour in (42, 60, 80):
        upkeep(world, hour)
        assert world.memberships == set()
    assert (world.denied(), world.narrowed()) == (set(), {}), "nothing is denied meanwhile"
    world.broken = set()
    upkeep(world, 82)
    assert world.memberships == {(USER_ID, "g-1")}
    assert world.opened == {}, "and then nothing is left to come back to"


def test_whose_steps_are_done_is_left_alone(world: World) -> None:
    left(world)
    upkeep(world, 2)
    assert world.cleared == [JOHN], "once"
