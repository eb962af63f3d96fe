"""The System Log: kept 90 days, read by bounded query or by polling. Okta: "System Log query"."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sandbox.okta.errors import invalid
from sandbox.okta.filters import FilterError, Test, compile_filter
from sandbox.okta.ids import iso, parse_time

RETENTION = timedelta(days=90)
DEFAULT_WINDOW = timedelta(days=7)
MAX_LIMIT = 1000


@dataclass(frozen=True)
class Query:
    """What the caller asked for. No `until` and no descending order: the polling form."""

    since: datetime
    until: datetime | None
    limit: int
    descending: bool
    test: Test
    after: int

    @property
    def polling(self) -> bool:
        """Ordered by persistence, and a next page is always offered."""
        return self.until is None and not self.descending


@dataclass(frozen=True)
class Page:
    """Events of one answer, and where the next begins (None: nothing follows)."""

    events: list[dict[str, Any]]
    after: str | None


@dataclass(frozen=True)
class _Entry:
    sequence: int
    persisted: datetime
    event: dict[str, Any]


class SystemLog:
    """Append-only; the caller holds the lock of the organization."""

    def __init__(self, clock: Callable[[], datetime]) -> None:
        self._clock = clock
        self._entries: list[_Entry] = []
        self._count = 0

    def append(self, event: dict[str, Any]) -> None:
        """Persist now; `published` may be older."""
        self._count += 1
        self._entries.append(_Entry(self._count, self._clock(), event))

    def events(self) -> list[dict[str, Any]]:
        """Everything still kept, in the order it was persisted."""
        oldest = iso(self._clock() - RETENTION)
        self._entries = [entry for entry in self._entries if entry.event["published"] >= oldest]
        return [entry.event for entry in self._entries]

    def page(self, query: Query) -> Page:
        """One page of at most `query.limit` events."""
        self.events()
        if query.polling:
            return self._poll(query)
        until = iso(query.until or self._clock())
        found = [
            entry
            for entry in self._entries
            if iso(query.since) <= entry.event["published"] < until and query.test(entry.event)
        ]
        found.sort(key=lambda entry: entry.event["published"], reverse=query.descending)
        last = query.after + query.limit
        more = last < len(found)
        return Page([entry.event for entry in found[query.after : last]], f"{last}_b" if more else None)

    def _poll(self, query: Query) -> Page:
        """`after` is the last entry looked at, so that what a filter hid is not looked at again."""
        events: list[dict[str, Any]] = []
        last = query.after
        for entry in self._entries:
            if entry.sequence <= query.after or len(events) == query.limit:
                continue
            last = entry.sequence
            if entry.persisted >= query.since and query.test(entry.event):
                events.append(entry.event)
        return Page(events, f"{last}_p")


def parse_query(arguments: dict[str, str], now: datetime) -> Query:
    """Raises OktaError 400 on what Okta would not take."""
    until = _time(arguments, "until")
    since = _time(arguments, "since") or (until or now) - DEFAULT_WINDOW
    order = arguments.get("sortOrder", "ASCENDING")
    limit = arguments.get("limit", "100")
    if order not in ("ASCENDING", "DESCENDING"):
        raise invalid("sortOrder")
    if not limit.isdigit() or int(limit) > MAX_LIMIT:
        raise invalid("limit", f"0 to {MAX_LIMIT}")
    after = arguments.get("after", "0_").split("_")[0]
    if not after.isdigit():
        raise invalid("after", "take the whole URL of the next link")
    return Query(since, until, int(limit), order == "DESCENDING", _test(arguments), int(after))


def _test(arguments: dict[str, str]) -> Test:
    if "filter" not in arguments:
        return lambda _event: True
    try:
        return compile_filter(arguments["filter"])
    except FilterError as error:
        raise invalid("filter", str(error)) from error


def _time(arguments: dict[str, str], name: str) -> datetime | None:
    if name not in arguments:
        return None
    try:
        return parse_time(arguments[name])
    except ValueError as error:
        raise invalid(name, str(error)) from error
