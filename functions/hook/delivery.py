"""The body of one delivery: Okta's envelope, sifted into what goes on the bus and what does not."""

import json
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any, Self

from functions.hook.request import BadRequestError
from functions.okta.log_event import LogEvent, LogEventError

ENVELOPE = "com.okta.event_hook"


@dataclass(frozen=True)
class Delivery:
    """`wanted` are the LogEvents that somebody consumes, each with its id; the rest is only counted."""

    wanted: tuple[tuple[LogEvent, Mapping[str, Any]], ...]
    ignored: int
    unreadable: int

    @classmethod
    def parse(cls, body: bytes, consumed: Collection[str]) -> Self:
        """Okta developer documentation, "Event hooks": sample event delivery payload.

        Raises BadRequestError (400) if it is no such envelope, or if nothing in it can be read. One event
        that cannot be read does not take the others with it.
        """
        events = _events(body)
        wanted, ignored, unreadable = [], 0, 0
        for raw in events:
            try:
                event = LogEvent.parse(raw)
                json.dumps(raw, allow_nan=False)  # 1e999 is JSON to read, but not to write
            except (LogEventError, ValueError, RecursionError):
                unreadable += 1
                continue
            if event.event_type in consumed:
                wanted.append((event, raw))
            else:
                ignored += 1
        if unreadable and unreadable == len(events):
            raise BadRequestError(400, "data.events holds no LogEvent with uuid, published and eventType")
        return cls(tuple(wanted), ignored, unreadable)


def _events(body: bytes) -> list[Any]:
    try:
        envelope = json.loads(body.decode(), parse_constant=_refuse)
    except (ValueError, RecursionError) as error:
        raise BadRequestError(400, "the body is not JSON") from error
    if not isinstance(envelope, dict) or envelope.get("eventType", ENVELOPE) != ENVELOPE:
        raise BadRequestError(400, f"the body is not an Okta event hook envelope of type {ENVELOPE}")
    data = envelope.get("data")
    events = data.get("events") if isinstance(data, dict) else None
    if not isinstance(events, list):
        raise BadRequestError(400, "the body is not an Okta event hook envelope: data.events is no list")
    return events


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is no JSON")
