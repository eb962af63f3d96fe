"""What is said to on-call, before any channel gives it its own form. Pure."""

from dataclasses import dataclass
from datetime import UTC, datetime

from functions.alerts.decision import Decision
from functions.finding import Finding

_HEADS = {
    Decision.WORSENED: "{severity}, worse",
    Decision.EASED: "{severity}, less urgent than before",
    Decision.RESOLVED: "Resolved",
}


@dataclass(frozen=True)
class Message:
    """A finding and why it is told now. `since`: when its cause began; `at`: when it was seen last."""

    decision: Decision
    finding: Finding
    since: datetime
    at: datetime
    note: str = ""
    """What to know of the way it came, such as that another channel did not take it."""

    @property
    def is_resolved(self) -> bool:
        """Whether there is nothing left to do."""
        return self.decision is Decision.RESOLVED

    @property
    def head(self) -> str:
        """`Page`, `Warning, less urgent than before`, `Resolved`."""
        return _HEADS.get(self.decision, "{severity}").format(severity=self.finding.severity.capitalize())

    @property
    def times(self) -> str:
        """Since when, and until when if it is over."""
        since = f"since {moment(self.since)}"
        return f"{since}, gone {moment(self.at)}" if self.is_resolved else since


def moment(when: datetime) -> str:
    """`2027-01-14 06:00 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def cut(text: str, limit: int) -> str:
    """At most `limit` characters, with a mark where some are missing."""
    return text if len(text) <= limit else text[: limit - 1] + "…"


def numbered(message: Message) -> str:
    """The steps to take, one a line."""
    return "\n".join(f"{number}. {step}" for number, step in enumerate(message.finding.actions, 1))
