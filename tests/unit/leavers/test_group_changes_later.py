"""What becomes of a lost group in time: looked at again, ended by itself, denied once there is room."""

from collections.abc import Collection

from functions.aws.people import Person
from functions.finding import Severity, State
from functions.leavers.deny import Shape
from functions.leavers.partial_render import partials_in
from tests.unit.leavers.group_story import DEV, deliver, event, names, said, world
from tests.unit.leavers.twins import START, USER_ID, World


def instants(here: World) -> set[str]:
    return {before[11:19] for _, before in said(here).values()}


def test_what_was_begun_before_identity_center_heard_is_denied_by_the_next_look() -> None:
    """While it shows them in the group, maybe they were put back: only the removal's time is certain."""
    here = world()
    here.shown.members.add((USER_ID, "dev"))
    here.seconds += 7
    deliver(here, event("remove", "dev"))
    assert instants(here) == {"18:15:13"}

    here.seconds += 893
    here.shown.members.discard((USER_ID, "dev"))
    here.groups().upkeep()

    assert instants(here) == {"18:30:13"}


def test_somebody_looks_once_more_when_identity_center_has_surely_heard_of_all() -> None:
    """It may hear of an addition from just before the removal only later, and of the removal later still."""
    here = world()
    deliver(here, event("remove", "dev"))
    for second in (300, 900, 1800):
        here.seconds = START.timestamp() + second
        here.groups().upkeep()
    assert instants(here) == {"18:30:13"}


def test_it_ends_by_itself_and_is_forgotten() -> None:
    here = world()
    deliver(here, event("remove", "dev"))
    here.seconds += 12 * 3600 + 60
    here.upkeep().run()
    here.groups().upkeep()
    assert said(here) == {}
    assert here.shown.losses == {}


def test_a_group_that_is_gone_takes_no_deny_with_it() -> None:
    here = world()
    here.shown.members.add((USER_ID, "dev"))
    deliver(here, event("remove", "dev"))
    here.shown.members.discard((USER_ID, "dev"))
    del here.shown.given["dev"]
    here.groups().upkeep()
    assert names(here) == {DEV}


def regroup(here: World, people: Collection[int]) -> None:
    here.people = [Person(f"user-{n:042d}", f"p{n}@example.com", f"00u{n:017d}") for n in people]
    for n in people:
        removal = event("remove", "dev", second=n / 10, person=f"00u{n:017d}", login=f"p{n}@example.com")
        here.seconds = START.timestamp() + n / 10 + 5
        deliver(here, removal)


def test_who_finds_no_room_is_told_once_and_denied_when_there_is_room() -> None:
    here = world(shape=Shape(1_200, 1))
    regroup(here, range(30))
    (told,) = {each.key for each in here.findings}
    found = here.told(told)[-1]
    assert (found.severity, found.state) == (Severity.WARNING, State.OPEN)
    assert "p29@example.com" in found.why or "more" in found.why

    here.shape = Shape(10_240, 1)
    here.upkeep().run()

    assert len({user for each in here.policies.values() for _, user in partials_in(each)}) == 30
    assert here.told(told)[-1].state is State.CLEAR
