"""When an event hook is sent: events are collected for a moment, then posted, unless chaos intervenes."""

import heapq
import random
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any

from sandbox.okta.errors import invalid
from sandbox.okta.hooks import Hooks
from sandbox.okta.logevent import SYSTEM, Occurrence
from sandbox.okta.organization import Organization
from sandbox.okta.posting import challenge, envelope, post
from sandbox.okta.records import Hook

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
        channel = hook.channel
        challenge(channel, self._org.settings.hook_timeout)
        with self._org.lock:
            if hook.channel != channel:
                raise invalid("eventHook", "the channel changed while it was verified")
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
            failure = post(hook.channel, body, self._org.settings.hook_timeout)
            if failure is not None:
                self._report(hook, failure)
        finally:
            with self._change:
                self._sending -= 1
                self._change.notify_all()

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
        source = f"{self._org.base_url}/api/v1/eventHooks/{batch.hook.id}"
        return envelope(source, batch.events, self._org.now())
