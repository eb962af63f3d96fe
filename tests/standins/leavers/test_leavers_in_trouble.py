"""Each step's API failing, throttled and slow in turn: the rest holds meanwhile, and it ends right, once."""

import pytest

from tests.standins.leavers.outcome import EVERYTHING, delivered, holding
from tests.standins.leavers.scene import NOTHING, Scene
from tests.standins.leavers.troubles import LEAVING, LEDGER, RETURNING, TELLING, Trouble

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


@pytest.mark.parametrize("trouble", LEAVING, ids=str)
def test_while_one_api_fails_all_else_holds_of_a_leaver(scene: Scene, trouble: Trouble) -> None:
    # Given somebody with access of every kind, and an API that fails
    person = scene.joins()
    event = person.leaves()
    scene.faults([trouble.fails()])

    # When they leave, then all but what that API carries out holds at once
    assert not delivered(scene, event)
    assert holding(person) == EVERYTHING - trouble.held_up

    # And all of it when the API is well again and the message comes again
    assert delivered(scene, event)
    assert holding(person) == EVERYTHING


def test_all_throttled_each_step_holds_as_soon_as_its_api_lets_it(scene: Scene) -> None:
    person = scene.joins()
    event = person.leaves()

    for number in range(len(LEAVING) + 1):
        throttled = LEAVING[number:]
        scene.faults([each.throttles() for each in throttled])
        assert delivered(scene, event) == (not throttled)
        held_up = frozenset[str]().union(*(each.held_up for each in throttled))
        assert holding(person) == EVERYTHING - held_up


@pytest.mark.parametrize("kind", ["fails", "throttles"])
def test_nothing_is_lost_of_who_returns_while_one_api_after_the_other_recovers(
    scene: Scene, kind: str
) -> None:
    person = scene.joins()
    before = person.has()
    assert delivered(scene, person.leaves())
    event = person.returns()

    for number in range(len(RETURNING) + 1):
        scene.faults([getattr(each, kind)() for each in RETURNING[number:]])
        assert delivered(scene, event) == (number == len(RETURNING))

    assert (person.has(), person.enabled()) == (before, True)
    assert person.denials() == (1, 1), "their old sessions stay dead"


def test_slow_apis_take_their_time_and_nothing_is_given_up(scene: Scene) -> None:
    person = scene.joins()
    before = person.has()

    scene.faults([each.dawdles() for each in (*LEAVING, LEDGER, TELLING)])
    assert delivered(scene, person.leaves())
    assert holding(person) == EVERYTHING

    scene.faults([each.dawdles() for each in (*RETURNING, LEDGER, TELLING)])
    assert delivered(scene, person.returns())
    assert (person.has(), person.enabled()) == (before, True)


def test_what_cannot_be_written_down_is_not_taken(scene: Scene) -> None:
    person = scene.joins()
    before, event = person.has(), person.leaves()
    scene.faults([LEDGER.fails()])

    assert not delivered(scene, event)
    scene.faults([])
    assert person.has() == before

    assert delivered(scene, event)
    assert holding(person) == EVERYTHING


def test_everything_holds_while_on_call_cannot_be_told_and_they_are_told_later(scene: Scene) -> None:
    person = scene.joins()
    event = person.leaves()
    scene.faults([TELLING.throttles()])
    assert not delivered(scene, event)
    assert holding(person) == EVERYTHING

    scene.cloud.faults.reset()
    assert delivered(scene, event)
    assert scene.cloud.faults.calls()["events"]["PutEvents"] == 1


def test_a_message_that_comes_again_does_nothing_again(scene: Scene) -> None:
    person = scene.joins()
    event = person.leaves()
    assert delivered(scene, event)
    assert person.has() == NOTHING
    scene.plane.server.faults.reset()
    scene.tenant.faults.reset()

    assert delivered(scene, event)

    assert scene.plane.server.faults.calls() == {}
    assert scene.tenant.faults.calls() == {}
