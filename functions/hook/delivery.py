"""The body of one delivery: Okta's envelope, and what is in it."""

import json
from collections.abc import Collection
from typing import Any

from functions.hook.request import BadRequestError
from functions.okta.sift import Sifted, sift

ENVELOPE = "com.okta.event_hook"


def read_delivery(body: bytes, consumed: Collection[str]) -> Sifted:
    """Okta developer documentation, "Event hooks": sample event delivery payload.

    Raises BadRequestError (400) if it is no such envelope, or if nothing in it can be read.
    """
    events = _events(body)
    sifted = sift(events, consumed)
    if sifted.unreadable and sifted.unreadable == len(events):
        raise BadRequestError(400, "data.events holds no LogEvent with uuid, published and eventType")
    return sifted


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
