"""Sending event hooks under Okta's contract. Okta: "Event hooks", sections on requests, time-out and retry.

One POST within 3 seconds; one retry, on 5xx or a time-out; none on 4xx; an endpoint that refuses the
connection is not tried again either. What fails shows up in the System Log only, as `event_hook.delivery`.
"""

import heapq
import json
import random
import secrets
import threading
import time
import uuid
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sandbox.okta.errors import OktaError
from sandbox.okta.hooks import Hooks
from sandbox.okta.ids import iso
from sandbox.okta.logevent import SYSTEM, Occurrence
from sandbox.okta.organization import Organization
from sandbox.okta.records import Hook
from sandbox.okta.transport import Answer, NoAnswerError, call

ATTEMPTS = 2
_WORKERS = 8


@dataclass(order=True)
class _Batch:
    """Events for one hook, to be sent when `due` (monotonic seconds)."""

    due: float
    hook: Hook = field(compare=False)
    events: list[dict[str, Any]] = field(compare=False, default_factory=list)
    held: bool = field(compare=False, default=False)


class Deliveries:
    """Collects LogEvents by hook for a moment, then posts them. Change `chaos` at any time."""

    def __init__(self, organization: Organization, hooks: Hooks) -> None:
        self._org = organization
        self._hooks = hooks
        self.chaos = organization.settings.chaos
        self._random = random.Random(self.chaos.seed)  # noqa: S311 - chooses what goes astray, guards nothing
        self._change = threading.Condition()
        self._due: list[_Batch] = []
        self._open: dict[str, _Batch] = {}
        self._sending = 0
        self._closed = False
        self._pool = ThreadPoolExecutor(_WORKERS, thread_name_prefix="okta-hook")
        self._clerk = threading.Thread(target=self._run, name="okta-hooks", daemon=True)
        organization.listen(self._take)
        self._clerk.start()

    def verify(self, id_: str) -> Hook:
        """The one-time verification. Raises OktaError 400 unless the challenge comes back in time."""
        hook = self._hooks.get(id_)
        challenge = secrets.token_urlsafe(32)
        headers = {**self._headers(hook), "x-okta-verification-challenge": challenge}
        try:
            answer = call("GET", hook.uri, headers, None, self._org.settings.hook_timeout)
        except NoAnswerError as error:
            raise _unverified(error.reason) from error
        if answer.status != 200 or _echo(answer) != challenge:
            raise _unverified(f"the endpoint answered {answer.status} without the challenge")
        with self._org.lock:
            hook.verified, hook.updated = True, self._org.now()
            uri = f"/api/v1/eventHooks/{hook.id}/lifecycle/verify"
            self._org.record(
                Occurrence("event_hook.verified", "Event hook verified", SYSTEM, (hook.ref,), uri)
            )
        return hook

    def drain(self, timeout: float = 30.0) -> bool:
        """Wait until everything written so far was sent or given up; false after `timeout` seconds."""
        with self._change:
            return self._change.wait_for(lambda: not self._due and not self._sending, timeout)

    @property
    def holding(self) -> int:
        """How many deliveries chaos holds back now."""
        with self._change:
            return sum(batch.held for batch in self._due)

    def close(self) -> None:
        """Stop sending; what is still waiting is lost."""
        with self._change:
            self._closed = True
            self._change.notify_all()
        self._clerk.join()
        self._pool.shutdown(wait=True, cancel_futures=True)

    def _take(self, event: dict[str, Any]) -> None:
        """Called under the organization's lock for every LogEvent."""
        hooks = self._hooks.listening(event["eventType"])
        if not hooks:
            return
        event["debugContext"]["debugData"]["targetEventHookIds"] = ",".join(hook.id for hook in hooks)
        with self._change:
            for hook in hooks:
                batch = self._open.get(hook.id)
                if batch is None or len(batch.events) >= self._org.settings.batch_limit:
                    batch = _Batch(time.monotonic() + self._org.settings.batch_window, hook)
                    self._open[hook.id] = batch
                    heapq.heappush(self._due, batch)
                batch.events.append(event)
            self._change.notify_all()

    def _run(self) -> None:
        with self._change:
            while not self._closed:
                wait = self._due[0].due - time.monotonic() if self._due else None
                if wait is not None and wait <= 0:
                    self._dispatch(heapq.heappop(self._due))
                else:
                    self._change.wait(wait)

    def _dispatch(self, batch: _Batch) -> None:
        """Under `_change`: close the batch and hand it over, or let chaos have it."""
        if self._open.get(batch.hook.id) is batch:
            del self._open[batch.hook.id]
        if not batch.held and self._random.random() < self.chaos.reorder:
            self._random.shuffle(batch.events)
            batch.due, batch.held = time.monotonic() + self.chaos.hold_seconds, True
            heapq.heappush(self._due, batch)
            return
        copies = 2 if self._random.random() < self.chaos.duplicate else 1
        if self._random.random() < self.chaos.drop:
            copies = 0
        body = self._envelope(batch)
        for _ in range(copies):
            self._sending += 1
            self._pool.submit(self._send, batch.hook, body)
        self._change.notify_all()

    def _send(self, hook: Hook, body: bytes) -> None:
        try:
            failure = self._attempt(hook, body)
            if failure is not None:
                self._report(hook, failure)
        finally:
            with self._change:
                self._sending -= 1
                self._change.notify_all()

    def _attempt(self, hook: Hook, body: bytes) -> str | None:
        """Why it failed in the end; None when it arrived."""
        failure = ""
        for _ in range(ATTEMPTS):
            try:
                answer = call("POST", hook.uri, self._headers(hook), body, self._org.settings.hook_timeout)
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

    def _report(self, hook: Hook, reason: str) -> None:
        self._org.record(
            Occurrence(
                "event_hook.delivery",
                "Deliver event to event hook endpoint",
                SYSTEM,
                (hook.ref,),
                "/api/v1/eventHooks",
                result="FAILURE",
                reason=reason,
                severity="ERROR",
            )
        )

    def _envelope(self, batch: _Batch) -> bytes:
        envelope = {
            "eventType": "com.okta.event_hook",
            "eventTypeVersion": "1.0",
            "cloudEventsVersion": "0.1",
            "source": f"{self._org.base_url}/api/v1/eventHooks/{batch.hook.id}",
            "eventId": str(uuid.uuid4()),
            "data": {"events": batch.events},
            "eventTime": iso(self._org.now()),
            "contentType": "application/json",
        }
        return json.dumps(envelope).encode()

    @staticmethod
    def _headers(hook: Hook) -> dict[str, str]:
        headers = {header["key"]: header["value"] for header in hook.headers}
        if hook.auth_key:
            headers[hook.auth_key] = hook.auth_value
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
    return OktaError(400, "E0000001", "Api validation failed: eventHook", (f"Verification failed: {reason}",))
