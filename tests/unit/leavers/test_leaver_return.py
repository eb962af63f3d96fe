"""A person comes back, or leaves again: which event counts, in whatever order they arrive."""

import pytest

from functions.finding import Severity, State
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.story import ENDED, FAILING, deactivated, later
from tests.unit.leavers.twins import JOHN, USER_ID, World, envelope


def test_somebody_who_returns_is_no_longer_denied(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.reception().receive(envelope(later("hook-reactivate")))

    assert world.denied() == set()
    assert world.state()["status"] == "closed"
    assert world.told(ENDED)[-1].state is State.CLEAR


def test_a_late_deactivate_does_not_undo_a_newer_return(world: World) -> None:
    world.reception().receive(envelope(later("hook-reactivate")))
    world.reception().receive(envelope(deactivated()))
    assert world.denied() == set()
    assert world.findings == []


def test_a_late_return_does_not_undo_a_newer_deactivate(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.reception().receive(envelope(later("hook-reactivate", minutes=-5)))
    assert world.denied() == {USER_ID}


@pytest.mark.parametrize("order", [1, -1])
def test_of_two_at_the_same_instant_leaving_counts(world: World, order: int) -> None:
    for name in ["hook-suspend", "hook-unsuspend"][::order]:
        world.reception().receive(envelope(later(name, 0)))
    assert world.denied() == {USER_ID}


def test_unlocked_but_still_suspended_stays_out(world: World) -> None:
    world.reception().receive(envelope(later("hook-suspend", 0)))
    world.reception().receive(envelope(later("hook-lock", 1)))
    told = list(world.findings)
    world.reception().receive(envelope(later("hook-unlock", 2)))
    assert world.denied() == {USER_ID}
    assert world.findings == told, "nothing has changed for on-call"
    world.reception().receive(envelope(later("hook-unsuspend", 3)))
    assert world.denied() == set()


def test_a_second_reason_takes_the_steps_again(world: World) -> None:
    """Whoever is only unassigned can still sign in to Okta, and may have done so since."""
    world.reception().receive(envelope(later("hook-app-membership-remove", 0)))
    world.reception().receive(envelope(later("hook-suspend", 1)))
    assert world.cleared == [JOHN, JOHN]


def test_the_newest_event_alone_answers_for_the_steps(world: World) -> None:
    world.broken = {"okta"}
    for name, minute in (("hook-app-membership-remove", 0), ("hook-suspend", 1)):
        with pytest.raises(StepsFailedError):
            world.reception().receive(envelope(later(name, minute)))

    world.reception().receive(envelope(later("hook-app-membership-remove", 0)))


def test_who_is_overtaken_between_two_steps_leaves_the_rest_to_the_newer_event(world: World) -> None:
    def return_meanwhile(what: str) -> None:
        if what == "clear":
            world.meanwhile = None
            world.reception().receive(envelope(later("hook-reactivate")))

    world.meanwhile = return_meanwhile
    world.reception().receive(envelope(deactivated()))

    assert world.denied() == set()
    assert world.state()["status"] == "closed"
    assert set(world.state()["steps"]) == {"lift", "put-back", "tell"}, (
        "nothing of the older event is among them"
    )
    assert world.told(ENDED)[-1].state is State.CLEAR


def test_a_failing_lift_is_repeated(world: World) -> None:
    world.reception().receive(envelope(deactivated()))
    world.broken = {"policies"}
    with pytest.raises(StepsFailedError, match="lift"):
        world.reception().receive(envelope(later("hook-reactivate")))
    assert world.told(FAILING)[-1].severity is Severity.WARNING
    world.broken = set()
    world.reception().receive(envelope(later("hook-reactivate")))
    assert world.denied() == set()
