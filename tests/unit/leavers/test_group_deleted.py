"""A group is deleted in Okta: what everybody who was in it loses, and what is said where nobody knows."""

from contextlib import suppress
from typing import Any

import pytest

from functions.aws.people import Person
from functions.leavers.group_deleted import TIME_FOR_MEMBERS, decide_deletion
from functions.leavers.partial_render import partials_in
from functions.leavers.story import OutOfTimeError
from functions.okta.log_event import LogEvent
from tests.unit.leavers.group_story import DEV, ONE, READ, deliver, event
from tests.unit.leavers.group_twins import Shown
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, Killed, World, sample

JANE, HER_ID = "00u1ja9eLeaver00004d7", "9067f2a1b3-e5d4c3b2-2222-3333-4444-555566667777"


def world(**more: Any) -> World:
    """John and Jane are in `dev`; Jane is in `audit` as well, which gives part of the same."""
    shown = Shown(
        given={"dev": frozenset({(ONE, DEV), (ONE, READ)}), "audit": frozenset({(ONE, READ)})},
        members={(USER_ID, "dev"), (HER_ID, "dev"), (HER_ID, "audit")},
    )
    people = [Person(USER_ID, LOGIN, JOHN), Person(HER_ID, "jane@example.com", JANE)]
    return World(shown=shown, people=people, **more)


def deletion(group: str = "dev", **more: Any) -> dict[str, Any]:
    raw = sample("hook-group-delete")
    raw["published"] = START.isoformat()
    raw["target"][0] |= {"id": f"00g{group}", "displayName": group}
    return raw | more


def pushed(here: World, group: str = "dev") -> None:
    """Group push has deleted it in Identity Center, too."""
    here.shown.given.pop(group)
    here.shown.members = {each for each in here.shown.members if each[1] != group}


def denied_roles(here: World) -> dict[str, set[str]]:
    """By user id: of which permission sets earlier sessions are denied."""
    found: dict[str, set[str]] = {}
    for content in here.policies.values():
        for scope, user in partials_in(content):
            roles = {each.split("AWSReservedSSO_")[1].split("_")[0] for each in scope.like}
            found.setdefault(user, set()).update(roles)
    return found


ENDED = {USER_ID: {DEV, READ}, HER_ID: {DEV}}


def test_everybody_who_was_in_it_is_denied_what_it_alone_gave_them() -> None:
    here = world()
    deliver(here, deletion())
    assert denied_roles(here) == ENDED
    assert here.denied() == set()
    assert here.findings == [], "nobody is told of an ordinary change"


def test_it_stays_so_when_the_group_is_gone_in_identity_center_and_the_event_comes_again() -> None:
    here = world()
    deliver(here, deletion())
    pushed(here)
    here.seconds += 900
    here.groups().upkeep()
    deliver(here, deletion())
    assert denied_roles(here) == ENDED
    assert here.findings == []


def test_in_another_group_that_gives_the_same_they_work_on() -> None:
    here = world()
    deliver(here, deletion())
    here.shown.given["new-dev"] = frozenset({(ONE, DEV), (ONE, READ)})
    deliver(here, event("add", "new-dev", second=30))
    assert denied_roles(here) == {HER_ID: {DEV}}


def test_gone_before_anybody_could_look_on_call_hears_that_its_members_are_not_known() -> None:
    here = world()
    pushed(here)
    deliver(here, deletion())
    (finding,) = here.findings
    assert finding.title == "Group dev was deleted, and who was in it is not known"
    assert "00gdev" in finding.actions[0]


@pytest.mark.parametrize(("group", "more"), [("unpushed", {}), ("dev", {"outcome": {"result": "FAILURE"}})])
def test_nobody_hears_of_a_group_that_has_nothing_to_do_with_aws_or_is_still_there(
    group: str, more: dict[str, Any]
) -> None:
    here = world()
    deliver(here, deletion(group, **more))
    assert (here.findings, denied_roles(here)) == ([], {})


def test_who_is_protected_is_left_alone_and_so_is_everybody_if_the_policy_says_so() -> None:
    here = world(protected=(LOGIN,))
    deliver(here, deletion())
    assert denied_roles(here) == {HER_ID: {DEV}}

    here = world(lost_groups=False)
    deliver(here, deletion())
    assert denied_roles(here) == {}


def test_killed_anywhere_it_ends_right_when_the_message_comes_again() -> None:
    for fuse in range(30):
        here = world(fuse=fuse)
        with suppress(Killed):
            deliver(here, deletion())
        here.dead, here.fuse = False, None
        here.seconds += 60
        deliver(here, deletion())
        assert denied_roles(here) == ENDED, fuse


def test_too_many_for_one_run_are_the_next_one_s() -> None:
    # Given that a look at one of them takes all the time there is
    here = world()

    def slow(what: str) -> None:
        here.seconds += TIME_FOR_MEMBERS + 1 if what == "of_person" else 0

    here.meanwhile = slow
    with pytest.raises(OutOfTimeError):
        deliver(here, deletion())

    # When the message comes again, then what is known of one is not asked for again
    here.calls.clear()
    deliver(here, deletion())
    assert here.calls.count("of_person") == 1
    assert denied_roles(here) == ENDED


def test_an_event_without_a_group_is_told_and_nobody_guessed() -> None:
    here = world()
    deliver(here, deletion(target=[]))
    (finding,) = here.findings
    assert "names 0 groups, not one" in finding.why
    assert decide_deletion(LogEvent.parse(deletion())) != decide_deletion(LogEvent.parse(deletion("other")))
