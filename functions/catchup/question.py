"""What the System Log is asked, and from where. Pure.

Okta API, "System Log", the polling form: no `until`, ascending. The answers come in the order in which Okta
wrote them down, each with a link to what follows; that link is the cursor and is never built by hand.
"""

import hashlib
from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

from functions.aws.cursor import Position

PATH = "/api/v1/logs"

LOG = "okta-system-log"
"""The name of its cursor."""

PAGE = 1000
"""Events on a page, the most that Okta gives."""

RETENTION = timedelta(days=90)
"""Okta API, "System Log": older events are gone."""

FIRST_LOOK = timedelta(hours=24)
"""How far back the first reading looks: twice the longest role session, so that whoever left before it holds
nothing in AWS any more."""

OVERLAP = timedelta(hours=1)
"""Read again where a cursor is of no use any more: Okta may write an event down later than it happened."""

GAP_IS_TOLD_FOR = timedelta(days=7)


@dataclass(frozen=True)
class Question:
    """Of one tenant, the events of some types."""

    base_url: str
    types: Collection[str]

    @property
    def filter(self) -> str:
        """The `filter` parameter: with it Okta sends no sign-in of anybody, of which there are millions."""
        return " or ".join(f'eventType eq "{name}"' for name in sorted(self.types))

    @property
    def name(self) -> str:
        """Changes with the question: a cursor of another question is of no use."""
        return hashlib.sha256(f"{self.base_url} {self.filter}".encode()).hexdigest()[:16]

    def since(self, reached: datetime) -> Mapping[str, str]:
        """The parameters that begin anew, a little before what was reached."""
        since = (reached - OVERLAP).astimezone(UTC)
        return {
            "since": since.isoformat(timespec="milliseconds").replace("+00:00", "Z"),
            "sortOrder": "ASCENDING",
            "limit": str(PAGE),
            "filter": self.filter,
        }

    def go_on(self, stored: Position | None, now: datetime) -> Position:
        """Where to read: on from the cursor, or anew where there is none, or none that is good."""
        if stored is None:
            return Position(None, self.name, now - FIRST_LOOK)
        if now - stored.reached > RETENTION:
            return replace(stored, next=None, asks=self.name, reached=now - RETENTION + OVERLAP, gap=now)
        if stored.asks != self.name:
            return replace(stored, next=None, asks=self.name)
        return stored


def has_gap(position: Position, now: datetime) -> bool:
    """Whether on-call should still see that something was never read."""
    return position.gap is not None and now - position.gap < GAP_IS_TOLD_FOR
