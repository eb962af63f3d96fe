"""Each API of a revocation failing, throttled, slow, alone: the rest holds meanwhile; it ends right, once."""

import pytest

from tests.standins.leavers.outcome import EVERYTHING, delivered, holding
from tests.standins.leavers.scene import NOTHING, Scene
from tests.standins.leavers.troubles import KINDS, LEAVING, RETURNING, SLOW, Trouble

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", LEAVING, ids=str)
def test_of_a_leaver_all_else_holds_meanwhile_and_everything_in_the_end(
    scene: Scene, trouble: Trouble, kind: str
) -> None:
    # Given somebody with access of every kind, and an API in trouble
    person = scene.joins()
    had, event = person.has(), person.leaves()
    container = scene.cold() if trouble.cold else scene.warm

    # When they leave, then all but what that API carries out holds at once
    with trouble.of(kind, scene):
        taken = delivered(container, event)
    held = holding(person)
    if kind == SLOW:
        assert held >= EVERYTHING - trouble.held_up, "what AWS did and did not tell may hold as well"
    else:
        assert (taken, held) == (False, EVERYTHING - trouble.held_up)

    # And all of it when the API is well again and the message comes again
    assert delivered(container, event)
    assert holding(person) == EVERYTHING

    # And what was taken can be put back, and on-call has one message
    assert person.recorded() == had
    assert person.told() == {f"Access of {person.login} ended"}


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", RETURNING, ids=str)
def test_who_returns_has_what_they_had_once(scene: Scene, trouble: Trouble, kind: str) -> None:
    # Given somebody who has left
    person = scene.joins()
    had, event = person.has(), person.returns()
    assert delivered(scene.warm, person.leaves())
    container = scene.cold() if trouble.cold else scene.warm

    # When they return while an API is in trouble, and the message comes again after it
    with trouble.of(kind, scene):
        taken = delivered(container, event)
    assert kind == SLOW or not taken
    assert delivered(container, event)

    # Then they have what they had, no more and no less, and their old sessions stay dead
    assert (person.has(), person.enabled()) == (had, True)
    assert person.denials() == (1, 1)

    # And nothing is left to be put back or told
    assert (person.recorded(), person.told()) == (NOTHING, set())


def test_all_throttled_each_step_holds_as_soon_as_its_api_lets_it(scene: Scene) -> None:
    person = scene.joins()
    event = person.leaves()
    order = [each for each in LEAVING if not each.cold]

    for number in range(0, len(order) + 2, 2):  # Two at a time, as it need not take longer.
        throttled = order[number:]
        scene.faults([each.fault("throttled") for each in throttled])
        assert delivered(scene.warm, event) == (not throttled)
        held_up = frozenset[str]().union(*(each.held_up for each in throttled))
        assert holding(person) == EVERYTHING - held_up


def test_slow_apis_take_their_time_and_nothing_is_given_up(scene: Scene) -> None:
    person = scene.joins()
    had = person.has()

    scene.faults([{"latency_ms": 5}])
    assert delivered(scene.warm, person.leaves())
    assert holding(person) == EVERYTHING

    scene.faults([{"latency_ms": 5}])
    assert delivered(scene.warm, person.returns())
    assert (person.has(), person.enabled()) == (had, True)


def test_a_message_that_comes_again_asks_nothing_of_anybody_but_the_ledger(scene: Scene) -> None:
    person = scene.joins()
    event = person.leaves()
    assert delivered(scene.warm, event)
    assert person.has() == NOTHING
    before = scene.calls()

    assert delivered(scene.warm, event)

    after = scene.calls()
    assert {name for name in after if after[name] != before.get(name)} == {"dynamodb"}


def test_no_api_of_a_revocation_is_left_out_above(scene: Scene) -> None:
    # Given a new container, and somebody with access of every kind
    person, container = scene.joins(), scene.cold()
    scene.plane.server.faults.reset()

    # When they leave and return
    assert delivered(container, person.leaves())
    left = set(scene.calls())
    assert delivered(container, person.returns())

    # Then each service that was asked is among the troubles
    assert left == {each.service for each in LEAVING}
    assert set(scene.calls()) == {each.service for each in (*LEAVING, *RETURNING)}
