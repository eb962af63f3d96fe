"""The daily list of what stays open. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from functions.alerts.decision import Record
from functions.alerts.message import moment
from functions.finding import Severity, State

SEEN_WITHIN = timedelta(days=7)
"""A watch repeats what it finds every day. What nobody has repeated for a week was the report of one event
(somebody left, an account could not be created), told when it happened; a digest that kept it would only
grow."""

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


@dataclass(frozen=True)
class Entry:
    """One finding that is open."""

    key: str
    severity: Severity
    title: str
    subject: str
    since: datetime
    seen: datetime
    runbook: str

    @property
    def head(self) -> str:
        """`Page`, `Warning`, `Info`."""
        return self.severity.capitalize()

    @property
    def times(self) -> str:
        """Since when."""
        return f"since {moment(self.since)}"


@dataclass(frozen=True)
class Digest:
    """What a channel hears once a day; `entries` with the worst and the oldest first."""

    entries: tuple[Entry, ...]
    at: datetime
    note: str = ""

    @property
    def headline(self) -> str:
        """`3 findings are open, 1 of them a page`."""
        count, pages = len(self.entries), sum(entry.severity is Severity.PAGE for entry in self.entries)
        line = "1 finding is open" if count == 1 else f"{count} findings are open"
        return f"{line}, {pages} of them a page" if pages else line


def open_entries(records: Iterable[Record]) -> tuple[Entry, ...]:
    """What is open, the worst first, and of these the oldest first."""
    entries = [_entry(record) for record in records if record.latest.finding.state is State.OPEN]
    return tuple(sorted(entries, key=lambda entry: (-_RANK[entry.severity], entry.since, entry.key)))


def recent(entries: Iterable[Entry], now: datetime) -> tuple[Entry, ...]:
    """Those that somebody saw within the week."""
    return tuple(entry for entry in entries if now - entry.seen <= SEEN_WITHIN)


def _entry(record: Record) -> Entry:
    finding = record.latest.finding
    return Entry(
        key=finding.key,
        severity=finding.severity,
        title=finding.title,
        subject=finding.subject,
        since=record.since,
        seen=record.latest.at,
        runbook=finding.runbook,
    )
