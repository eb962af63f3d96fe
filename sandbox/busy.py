"""Faults of the embedded AWS's own services, set as for the stand-ins: `PUT /_sandbox/faults`.

A call is known by its target header, as services with a JSON protocol have it. PutEvents that is told to
fail is answered as EventBridge does when it is short of capacity: HTTP 200, and each entry refused.
"""

import asyncio
import json
from collections.abc import Awaitable, Callable
from typing import Any

from sandbox.faults import Failure, FaultBoard, FaultError

Scope = dict[str, Any]
Receive = Callable[[], Awaitable[dict[str, Any]]]
Send = Callable[[dict[str, Any]], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

SERVICES = {"AWSEvents": "events", "DynamoDB_20120810": "dynamodb", "TrentService": "kms", "AmazonSQS": "sqs"}
"""The prefix of the target header, where it is not the service's name."""


class Busy:
    """The embedded AWS `app`, on days when it does not keep up."""

    def __init__(self, app: App) -> None:
        self._app = app
        self._board = FaultBoard()
        self._any = False

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer a request about faults, or one that is to fail; hand on every other."""
        if scope["type"] != "http":
            return await self._app(scope, receive, send)
        if scope["path"] == "/_sandbox/faults" and scope["method"] == "PUT":
            return await self._set(receive, send)
        prefix, _, operation = _header(scope, b"x-amz-target").partition(".")
        failure = await self._meet(SERVICES.get(prefix, prefix), operation) if self._any else None
        if failure is None:
            return await self._app(scope, receive, send)
        body = await _body(receive)
        if operation == "PutEvents":
            return await _answer(send, 200, _none_taken(body, failure))
        return await _answer(send, failure.status, {"__type": failure.error, "message": "A fault was set"})

    async def _meet(self, service: str, operation: str) -> Failure | None:
        return await asyncio.to_thread(self._board.meet, service, operation) if operation else None

    async def _set(self, receive: Receive, send: Send) -> None:
        try:
            self._board.set(json.loads(await _body(receive)))
        except (FaultError, ValueError) as error:
            return await _answer(send, 400, {"message": str(error)})
        self._any = bool(self._board.current())
        return await _answer(send, 200, self._board.current())


def _none_taken(body: bytes, failure: Failure) -> dict[str, Any]:
    """Amazon EventBridge API Reference, "PutEvents": a failed entry has a code instead of an id."""
    entries = json.loads(body)["Entries"]
    refused = {"ErrorCode": failure.error, "ErrorMessage": "A fault was set"}
    return {"FailedEntryCount": len(entries), "Entries": [refused] * len(entries)}


def _header(scope: Scope, name: bytes) -> str:
    return next((value.decode("latin-1") for key, value in scope["headers"] if key.lower() == name), "")


async def _body(receive: Receive) -> bytes:
    body, more = b"", True
    while more:
        message = await receive()
        body += message.get("body", b"")
        more = message.get("more_body", False)
    return body


async def _answer(send: Send, status: int, body: Any) -> None:
    headers = [(b"content-type", b"application/x-amz-json-1.1")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
