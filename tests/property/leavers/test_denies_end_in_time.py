"""Months of leaving, returning, failures and schedules: who is denied what, and for how long."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from functions.aws.people import Person
from functions.leavers.carrying_out import StepsFailedError
from functions.okta import event_types as okta
from tests.unit.leavers.twins import START, Killed, World, envelope

PEOPLE = {f"00u{n:017d}": f"user-{n}" for n in range(2)}
OWN = {(user, f"g-{user}") for user in PEOPLE.values()}
KEEP = timedelta(hours=12)
SLACK = timedelta(minutes=10)
"""Every call of the twin takes a moment, and retries add up."""


@dataclass
class Truth:
    """What a person should find, told from what truly happened to them."""

    out: set[str] = field(default_factory=set)
    left_at: datetime = START - timedelta(days=365)
    returned_at: datetime = START - timedelta(days=365)
    checked: bool = True
    """Whether the schedule has come since the deny was due."""


class Leaving(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(
            people=[Person(user, None, okta_id) for okta_id, user in PEOPLE.items()], memberships=set(OWN)
        )
        self.truth = {okta_id: Truth() for okta_id in PEOPLE}
        self.events: list[dict[str, Any]] = []

    def deliver(self, event: dict[str, Any]) -> None:
        for _ in range(30):
            try:
                self.world.reception().receive(envelope(event))
            except (Killed, StepsFailedError):
                self.world.dead, self.world.fuse, self.world.broken = False, None, set()
            else:
                self.world.fuse, self.world.broken = None, set()
                return
        raise AssertionError("never taken")

    @rule(
        person=st.sampled_from(sorted(PEOPLE)),
        kind=st.sampled_from([okta.SUSPEND, okta.DEACTIVATE, okta.UNSUSPEND, okta.REACTIVATE]),
        fuse=st.none() | st.integers(0, 30),
        broken=st.sets(st.sampled_from(["okta", "policies", "directory", "access"])),
    )
    def happens(self, person: str, kind: str, fuse: int | None, broken: set[str]) -> None:
        self.world.seconds += 60
        at = self.world.now()
        event = {
            "uuid": f"e-{len(self.events)}",
            "published": at.isoformat(),
            "eventType": kind,
            "outcome": {"result": "SUCCESS"},
            "target": [{"id": person, "type": "User"}],
        }
        self.events.append(event)
        self.world.fuse, self.world.broken = fuse, set(broken)
        self.deliver(event)
        truth = self.truth[person]
        if kind in (okta.SUSPEND, okta.DEACTIVATE):
            truth.out.add(kind)
            truth.left_at, truth.checked = at, False
        elif truth.out:
            truth.out = set() if kind == okta.REACTIVATE else truth.out - {okta.SUSPEND}
            if not truth.out:
                truth.returned_at, truth.checked = at, False

    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        if self.events:
            self.deliver(data.draw(st.sampled_from(self.events)))

    @rule(hours=st.sampled_from([1, 5, 13]), broken=st.booleans())
    def time_passes(self, hours: int, broken: bool) -> None:
        self.world.seconds += hours * 3600
        if broken:
            self.world.broken = {"access"}
            with suppress(StepsFailedError):
                self.world.upkeep().run()
            self.world.broken = set()
        self.world.upkeep().run()
        for truth in self.truth.values():
            truth.checked = True

    @invariant()
    def everybody_finds_what_is_due_to_them(self) -> None:
        now = self.world.now()
        for okta_id, user in PEOPLE.items():
            truth = self.truth[okta_id]
            denied, narrowed = user in self.world.denied(), self.world.narrowed().get(user)
            if truth.out:
                assert narrowed is None
                assert denied or now - truth.left_at > KEEP, "out, and a session may still run"
                assert not (denied and truth.checked and now - truth.left_at > KEEP + SLACK), "kept too long"
                assert not [each for each in self.world.memberships if each[0] == user]
            else:
                assert not denied, "back, and shut out"
                assert {each for each in OWN if each[0] == user} <= self.world.memberships
                if narrowed is not None:
                    assert narrowed == f"{truth.returned_at:%Y-%m-%dT%H:%M:%SZ}"
                if truth.checked:
                    assert narrowed is None or now - truth.returned_at <= KEEP + SLACK
                recently_out = truth.returned_at - truth.left_at <= KEEP
                if recently_out and now - truth.returned_at < KEEP and truth.returned_at > truth.left_at:
                    assert narrowed is not None, "sessions from before the return are alive"


Leaving.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=20)
TestLeaving = Leaving.TestCase
