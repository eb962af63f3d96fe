"""LogEvents cut and grouped to what one PutEvents call takes."""

import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from functions.bus import ENTRIES_PER_CALL, OKTA, BusEvent
from functions.okta.log_event import APP_INSTANCE, APP_USER, USER, USER_GROUP, LogEvent

CALL_LIMIT = 256 * 1024
"""Bytes of one PutEvents call, all entries together (Amazon EventBridge User Guide, "Calculating event
entry size"). Some Regions take more since 2026; nobody's LogEvent needs it."""

LONGEST_TEXT = 1024
"""Characters. In a trimmed event, whatever is longer is no id, no login and no type."""

TRIMMED = "ostiaryTrimmed"
"""The mark of an event that had to be cut: its details are in the System Log under its uuid."""


class TooLargeError(Exception):
    """Even cut to what consumers need, the event does not fit into one call."""

    def __init__(self, uuid: str) -> None:
        super().__init__(uuid)
        self.uuid = uuid


def entry(event: LogEvent, raw: Mapping[str, Any]) -> BusEvent:
    """The event as it came or, if it is too large for the bus, only the fields that consumers read.

    Raises TooLargeError, and ValueError for a number that JSON can be read with but not written, as 1e999.
    """
    for detail in (raw, trimmed(event, raw)):
        candidate = BusEvent(OKTA, event.event_type, detail)
        if size(candidate) <= CALL_LIMIT:
            return candidate
    raise TooLargeError(event.uuid)


def trimmed(event: LogEvent, raw: Mapping[str, Any]) -> dict[str, Any]:
    """What LogEvent.parse reads, and nothing else."""
    return {
        "uuid": event.uuid,
        "published": raw["published"],
        "eventType": event.event_type,
        "outcome": {"result": _short(event.result), "reason": _short(event.reason)},
        "target": [
            {
                "id": target.id,
                "type": target.type,
                "alternateId": _short(target.alternate_id),
                "displayName": _short(target.display_name),
            }
            for target in event.targets
            if target.type in (USER, APP_USER, APP_INSTANCE, USER_GROUP)
        ],
        TRIMMED: True,
    }


def size(event: BusEvent) -> int:
    """Bytes that the entry counts. What EventBus writes is ASCII, so characters are bytes."""
    detail = json.dumps(event.detail, separators=(",", ":"), allow_nan=False)
    return len(event.source) + len(event.detail_type) + len(detail)


def calls(entries: Iterable[BusEvent]) -> Iterator[list[BusEvent]]:
    """Groups in the order given, each small enough, in number and bytes, for one call.

    Each event alone is small enough, as `entry` has seen to.
    """
    entries = list(entries)
    if len(entries) == 1:
        yield entries
        return
    group: list[BusEvent] = []
    room = CALL_LIMIT
    for event in entries:
        bytes_ = size(event)
        if group and (len(group) == ENTRIES_PER_CALL or bytes_ > room):
            yield group
            group, room = [], CALL_LIMIT
        group.append(event)
        room -= bytes_
    if group:
        yield group


def _short(text: str | None) -> str | None:
    return text if text is None or len(text) <= LONGEST_TEXT else None
