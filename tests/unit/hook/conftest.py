"""The hook with twins of its secret and its bus, and requests as API Gateway hands them over."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from io import StringIO
from itertools import count
from pathlib import Path
from typing import Any

import pytest
from aws_lambda_powertools import Logger

from functions.aws.secrets import SecretUnavailableError
from functions.bus import BusEvent
from functions.hook.door import Door
from functions.okta.event_types import CONSUMED

SAMPLES = Path(__file__).parents[3] / "events" / "okta"
SECRET = "s3cret-of-the-hook"
NUMBERS = count()  # loggers of one name share their stream, and an id() comes back once its owner is gone


def sample(name: str) -> dict[str, Any]:
    delivery = json.loads((SAMPLES / f"{name}.json").read_text())
    assert isinstance(delivery, dict)
    return delivery


def post(body: Any, **change: Any) -> dict[str, Any]:
    """A delivery as the REST API's proxy integration passes it on."""
    return {
        "httpMethod": "POST",
        "path": "/okta/events",
        "headers": {"Authorization": SECRET, "Content-Type": "application/json"},
        "body": body if isinstance(body, str) or body is None else json.dumps(body),
        "isBase64Encoded": False,
    } | change


def get(headers: Mapping[str, str]) -> dict[str, Any]:
    return {"httpMethod": "GET", "path": "/okta/events", "headers": dict(headers), "body": None}


@dataclass
class SecretTwin:
    available: bool = True

    def holds(self, presented: str) -> bool:
        if not self.available:
            raise SecretUnavailableError("down")
        return presented == SECRET


@dataclass
class BusTwin:
    """Takes everything, once `errors` is empty."""

    events: list[BusEvent] = field(default_factory=list)
    calls: list[int] = field(default_factory=list)
    errors: list[Exception] = field(default_factory=list)
    takes: float = 0.0
    seconds: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.seconds += seconds

    def put(self, events: Sequence[BusEvent]) -> None:
        self.seconds += self.takes
        if self.errors:
            raise self.errors.pop(0)
        self.calls.append(len(events))
        self.events.extend(events)


@dataclass
class Hook:
    """The endpoint under test, and what comes out of it."""

    secret: SecretTwin = field(default_factory=SecretTwin)
    bus: BusTwin = field(default_factory=BusTwin)
    counts: dict[str, int] = field(default_factory=dict)
    log: StringIO = field(default_factory=StringIO)

    def __post_init__(self) -> None:
        self._door = Door(
            self.secret,
            self.bus,
            CONSUMED,
            count=self._count,
            log=Logger(service=f"hook-{next(NUMBERS)}", stream=self.log, level="DEBUG"),
            now=lambda: self.bus.seconds,
            sleep=self.bus.sleep,
        )

    def answer(self, event: dict[str, Any]) -> tuple[int, Any]:
        """Status and body; a body is JSON or nothing."""
        answer = self.proxy(event)
        return answer["statusCode"], json.loads(answer["body"]) if answer["body"] else None

    def proxy(self, event: dict[str, Any]) -> dict[str, Any]:
        """What the proxy integration gets."""
        return self._door.answer(event)

    def _count(self, name: str, number: int) -> None:
        self.counts[name] = self.counts.get(name, 0) + number


@pytest.fixture
def hook() -> Hook:
    return Hook()
