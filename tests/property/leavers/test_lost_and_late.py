"""Events lost and come late, twice, out of order, with failures and time in between: it ends right."""

from contextlib import suppress
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, rule

from functions.aws.people import Person
from functions.aws.person_access import Entitlement
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import Shape
from functions.okta import event_types as okta
from tests.unit.leavers.twins import START, Killed, World, envelope

PEOPLE = {f"00u{n:017d}": f"user-{n}" for n in range(4)}
OWN = {(user, f"g-{user}") for user in PEOPLE.values()}
ROLES = {(user, Entitlement("application", f"e-{user}", "arn:role")) for user in PEOPLE.values()}
ENDED_BY = {okta.SUSPEND: {okta.UNSUSPEND, okta.REACTIVATE}, okta.DEACTIVATE: {okta.REACTIVATE}}
KINDS = [*ENDED_BY, okta.UNSUSPEND, okta.REACTIVATE]
KEEP, SLACK = timedelta(hours=12), timedelta(minutes=10)
SHAPE = Shape(size=520, count=3)
"""Room for few: who comes and goes moves from one policy to another."""


@dataclass
class Life:
    """What truly happened to a person, and what of it the function has not heard yet."""

    holding: dict[str, datetime] = field(default_factory=dict)
    """Reasons for which they are out: since when, by Okta's clock."""
    heard: dict[datetime, datetime] = field(default_factory=dict)
    """When each event was first heard of, by Okta's time of it."""
    unheard: list[dict[str, Any]] = field(default_factory=list)


class LostAndLate(RuleBasedStateMachine):
    def __init__(self) -> None:
        super().__init__()
        self.world = World(
            people=[Person(user, None, okta_id) for okta_id, user in PEOPLE.items()],
            memberships=set(OWN),
            entitlements=set(ROLES),
            shape=SHAPE,
        )
        self.lives = {okta_id: Life() for okta_id in PEOPLE}
        self.past: list[dict[str, Any]] = []

    @rule(
        person=st.sampled_from(sorted(PEOPLE)),
        kind=st.sampled_from(KINDS),
        lost=st.booleans(),
        fuse=st.none() | st.integers(0, 36),
        broken=st.sets(st.sampled_from(["okta", "policies", "directory", "access", "entitlements"])),
    )
    def happens(self, person: str, kind: str, lost: bool, fuse: int | None, broken: set[str]) -> None:
        self.world.seconds += 60
        life, at = self.lives[person], self.world.now()
        if kind in ENDED_BY:
            life.holding[kind] = at
        life.holding = {
            reason: since for reason, since in life.holding.items() if kind not in ENDED_BY[reason]
        }
        life.unheard.append(
            {
                "uuid": f"e-{at.timestamp():.0f}",
                "published": at.isoformat(),
                "eventType": kind,
                "outcome": {"result": "SUCCESS"},
                "target": [{"id": person, "type": "User"}],
            }
        )
        if not lost:
            self.hear(life, life.unheard[-1], fuse, broken)

    @rule(data=st.data(), fuse=st.none() | st.integers(0, 36))
    def catches_up(self, data: st.DataObject, fuse: int | None) -> None:
        """What the hook lost the System Log has, and brings in whatever order."""
        for life in self.lives.values():
            for event in data.draw(st.permutations(life.unheard)):
                self.hear(life, event, fuse, set())

    @rule(data=st.data())
    def comes_again(self, data: st.DataObject) -> None:
        if self.past:
            self.deliver(data.draw(st.sampled_from(self.past)))

    @rule(hours=st.sampled_from([1, 5, 13]), broken=st.sets(st.sampled_from(["access", "entitlements"])))
    def time_passes(self, hours: int, broken: set[str]) -> None:
        self.world.seconds += hours * 3600
        self.world.broken = broken
        with suppress(StepsFailedError):
            self.world.upkeep().run()
        self.world.broken = set()
        self.world.upkeep().run()

    def hear(self, life: Life, event: dict[str, Any], fuse: int | None, broken: set[str]) -> None:
        self.world.fuse, self.world.broken = fuse, set(broken)
        self.deliver(event)
        life.unheard.remove(event)
        life.heard[datetime.fromisoformat(event["published"])] = self.world.now()
        self.past.append(event)

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

    @invariant()
    def no_policy_is_over_its_limit(self) -> None:
        assert all(len(content) <= SHAPE.size for content in self.world.policies.values())

    @invariant()
    def everybody_of_whom_all_is_heard_finds_what_is_due_to_them(self) -> None:
        for okta_id, user in PEOPLE.items():
            life = self.lives[okta_id]
            if life.unheard:
                continue
            held = {each for each in self.world.memberships if each[0] == user}
            roles = {each for each in self.world.entitlements or () if each[0] == user}
            if not life.holding:
                assert user not in self.world.denied(), "back, and shut out"
                assert (len(held), len(roles)) == (1, 1), "back, without what they had"
                continue
            assert (held, roles) == (set(), set()), "out, with something to come in by"
            ago = self.world.now() - life.heard[max(life.holding.values())]
            assert user in self.world.denied() or ago > KEEP, "out, and a session may still run"

    @invariant()
    def nobody_is_denied_in_full_for_longer_than_it_takes(self) -> None:
        newest = {okta_id: max(life.heard.values(), default=START) for okta_id, life in self.lives.items()}
        for okta_id, user in PEOPLE.items():
            if user in self.world.denied():
                assert self.world.now() - newest[okta_id] <= KEEP + timedelta(hours=13) + SLACK


LostAndLate.TestCase.settings = settings(deadline=None, max_examples=60, stateful_step_count=20)
TestLostAndLate = LostAndLate.TestCase
