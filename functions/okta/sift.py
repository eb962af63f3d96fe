"""LogEvents as they come in, from whichever road, sorted into what somebody consumes and what not."""

import json
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from functions.bus import BusEvent
from functions.okta.entries import TooLargeError, entry
from functions.okta.log_event import LogEvent, LogEventError


@dataclass(frozen=True)
class Sifted:
    """`entries` are what goes on the bus, in the order it came; the rest is only counted.

    `too_large` holds the uuids of those that do not fit the bus even when trimmed.
    """

    entries: tuple[BusEvent, ...]
    too_large: tuple[str, ...]
    ignored: int
    unreadable: int


def sift(raws: Iterable[Any], consumed: Collection[str]) -> Sifted:
    """Never raises: one event that cannot be read does not take the others with it."""
    entries, too_large = [], []
    ignored = unreadable = 0
    for raw in raws:
        event = _readable(raw)
        if event is None:
            unreadable += 1
        elif event.event_type not in consumed:
            ignored += 1
        else:
            try:
                entries.append(entry(event, raw))
            except TooLargeError:
                too_large.append(event.uuid[:64])
    return Sifted(tuple(entries), tuple(too_large), ignored, unreadable)


def _readable(raw: Mapping[str, Any]) -> LogEvent | None:
    try:
        event = LogEvent.parse(raw)
        json.dumps(raw, allow_nan=False)  # 1e999 is JSON to read, but not to write
    except (LogEventError, ValueError, RecursionError):
        return None
    return event
