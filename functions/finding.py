"""A finding: something a person should know, under a key by which it repeats and later resolves."""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any, Self


class Severity(StrEnum):
    """How soon somebody must look: `page` wakes on-call, `warning` waits for the morning."""

    INFO = "info"
    WARNING = "warning"
    PAGE = "page"


class State(StrEnum):
    """What the watch saw: the cause is there (`open`) or it is not (`clear`)."""

    OPEN = "open"
    CLEAR = "clear"


@dataclass(frozen=True)
class Finding:
    """One thing found, written for a person who reads it at 3 a.m.

    A watch reports every check it makes under the check's `key`, `open` or `clear`; whoever keeps the
    state of findings (alerts) turns that into "opened", "still open" and "resolved".
    """

    key: str
    severity: Severity
    title: str
    subject: str
    since: datetime
    why: str
    actions: tuple[str, ...]
    runbook: str
    state: State = State.OPEN
    facts: Mapping[str, str] = field(default_factory=dict)

    def cleared(self) -> Self:
        """The same check, its cause gone."""
        return replace(self, state=State.CLEAR)

    def to_detail(self) -> dict[str, Any]:
        """The `detail` of the event that carries it. Times are ISO 8601 in UTC."""
        return {
            "key": self.key,
            "severity": self.severity.value,
            "title": self.title,
            "subject": self.subject,
            "since": self.since.astimezone(UTC).isoformat(),
            "why": self.why,
            "actions": list(self.actions),
            "runbook": self.runbook,
            "state": self.state.value,
            "facts": dict(self.facts),
        }

    @classmethod
    def from_detail(cls, detail: Mapping[str, Any]) -> Self:
        """Read it back. Raises KeyError or ValueError where a field is missing or wrong."""
        return cls(
            key=detail["key"],
            severity=Severity(detail["severity"]),
            title=detail["title"],
            subject=detail["subject"],
            since=datetime.fromisoformat(detail["since"]),
            why=detail["why"],
            actions=tuple(detail["actions"]),
            runbook=detail["runbook"],
            state=State(detail["state"]),
            facts=dict(detail["facts"]),
        )
