"""Whom nobody could identify at first: never forgotten, never lifted, and never guessed."""

from datetime import timedelta

import pytest

from functions.aws.people import Person
from functions.finding import State
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.story import ENDED, FAILING, deactivated
from tests.unit.leavers.test_leaver_upkeep import cloudtrail
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, World, envelope, request, sample

PROTECTED = f"{ENDED}/protected"
TWO = [Person("u-1", "a", JOHN), Person("u-2", "b", JOHN)]


def left(world: World, name: str = "hook-user-lifecycle-deactivate") -> None:
    world.reception().receive(envelope(sample(name)))


def failed(world: World) -> None:
    """The directory is down, and the queue gives the message up."""
    world.broken = {"directory"}
    with pytest.raises(StepsFailedError):
        left(world)


def upkeep(world: World, *hours: float) -> None:
    for each in hours:
        world.seconds = max(world.seconds, START.timestamp() + each * 3600)
        world.upkeep().run()


def test_a_protected_person_whom_the_schedule_finds_is_let_go() -> None:
    """Given a login in Okta by which nobody sees that they are protected, and a directory that is down."""
    world = World(people=[Person(USER_ID, "break.glass", JOHN)], protected=("break.glass",))
    failed(world)
    world.broken = set()
    upkeep(world, 1.5)
    assert (world.denied(), world.opened, world.cleared) == (set(), {}, [JOHN]), "Okta knew their id at once"
    assert world.told(PROTECTED)[-1].state is State.OPEN
    assert world.told(FAILING)[-1].state is State.CLEAR
    upkeep(world, 3, 13, 30)
    assert world.denied() == set()


def test_a_protected_person_whom_a_second_attempt_finds_is_let_go_too() -> None:
    world = World(people=[Person(USER_ID, "break.glass", JOHN)], protected=("break.glass",))
    failed(world)
    world.broken = set()
    left(world)
    left(world)
    assert (world.denied(), world.opened) == (set(), {})
    assert world.told(FAILING)[-1].state is State.CLEAR
    upkeep(world, 2, 13)
    assert world.denied() == set()


def test_who_is_protected_is_in_no_policy_whatever_the_ledger_says(world: World) -> None:
    """Given somebody who was denied before access.yaml began to protect them."""
    left(world)
    assert world.denied() == {USER_ID}
    world.protected = (LOGIN.upper(),)
    upkeep(world, 1)
    assert world.denied() == set()


def test_the_directorys_name_protects_whatever_okta_calls_them_later(world: World) -> None:
    world.people = [Person(USER_ID, "break.glass", JOHN)]
    left(world)
    lock = sample("hook-suspend") | {"published": (START - timedelta(minutes=1)).isoformat()}
    world.reception().receive(envelope(lock))
    assert world.state()["login"] == "break.glass"


@pytest.mark.parametrize("people", [TWO, []], ids=["several", "none"])
def test_whoever_is_not_identified_stays_until_somebody_knows_them(people: list[Person]) -> None:
    world = World(people=list(people))
    left(world, "hook-app-membership-remove")
    upkeep(world, 13, 26, 39, 400)
    assert world.opened, "listed"
    assert {each.state for each in world.told(ENDED)} == {State.OPEN}, "one page, and nobody cleared it"

    world.people = [Person(USER_ID, LOGIN, JOHN)]
    upkeep(world, 413)
    assert world.denied() == {USER_ID}
    assert "ended" in world.told(ENDED)[-1].title


def test_an_operator_ends_what_nobody_can_identify(world: World) -> None:
    world.people = list(TWO)
    left(world)
    command = f"ostiary restore {LOGIN}"
    assert any(command in action for action in world.told(ENDED)[-1].actions)
    world.seconds += 60
    world.reception().receive(request("leaver.restore", LOGIN))
    assert world.opened == {}
    assert world.told(ENDED)[-1].state is State.CLEAR
    upkeep(world, 13)
    assert world.denied() == set()


def test_a_search_that_fails_for_longer_than_a_deny_lasts_is_no_end(world: World) -> None:
    failed(world)
    for hour in range(2, 15):
        upkeep(world, hour)
    world.broken = set()
    upkeep(world, 16)
    assert world.denied() == {USER_ID}


def test_who_was_never_in_the_directory_is_forgotten_when_that_is_certain(world: World) -> None:
    """Of an Okta organization's leavers these are the most: they do not pile up."""
    world.people = []
    upkeep(world, 0)
    left(world)
    assert world.opened
    upkeep(world, 12.5)
    assert (world.opened, world.told(ENDED)) == ({}, [each.cleared() for each in world.told(ENDED)])


def test_whom_the_schedule_sees_in_the_directory_is_denied_then(world: World) -> None:
    """Given somebody whom SCIM made after they had been looked for."""
    world.people = []
    upkeep(world, 0)
    left(world)
    world.people = [Person(USER_ID, LOGIN, JOHN)]
    upkeep(world, 6.5)
    assert world.denied() == {USER_ID}


def test_while_the_directory_is_down_whom_its_snapshot_knows_is_denied(world: World) -> None:
    upkeep(world, 0)
    failed(world)
    assert world.denied() == {USER_ID}
    assert "snapshot, to be verified" in world.state()["steps"]["identify"]["note"]
    assert world.step("identify") == "failed"
    world.broken = set()
    left(world)
    assert (world.step("identify"), world.denied()) == ("done", {USER_ID})


def test_whom_the_snapshot_took_for_somebody_else_is_let_go_when_that_is_seen(world: World) -> None:
    """Given a user who was deleted and made anew under another id while the directory was down."""
    upkeep(world, 0)
    failed(world)
    world.people, world.broken = [Person("u-new", LOGIN, JOHN)], set()
    left(world)
    assert world.denied() == {"u-new"}
    assert world.step("deny") == "done"


def test_the_snapshot_protects_too(world: World) -> None:
    world.people = [Person(USER_ID, "break.glass", JOHN)]
    upkeep(world, 0)
    world.protected, world.broken = ("break.glass",), {"directory"}
    world.reception().receive(envelope(deactivated()))
    assert world.denied() == set()
    assert world.told(PROTECTED)


def test_everybodys_sign_ins_cost_one_look_at_the_ledger(world: World) -> None:
    """Given a Monday morning: the sign-ins of four hundred people within some seconds."""
    left(world)
    world.calls.clear()
    reception = world.reception()
    for number in range(400):
        reception.receive(cloudtrail("get-role-credentials", f"u-{number}", START))
    reception.receive(cloudtrail("get-role-credentials", USER_ID, START + timedelta(minutes=1)))
    assert world.calls == ["open_entries", "tell"]
    world.seconds += 60
    reception.receive(cloudtrail("user-authentication", "u-1", START))
    assert world.calls.count("open_entries") == 2
