"""Each API of a lost group failing, throttled, slow, alone: nothing is guessed, the right sessions end."""

import pytest

from tests.standins.leavers.outcome import delivered
from tests.standins.leavers.scene import Scene
from tests.standins.leavers.troubles import KINDS, LOSING, SLOW, Trouble

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("trouble", LOSING, ids=str)
def test_who_loses_a_group_and_is_in_it_again(scene: Scene, trouble: Trouble, kind: str) -> None:
    # Given somebody who has access through a group alone, and an API in trouble
    person = scene.joins_group()
    lost, regained = person.loses_group(), person.regains_group()
    container = scene.cold() if trouble.cold else scene.instance()

    # When they lose it, then no more is denied meanwhile than what they lost
    with trouble.of(kind, scene):
        taken = delivered(container, lost)
    assert kind == SLOW or (taken, person.denials()) == (False, (0, 0))
    assert delivered(container, lost)
    assert person.denied_roles() == ["Developer"]
    assert (person.denials(), person.has().groups) == ((1, 0), (scene.group,))

    # And when they are in it again, it is lifted, whatever is in trouble then
    container = scene.cold() if trouble.cold else scene.instance()
    with trouble.of(kind, scene):
        taken = delivered(container, regained)
    assert kind == SLOW or not taken
    assert delivered(container, regained)
    assert (person.denials(), scene.cloud.told) == ((0, 0), [])
