"""How a deny ends: narrowed by a return, lifted when due, and never while they could still hold a session."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.aws.people import Person
from functions.aws.person_access import Reach
from functions.bus import BusError
from functions.finding import Finding, Severity, State
from functions.inbox import Envelope
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import Shape, document
from tests.unit.leavers.twin_services import AccessTwin, Told
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, World, envelope, request, sample

ENDED, STAYS = f"leaver/okta:{JOHN}", f"leaver/okta:{JOHN}/stays"
AWS = Path(__file__).parents[3] / "events" / "aws"


def left(world: World) -> None:
    world.reception().receive(envelope(sample("hook-user-lifecycle-deactivate")))


def returned(world: World, minutes: float = 60) -> None:
    at = (START + timedelta(minutes=minutes)).isoformat()
    world.reception().receive(envelope(sample("hook-reactivate") | {"published": at}))


def upkeep(world: World, hours: float) -> None:
    """So many hours after the start, the schedule comes."""
    world.seconds = max(world.seconds, START.timestamp() + hours * 3600)
    world.upkeep().run()


@pytest.fixture
def world() -> World:
    return World()


def test_the_deny_is_lifted_when_it_is_due_and_not_before(world: World) -> None:
    left(world)
    upkeep(world, 11.9)
    assert world.denied() == {USER_ID}
    upkeep(world, 12.1)
    assert world.denied() == set()
    assert world.opened == {}
    assert world.told(ENDED)[-1].state is State.CLEAR


def test_twelve_hours_run_from_when_the_last_access_was_taken(world: World) -> None:
    """Their portal session may have begun a role session until then."""
    world.memberships, world.broken = {(USER_ID, "g-1")}, {"access"}
    with pytest.raises(StepsFailedError):
        left(world)
    world.broken, world.seconds = set(), world.seconds + 3600
    left(world)
    upkeep(world, 12.5)
    assert world.denied() == {USER_ID}
    upkeep(world, 13.1)
    assert world.denied() == set()


def test_who_still_has_access_stays_denied_and_on_call_hears(world: World) -> None:
    world.mode, world.memberships = "leave", {(USER_ID, "g-1")}
    left(world)
    upkeep(world, 12.1)
    assert world.denied() == {USER_ID}
    assert world.told(STAYS)[-1].facts["Groups with access"] == "g-1"

    world.memberships = set()  # Okta has got there.
    upkeep(world, 24.2)
    assert world.denied() == {USER_ID}, "they may have begun a session a minute before"
    assert world.told(STAYS)[-1].state is State.CLEAR
    upkeep(world, 36.3)
    assert world.denied() == set()


def test_while_nobody_can_say_what_they_have_the_deny_stays(world: World) -> None:
    left(world)
    world.broken = {"access"}
    with pytest.raises(StepsFailedError, match=JOHN):
        upkeep(world, 13)
    assert world.denied() == {USER_ID}


def test_who_returns_is_denied_only_in_sessions_from_before(world: World) -> None:
    left(world)
    returned(world)
    assert (world.denied(), world.narrowed()) == (set(), {USER_ID: "2026-11-16T19:15:13Z"})
    upkeep(world, 11)
    assert world.narrowed()
    upkeep(world, 13.1)
    assert (world.denied(), world.narrowed(), world.opened) == (set(), {}, {})


def test_who_returns_after_the_deny_was_lifted_is_denied_nothing(world: World) -> None:
    left(world)
    upkeep(world, 12.1)
    returned(world, minutes=60 * 24)
    assert (world.denied(), world.narrowed()) == (set(), {})


def test_who_leaves_again_after_a_return_is_denied_everything(world: World) -> None:
    left(world)
    returned(world)
    again = sample("hook-suspend") | {"published": (START + timedelta(hours=2)).isoformat()}
    world.reception().receive(envelope(again))
    assert (world.denied(), world.narrowed()) == ({USER_ID}, {})


def test_whoever_was_never_in_the_directory_is_no_news(world: World) -> None:
    world.people = []
    upkeep(world, 0)
    left(world)
    assert world.told(ENDED) == []
    world.reception().receive(envelope(sample("hook-app-membership-remove")))
    assert world.told(ENDED), "who had the app should have been there"


def test_who_is_gone_from_the_directory_is_found_in_its_snapshot(world: World) -> None:
    upkeep(world, 0)
    world.people = []
    left(world)
    assert world.denied() == {USER_ID}
    assert "snapshot" in world.state()["steps"]["identify"]["note"]
    assert world.state()["login"] == LOGIN


def test_the_snapshot_is_taken_every_six_hours(world: World) -> None:
    upkeep(world, 0)
    world.people.append(Person("u-new", "new", "00u00000000000000new"))
    upkeep(world, 1)
    assert "00u00000000000000new" not in world.snapshot
    upkeep(world, 7)
    assert "00u00000000000000new" in world.snapshot


def test_nearly_full_policies_are_a_finding_and_full_ones_a_page(world: World) -> None:
    world.shape = Shape(size=len(document([USER_ID])), count=1)
    left(world)
    (nearly,) = world.told("leavers/capacity/service control policies")
    assert (nearly.severity, nearly.state) == (Severity.WARNING, State.OPEN)

    world.people.append(Person("906788c1a2-other", "contractor", None))
    with pytest.raises(StepsFailedError):
        world.reception().receive(request("leaver.revoke", "contractor"))
    assert world.told("leavers/capacity/service control policies")[-1].severity is Severity.PAGE
    assert world.denied() == {USER_ID}, "nobody is let go for a newcomer"

    world.shape = Shape()
    upkeep(world, 1)
    assert world.told("leavers/capacity/service control policies")[-1].state is State.CLEAR


def test_meddling_is_undone_by_the_schedule_and_pages(world: World) -> None:
    left(world)
    world.policies = {1: document([])}
    upkeep(world, 1)
    assert world.denied() == {USER_ID}
    (found,) = [f for f in world.told("leavers/tampered/service control policies") if f.state is State.OPEN]
    assert (found.severity, "edited" in found.why) == (Severity.PAGE, True)
    upkeep(world, 2)
    assert world.told("leavers/tampered/service control policies")[-1].state is State.CLEAR


def cloudtrail(name: str, user_id: str, at: datetime) -> Envelope:
    raw: dict[str, Any] = json.loads((AWS / f"{name}.json").read_text())
    raw["detail"]["userIdentity"]["onBehalfOf"]["userId"] = user_id
    return Envelope(raw["id"], raw["source"], raw["detail-type"], at, raw["detail"])


@pytest.mark.parametrize("name", ["user-authentication", "get-role-credentials"])
def test_a_leaver_who_signs_in_pages_under_one_key_an_hour(world: World, name: str) -> None:
    left(world)
    for minutes in (1, 2, 61):
        at = START + timedelta(minutes=minutes)
        world.reception().receive(cloudtrail(name, USER_ID, at))
    keys = [f.key for f in world.findings if "/tripwire/" in f.key]
    assert len(keys) == 3
    assert len(set(keys)) == 2


def test_others_and_those_who_came_back_trip_nothing(world: World) -> None:
    left(world)
    world.reception().receive(cloudtrail("user-authentication", "u-colleague", START))
    world.reception().receive(cloudtrail("user-authentication", USER_ID, START - timedelta(minutes=1)))
    returned(world)
    world.reception().receive(cloudtrail("user-authentication", USER_ID, START + timedelta(hours=2)))
    assert not [f for f in world.findings if "/tripwire/" in f.key]


def four_hundred(world: World) -> list[str]:
    """People whose deny is due at the same time, as after a weekend; of each the ledger knows enough."""
    left(world)
    key, people = f"okta:{JOHN}", [f"okta:00u{n:017d}" for n in range(400)]
    for number, person in enumerate(people):
        user_id = f"u-{number:03d}"
        world.ledger[person] = replace(
            world.ledger[key], document={**world.ledger[key].document, "user_id": user_id}
        )
        world.opened[person] = {**world.opened[key], "person": person, "user_id": user_id}
    return people


def test_of_many_who_are_due_at_once_as_many_are_looked_into_as_there_is_time_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given 400 at 18 calls a second: the policies are checked before, and the next run has the rest."""
    people = four_hundred(world)
    reach = AccessTwin.reach

    def slow(self: AccessTwin, user_id: str) -> Reach:
        assert self.world.updates > updates, "the policies were seen to before"
        self.world.seconds += 1 / 18
        return reach(self, user_id)

    world.policies, updates = {}, world.updates
    monkeypatch.setattr(AccessTwin, "reach", slow)
    began = world.seconds = START.timestamp() + 12.5 * 3600
    world.upkeep().run()
    assert world.seconds - began < 30
    left_over = [each for each in people if each in world.opened]
    assert 0 < len(left_over) < 300
    for _ in range(3):
        world.seconds += 900
        world.upkeep().run()
    assert [each for each in people if each in world.opened] == []


def test_what_cannot_be_told_of_one_keeps_no_other_deny_from_ending(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    world.people.append(Person("u-2", "kim", "00u00000000000000kim"))
    left(world)
    world.reception().receive(request("leaver.revoke", "kim"))
    told, hits = Told.put_findings, list[int]()

    def once(self: Told, findings: Sequence[Finding]) -> None:
        if not hits and any("/stays" in each.key for each in findings):
            hits.append(1)
            raise BusError("refused")
        told(self, findings)

    monkeypatch.setattr(Told, "put_findings", once)
    with pytest.raises(StepsFailedError, match="not known of"):
        upkeep(world, 13)
    assert world.denied() == set()
