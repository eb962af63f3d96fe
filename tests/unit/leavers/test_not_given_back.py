"""Okta's word on a group counts for a return too: what Okta no longer gives is not given back."""

from datetime import timedelta
from typing import Any

import pytest

from tests.unit.leavers.group_story import deliver, event, world
from tests.unit.leavers.twins import JOHN, LOGIN, USER_ID, World, envelope, sample

HIM = {"target": [{"id": JOHN, "type": "User", "alternateId": LOGIN}]}


def member(**more: Any) -> World:
    """John is in `dev` and `audit`, and Identity Center goes on showing it."""
    here = world(memberships={(USER_ID, "id-dev"), (USER_ID, "id-audit")}, **more)
    here.shown.members = {(USER_ID, "dev"), (USER_ID, "audit")}
    return here


def leaves(here: World) -> None:
    here.reception().receive(envelope(sample("hook-suspend") | HIM | {"published": here.now().isoformat()}))


def returns(here: World, days: float = 365) -> set[str]:
    """And the groups that he is in then."""
    at = (here.now() + timedelta(days=days)).isoformat()
    here.reception().receive(envelope(sample("hook-unsuspend") | HIM | {"published": at}))
    return {group for _, group in here.memberships}


@pytest.mark.parametrize("more", [{}, {"lost_groups": False}])
def test_a_group_removed_in_okta_just_before_they_left(more: dict[str, Any]) -> None:
    """The usual offboarding script; SCIM has not told Identity Center yet when stock is taken."""
    here = member(**more)
    deliver(here, event("remove", "dev"))
    here.seconds += 20
    leaves(here)
    assert here.memberships == set()
    assert returns(here) == {"id-audit"}


def test_nor_when_the_ledger_has_forgotten_the_removal_by_then() -> None:
    here = member()
    deliver(here, event("remove", "dev"))
    here.seconds += 20
    leaves(here)
    here.seconds += 13 * 3600
    here.groups().upkeep()
    assert here.shown.losses == {}
    assert returns(here) == {"id-audit"}


@pytest.mark.parametrize("more", [{}, {"lost_groups": False}])
def test_a_group_removed_while_they_are_away(more: dict[str, Any]) -> None:
    here = member(**more)
    leaves(here)
    deliver(here, event("remove", "dev", second=30))
    assert returns(here) == {"id-audit"}


def test_a_removal_that_is_heard_of_when_no_session_is_left_counts_too() -> None:
    here = member()
    leaves(here)
    here.seconds += 14 * 3600
    deliver(here, event("remove", "dev", second=30))
    assert returns(here) == {"id-audit"}


def test_so_does_one_of_a_group_that_gives_nothing_by_then() -> None:
    here = member()
    leaves(here)
    here.shown.given["dev"] = frozenset()
    deliver(here, event("remove", "dev", second=30))
    assert returns(here) == {"id-audit"}


def test_of_removals_and_additions_while_they_are_away_the_newest_counts() -> None:
    for order in ((0, 1), (1, 0)):
        here = member()
        leaves(here)
        events = [event("remove", "dev", second=30), event("add", "dev", second=60)]
        for number in order:
            deliver(here, events[number])
        assert returns(here) == {"id-dev", "id-audit"}


@pytest.mark.parametrize("moment", ["find", "write", "reach", "leave", "tell"])
def test_whatever_the_leaver_s_steps_have_come_to_when_the_group_is_removed(moment: str) -> None:
    here = member()

    calls: list[str] = []

    def removed_meanwhile(what: str) -> None:
        calls.append(what)
        if what == moment:
            here.meanwhile = None
            deliver(here, event("remove", "dev", second=1))

    here.meanwhile = removed_meanwhile
    leaves(here)
    assert moment in calls, "it was removed then"
    assert returns(here) == {"id-audit"}


def test_what_was_said_of_an_earlier_absence_is_no_reason_the_next_time() -> None:
    here = member()
    leaves(here)
    deliver(here, event("remove", "dev", second=30))
    assert returns(here, days=1) == {"id-audit"}
    here.seconds += timedelta(days=30).total_seconds()
    here.groups().upkeep()
    here.memberships.add((USER_ID, "id-dev"))
    leaves(here)
    assert returns(here) == {"id-dev", "id-audit"}
