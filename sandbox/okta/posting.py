"""How an event hook is sent. Okta: "Event hooks", the sections on verification, requests, time-out and retry.

One POST within 3 seconds; one retry, on 5xx or a time-out; none on 4xx; an endpoint that refuses the
connection is not tried again either.
"""

import json
import secrets
import uuid
from datetime import datetime
from typing import Any

from sandbox.okta.errors import OktaError, invalid
from sandbox.okta.ids import iso
from sandbox.okta.records import Channel
from sandbox.okta.transport import Answer, NoAnswerError, call

ATTEMPTS = 2


def challenge(channel: Channel, timeout: float) -> None:
    """Have the endpoint echo a value, within `timeout` seconds. Raises OktaError 400."""
    value = secrets.token_urlsafe(32)
    headers = {**_headers(channel), "x-okta-verification-challenge": value}
    try:
        answer = call("GET", channel.uri, headers, None, timeout)
    except NoAnswerError as error:
        raise _unverified(error.reason) from error
    if answer.status != 200 or _echo(answer) != value:
        raise _unverified(f"the endpoint answered {answer.status} without the challenge")


def post(channel: Channel, body: bytes, timeout: float) -> str | None:
    """Deliver, with the one retry. Why it failed in the end; None when it arrived."""
    failure = ""
    for _ in range(ATTEMPTS):
        try:
            answer = call("POST", channel.uri, _headers(channel), body, timeout)
        except NoAnswerError as error:
            failure = error.reason
            if not error.timed_out:
                break
            continue
        if answer.status in (200, 204):
            return None
        failure = f"HTTP {answer.status}"
        if answer.status < 500:
            break
    return failure


def envelope(source: str, events: list[dict[str, Any]], sent: datetime) -> bytes:
    """The body of a delivery."""
    return json.dumps(
        {
            "eventType": "com.okta.event_hook",
            "eventTypeVersion": "1.0",
            "cloudEventsVersion": "0.1",
            "source": source,
            "eventId": str(uuid.uuid4()),
            "data": {"events": events},
            "eventTime": iso(sent),
            "contentType": "application/json",
        }
    ).encode()


def _headers(channel: Channel) -> dict[str, str]:
    headers = dict(channel.headers)
    if channel.auth_key:
        headers[channel.auth_key] = channel.auth_value
    return {
        **headers,
        "Content-Type": "application/json",
        "Accept": "*/*",
        "User-Agent": "Okta-Event-Hooks",
    }


def _echo(answer: Answer) -> Any:
    try:
        body = json.loads(answer.body)
    except ValueError:
        return None
    return body.get("verification") if isinstance(body, dict) else None


def _unverified(reason: str) -> OktaError:
    return invalid("eventHook", f"Verification failed: {reason}")
