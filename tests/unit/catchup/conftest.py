"""Catch-up against the Okta stand-in's System Log, a bus that remembers, and a clock that a test moves."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
import requests

from functions.aws.cursor import CursorMovedError, Position
from functions.bus import BusEvent
from functions.catchup.follow import Follower, Tally
from functions.catchup.question import Question
from functions.okta.client import OktaClient
from functions.okta.event_types import FROM_LOG
from functions.okta.sign_in import ApiToken
from sandbox import okta
from sandbox.okta.logevent import Occurrence, Ref

START = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
PLENTY = 10_000.0


@dataclass
class Clock:
    time: datetime = START
    slept: float = 0.0

    def now(self) -> datetime:
        return self.time

    def wait(self, **more: float) -> None:
        self.time += timedelta(**more)

    def sleep(self, seconds: float) -> None:
        self.slept += seconds
        self.time += timedelta(seconds=seconds)


@dataclass
class BusTwin:
    """Remembers what it took; raises `errors` first, one a call."""

    events: list[BusEvent] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    fails_after: int | None = None

    def put(self, events: Sequence[BusEvent]) -> None:
        if self.fails_after is not None and len(self.calls) >= self.fails_after:
            raise RuntimeError("killed")
        self.calls.append(len(events))
        self.events.extend(events)

    def uuids(self) -> list[str]:
        return [event.detail["uuid"] for event in self.events]


@dataclass
class PlaceTwin:
    """Keeps the cursor as DynamoDB does: only over the version that was read."""

    position: Position | None = None
    dies: bool = False

    def read(self) -> Position | None:
        return self.position

    def move(self, position: Position) -> Position:
        if self.dies:
            raise RuntimeError("killed")
        if position.version != (self.position.version if self.position else 0):
            raise CursorMovedError
        self.position = Position(
            position.next, position.asks, position.reached, position.gap, position.version + 1
        )
        return self.position


@dataclass
class Reader:
    """Everything that one reader of the log has."""

    tenant: okta.OktaServer
    clock: Clock
    bus: BusTwin = field(default_factory=BusTwin)
    place: PlaceTwin = field(default_factory=PlaceTwin)
    types: frozenset[str] = FROM_LOG
    patience: float = 20.0

    def happens(self, count: int = 1, kind: str = "user.lifecycle.suspend") -> list[str]:
        """That many events of one kind; their uuids."""
        person = Ref("00uKim", "User", "kim@example.com", "Kim")
        organization = self.tenant.model.organization
        occurrence = Occurrence(kind, "", organization.administrator, (person,), "/")
        return [organization.record(occurrence)["uuid"] for _ in range(count)]

    def run(self, remaining: Callable[[], float] = lambda: PLENTY) -> Tally:
        with requests.Session() as http:
            client = OktaClient(
                self.tenant.url,
                ApiToken(self.tenant.token),
                http,
                sleep=self.clock.sleep,
                now=lambda: self.clock.now().timestamp(),
                patience=self.patience,
            )
            question = Question(self.tenant.url, self.types)
            follower = Follower(lambda: client, self.bus, self.place, question, now=self.clock.now)
            return follower.run(remaining)

    def asked(self) -> int:
        return self.tenant.faults.calls().get("okta", {}).get("ListLogEvents", 0)

    def fails(self, status: int, times: int | None = None, error: str = "E0000009") -> None:
        fault = {"service": "okta", "operation": "ListLogEvents", "status": status, "error": error}
        self.tenant.faults.set([fault | {"times": times}])


@pytest.fixture
def reader() -> Iterator[Reader]:
    clock = Clock()
    with okta.serve(settings=okta.Settings(clock=clock.now, rate_limit=60)) as tenant:
        yield Reader(tenant, clock)
