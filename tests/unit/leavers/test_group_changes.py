"""Somebody is removed from a group in Okta, or added: what is asked, written down, denied and told."""

from collections import Counter
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.people import Person
from functions.finding import Severity
from functions.okta.log_event import LogEvent
from tests.unit.leavers.group_story import DEV, ONE, READ, deliver, event, names, said, world
from tests.unit.leavers.twins import JOHN, LOGIN, USER_ID, Killed, envelope, sample


def test_only_what_no_other_group_gives_is_denied() -> None:
    here = world()
    deliver(here, event("remove", "dev"))
    ((likes, (user, before)),) = said(here).items()
    assert [each.split(":")[4] for each in likes] == ["*"]
    assert names(here) == {DEV}
    assert user == USER_ID
    assert before == "2026-11-16T18:15:13Z"
    assert here.denied() == set()
    assert here.findings == [], "nobody is told of an ordinary change"


def test_an_assignment_of_their_own_keeps_their_sessions() -> None:
    here = world()
    here.shown.own = {USER_ID: frozenset({(ONE, DEV)})}
    deliver(here, event("remove", "dev"))
    assert said(here) == {}
    assert here.updates == 0


@pytest.mark.parametrize(("group", "calls"), [("unpushed", 1), ("empty", 3)])
def test_a_group_that_gives_nothing_costs_next_to_nothing(group: str, calls: int) -> None:
    here = world()
    deliver(here, event("remove", group), event("add", group))
    assert len(here.calls) <= 2 * calls
    assert here.shown.losses == {}


def test_each_of_many_costs_a_search_a_look_and_five_calls_of_the_ledger() -> None:
    """As docs/leavers.md says; a search is two calls."""
    here = world()
    here.groups().admit(LogEvent.parse(event("remove", "dev")))
    counted = Counter(here.calls) - Counter(["of_group"])
    assert counted == {"find": 1, "of_person": 1, "read": 1, "losses": 2, "write loss": 2}


def test_an_incomplete_read_is_an_error_and_the_message_comes_again() -> None:
    here = world(broken={"access"})
    with pytest.raises(ClientError):
        deliver(here, event("remove", "dev"))
    assert said(here) == {}
    here.broken = set()
    deliver(here, event("remove", "dev"))
    assert names(here) == {DEV}


def test_killed_anywhere_it_ends_right_when_the_message_comes_again() -> None:
    for fuse in range(20):
        here = world(fuse=fuse)
        with suppress(Killed):
            deliver(here, event("remove", "dev"))
        here.dead, here.fuse = False, None
        here.seconds += 60
        deliver(here, event("remove", "dev"))
        assert names(here) == {DEV}, fuse


def test_put_back_nothing_is_denied_any_more() -> None:
    here = world()
    deliver(here, event("remove", "dev"))
    deliver(here, event("add", "dev", second=30))
    assert said(here) == {}


def test_a_removal_that_an_addition_has_overtaken_denies_nothing() -> None:
    here = world()
    deliver(here, event("add", "dev", second=30))
    deliver(here, event("remove", "dev"))
    assert said(here) == {}


def test_of_two_groups_lost_at_once_neither_keeps_what_both_gave() -> None:
    """Identity Center still shows both when the events come: Okta's word counts."""
    for first, second in (("dev", "audit"), ("audit", "dev")):
        here = world()
        here.shown.members = {(USER_ID, "dev"), (USER_ID, "audit")}
        deliver(here, event("remove", first))
        deliver(here, event("remove", second, second=1))
        assert names(here) == {DEV, READ}


@pytest.mark.parametrize("moment", ["find", "losses", "write loss", "of_person"])
def test_nor_where_two_instances_work_on_them_at_the_same_time(moment: str) -> None:
    here = world()
    here.shown.members = {(USER_ID, "dev"), (USER_ID, "audit")}

    def other_instance(what: str) -> None:
        if what == moment:
            here.meanwhile = None
            deliver(here, event("remove", "audit", second=1))

    here.meanwhile = other_instance
    deliver(here, event("remove", "dev"))

    assert names(here) == {DEV, READ}


def test_moved_from_one_group_to_another_what_both_give_goes_on() -> None:
    """Whichever of the two events comes first, and before Identity Center has heard of any."""
    for order in ((0, 1), (1, 0)):
        here = world()
        here.shown.given["new"] = frozenset({(ONE, DEV)})
        here.shown.members = {(USER_ID, "dev")}
        events = [event("remove", "dev"), event("add", "new", second=1)]
        for number in order:
            deliver(here, events[number])
        assert names(here) == {READ}


def test_a_removal_of_long_ago_is_passed_over() -> None:
    here = world()
    here.seconds += 13 * 3600
    deliver(here, event("remove", "dev"))
    assert here.shown.losses == {}


@pytest.mark.parametrize("change", [{"protected": (LOGIN.upper(),)}, {"lost_groups": False}, {"people": []}])
def test_who_is_protected_or_unknown_or_by_policy_left_alone_is_not_touched(change: dict[str, Any]) -> None:
    here = world(**change)
    deliver(here, event("remove", "dev"))
    assert all(not each.document["lost"] for each in here.shown.losses.values())
    assert here.updates == 0


def test_who_has_left_needs_no_second_deny() -> None:
    here = world()
    deliver(here, event("remove", "dev"))
    here.reception().receive(envelope(sample("hook-suspend") | {"target": [{"id": JOHN, "type": "User"}]}))
    assert here.denied() == {USER_ID}
    assert said(here) == {}


@pytest.mark.parametrize("kind", ["remove", "add"])
def test_a_return_gives_no_group_back_that_okta_has_taken_meanwhile(kind: str) -> None:
    here = world()
    john = {"target": [{"id": JOHN, "type": "User", "alternateId": LOGIN}]}
    here.memberships = {(USER_ID, "id-dev"), (USER_ID, "id-audit")}
    here.reception().receive(envelope(sample("hook-suspend") | john))
    assert here.memberships == set()

    later = (here.now() + timedelta(seconds=30)).isoformat()
    deliver(here, event(kind, "dev") | {"published": later})
    back = (here.now() + timedelta(days=365)).isoformat()
    here.reception().receive(envelope(sample("hook-unsuspend") | john | {"published": back}))

    assert {group for _, group in here.memberships} == {"id-audit"} | ({"id-dev"} if kind == "add" else set())


def test_whom_it_concerns_must_be_certain() -> None:
    here = world(people=[Person("u-1", LOGIN, None), Person("u-2", LOGIN, None)])
    deliver(here, event("remove", "dev"))
    deliver(here, event("remove", "dev") | {"target": [{"id": JOHN, "type": "User"}], "uuid": "odd"})
    assert [each.severity for each in here.findings] == [Severity.WARNING, Severity.WARNING]
    assert here.shown.losses == {}


def test_a_removal_that_okta_refused_is_none() -> None:
    here = world()
    deliver(here, event("remove", "dev") | {"outcome": {"result": "FAILURE"}})
    assert here.calls == []
