"""Faults of the embedded AWS: which calls fail, how, and that every other call goes through untouched."""

import asyncio
import json
from typing import Any

from sandbox.busy import Busy, Receive, Scope, Send

PUT_EVENTS = "AWSEvents.PutEvents"
THROTTLE = {"service": "events", "operation": "PutEvents", "error": "ThrottlingException", "times": 1}


async def aws(scope: Scope, receive: Receive, send: Send) -> None:
    """Answers every call with what it was sent."""
    body = (await receive())["body"]
    await send({"type": "http.response.start", "status": 200, "headers": []})
    await send({"type": "http.response.body", "body": body})


def call(busy: Busy, path: str, body: Any, *, method: str = "POST", target: str = "") -> tuple[int, Any]:
    """Status and body of one request."""
    sent: list[dict[str, Any]] = []
    raw = json.dumps(body).encode()
    pieces = [raw[:5], raw[5:]] if path.startswith("/_sandbox") or "PutEvents" in target else [raw]
    messages = [
        {"type": "http.request", "body": piece, "more_body": piece is not pieces[-1]} for piece in pieces
    ]

    async def receive() -> dict[str, Any]:
        return messages.pop(0)

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    headers = [(b"X-Amz-Target", target.encode())] if target else []
    scope = {"type": "http", "path": path, "method": method, "headers": headers}
    asyncio.run(busy(scope, receive, send))
    return sent[0]["status"], json.loads(sent[1]["body"])


def test_a_throttled_bus_refuses_each_entry_in_an_answer_that_is_a_success() -> None:
    """Given a fault for one PutEvents: 200, every entry with its code; the call after it goes through."""
    busy = Busy(aws)
    assert call(busy, "/_sandbox/faults", [THROTTLE], method="PUT")[0] == 200
    status, answer = call(busy, "/", {"Entries": [{}, {}]}, target=PUT_EVENTS)
    assert (status, answer["FailedEntryCount"]) == (200, 2)
    assert [entry["ErrorCode"] for entry in answer["Entries"]] == ["ThrottlingException"] * 2
    assert call(busy, "/", [1], target="secretsmanager.GetSecretValue") == (200, [1])


def test_another_call_fails_with_the_error_and_its_status() -> None:
    """Given a fault for one table call, it is answered as a service with a JSON protocol answers."""
    busy = Busy(aws)
    fault = {"service": "dynamodb", "operation": "PutItem", "error": "ThrottlingException", "status": 400}
    call(busy, "/_sandbox/faults", [fault], method="PUT")
    status, answer = call(busy, "/", {}, target="DynamoDB_20120810.PutItem")
    assert (status, answer["__type"]) == (400, "ThrottlingException")


def test_an_empty_list_clears_and_nonsense_is_told_so() -> None:
    """Given faults that are taken back, or that are none."""
    busy = Busy(aws)
    call(busy, "/_sandbox/faults", [THROTTLE | {"times": None}], method="PUT")
    assert call(busy, "/_sandbox/faults", [{"nonsense": 1}], method="PUT")[0] == 400
    call(busy, "/_sandbox/faults", [], method="PUT")
    assert call(busy, "/", {"Entries": []}, target="x.Other") == (200, {"Entries": []})
