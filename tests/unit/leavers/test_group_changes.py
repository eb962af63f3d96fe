"""Somebody is removed from a group in Okta, or added: what is asked, written down, denied and told."""

from collections import Counter
from collections.abc import Collection
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.people import Person
from functions.finding import Severity, State
from functions.leavers.batch import Batch
from functions.leavers.deny import Shape
from functions.leavers.partial_render import partials_in
from functions.okta.log_event import LogEvent
from tests.unit.leavers.group_twins import Shown
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, Killed, World, envelope, sample

ONE, TWO = "111111111111", "222222222222"
DEV, READ = "Developer", "ReadOnly"


def world(**more: Any) -> World:
    """John was in `dev` and `audit`; Identity Center has heard of the removal from `dev`."""
    shown = Shown(
        given={
            "dev": frozenset({(ONE, DEV), (ONE, READ)}),
            "audit": frozenset({(ONE, READ), (TWO, READ)}),
            "empty": frozenset(),
        },
        members={(USER_ID, "audit")},
    )
    return World(shown=shown, **more)


def event(
    kind: str, group: str, *, second: float = 0, person: str = JOHN, login: str = LOGIN
) -> dict[str, Any]:
    raw = sample(f"hook-group-membership-{kind}")
    raw["uuid"] = f"{kind}-{group}-{second}-{person}"
    raw["published"] = (START + timedelta(seconds=second)).isoformat()
    raw["target"] = [
        {"id": f"00g{group}", "type": "UserGroup", "alternateId": "unknown", "displayName": group},
        {"id": person, "type": "User", "alternateId": login, "displayName": "x"},
    ]
    return raw


def deliver(here: World, *events: dict[str, Any]) -> None:
    """One batch, as the queue brings it."""
    batch: Batch = here.reception()
    envelopes = [envelope(each) for each in events]
    batch.admit(envelopes)
    for each in envelopes:
        batch.receive(each)


def said(here: World) -> dict[tuple[str, ...], tuple[str, str]]:
    """By the roles: who is denied them, and in sessions from before when."""
    found = [item for content in here.policies.values() for item in partials_in(content).items()]
    return {scope.like: (user, before) for (scope, user), before in found}


def names(here: World) -> set[str]:
    return {each.split("AWSReservedSSO_")[1].split("_")[0] for likes in said(here) for each in likes}


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


@pytest.mark.parametrize(("group", "calls"), [("unpushed", 1), ("empty", 2)])
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


def test_a_removal_of_long_ago_is_passed_over() -> None:
    here = world()
    here.seconds += 13 * 3600
    deliver(here, event("remove", "dev"))
    assert here.shown.losses == {}


@pytest.mark.parametrize("change", [{"protected": (LOGIN.upper(),)}, {"lost_groups": False}, {"people": []}])
def test_who_is_protected_or_unknown_or_by_policy_left_alone_is_not_touched(change: dict[str, Any]) -> None:
    here = world(**change)
    deliver(here, event("remove", "dev"))
    assert here.shown.losses == {}
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
