"""The function killed between any two of its calls, again and again: it ends right, and nothing is lost."""

import pytest

from tests.standins.leavers.killed import BEGIN, END, delivered_until_nobody_dies
from tests.standins.leavers.outcome import EVERYTHING, delivered, holding
from tests.standins.leavers.scene import NOTHING, Scene
from tests.standins.leavers.troubles import LEAVING, LOSING, RETURNING, Trouble

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")


def calls(troubles: list[Trouble]) -> set[str]:
    """As the fuse calls them: what is not AWS's has one call."""
    return {
        each.service if each.service in ("okta", "scim") else f"{each.service}:{each.operation}"
        for each in troubles
        if not each.cold
    }


def test_killed_between_any_two_calls_of_a_departure(scene: Scene) -> None:
    # Given somebody with access of every kind
    person = scene.joins()
    had = person.has()

    # When they leave, and one container after the other dies, each a call later
    died = delivered_until_nobody_dies(scene, person.leaves())

    # Then it was before every call there is, from the first to the acknowledgement
    assert {after for _, after in died} >= calls(LEAVING) | {END}
    assert {before for before, _ in died} >= calls(LEAVING) | {BEGIN}

    # And all holds, once, can be put back, and on-call has one message
    assert holding(person) == EVERYTHING
    assert person.recorded() == had
    assert person.told() == {f"Access of {person.login} ended"}


def test_killed_between_any_two_calls_of_a_return(scene: Scene) -> None:
    person = scene.joins()
    had = person.has()
    assert delivered(scene.warm, person.leaves())

    died = delivered_until_nobody_dies(scene, person.returns())

    assert {after for _, after in died} >= calls(RETURNING) | {END}
    assert (person.has(), person.enabled(), person.recorded()) == (had, True, NOTHING)
    assert person.denials() == (1, 1), "their old sessions stay dead"
    assert person.told() == set()


def test_killed_between_any_two_calls_while_a_group_is_lost_and_given_again(scene: Scene) -> None:
    # Given somebody who has access through a group alone
    person = scene.joins_group()

    # When they lose it, and one container after the other dies
    died = delivered_until_nobody_dies(scene, person.loses_group())

    # Then their sessions of its role are denied, once; nothing else is taken, nobody is told
    assert {after for _, after in died} >= calls(LOSING) | {END}
    assert person.denied_roles() == ["Developer"]
    assert (person.denials(), person.has().groups) == ((1, 0), (scene.group,))

    # And none is when they are in it again
    delivered_until_nobody_dies(scene, person.regains_group())
    assert person.denials() == (0, 0)
    assert scene.cloud.told == []
