"""Writes the deny policies from the open revocations: one writer at a time, one writing for many leavers."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol
from uuid import uuid4

from functions.aws.lease import LeaseLostError, LeaseState
from functions.leavers.deny import Denied, Rendering, Shape, document, ids_in, render

LEASE_SECONDS = 30.0
"""How long a writer that was killed keeps the others waiting."""

LAST_CALL_SECONDS = 10.0
"""Before the lease ends no call begins any more: longer than one call may take, time-outs and all."""

PATIENCE_SECONDS = 35.0
"""Longer than a lease, and short enough that the function's minute is not over."""

POLL_SECONDS = 0.2


class RendererBusyError(Exception):
    """Others have held the lease for too long. The revocation stands in the ledger; try again."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class WriterLease(Protocol):
    def read(self) -> LeaseState: ...
    def take(self, owner: str, now: float, until: float) -> int | None: ...
    def finish(self, owner: str, number: int, left_over: Sequence[str]) -> None: ...
    def abandon(self, owner: str) -> None: ...


class Policies(Protocol):
    def until(self, deadline: float) -> None: ...
    def contents(self, count: int) -> Sequence[str | None]: ...
    def bring(self, number: int, content: str, held: str | None) -> None: ...


class Renderer:
    """Brings the deny policies up to what the ledger says.

    UpdatePolicy allows 2 calls a second and knows no versions: hence one writer at a time, who writes for
    everybody whose revocation was in the ledger when the writing began.
    """

    def __init__(
        self,
        ledger: OpenRevocations,
        lease: WriterLease,
        policies: Policies,
        shape: Shape,
        *,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._policies = policies
        self._shape = shape
        self._now = now
        self._sleep = sleep

    def bring_up_to_date(self) -> frozenset[str]:
        """Return once policies that were rendered after this call began are read back and in force.

        What is returned are the user ids for which there was no room. Raises DenyPolicyError,
        LeaseLostError or RendererBusyError; the ledger is untouched by that, so calling again is safe.
        """
        begun: int | None = None
        give_up = self._now() + PATIENCE_SECONDS
        while self._now() < give_up:
            owner, now = str(uuid4()), self._now()
            number = self._lease.take(owner, now, now + LEASE_SECONDS)
            if number is not None:
                return self._write(owner, number, now + LEASE_SECONDS - LAST_CALL_SECONDS)
            state = self._lease.read()
            begun = state.begun if begun is None else begun
            while state.until > self._now() and state.finished <= begun and self._now() < give_up:
                self._sleep(POLL_SECONDS)
                state = self._lease.read()
            if state.finished > begun:
                return frozenset(state.left_over)
        raise RendererBusyError(f"the deny policies were being written for {PATIENCE_SECONDS:.0f} s")

    def _write(self, owner: str, number: int, deadline: float) -> frozenset[str]:
        finished = False
        try:
            self._policies.until(deadline)
            left_over = self._render().left_over
            self._lease.finish(owner, number, left_over)
            finished = True
            return frozenset(left_over)
        finally:
            if not finished:
                self._abandon(owner)

    def _abandon(self, owner: str) -> None:
        try:
            self._lease.abandon(owner)
        except LeaseLostError:
            return  # It has run out by itself; the error on its way says why.

    def _render(self) -> Rendering:
        held = self._policies.contents(self._shape.count)
        rendering = render(denied(self._ledger.open_entries()), held, self._shape)
        for number, content in in_safe_order(held, rendering.documents):
            present = held[number - 1]
            if present is not None or number == 1 or content != document([]):
                self._policies.bring(number, content, present)
        return rendering


def denied(entries: Sequence[Mapping[str, Any]]) -> list[Denied]:
    """The open revocations of people whose user id is known."""
    return [
        Denied(entry["user_id"], datetime.fromisoformat(entry["since"]))
        for entry in entries
        if entry["user_id"]
    ]


def in_safe_order(held: Sequence[str | None], documents: Sequence[str]) -> list[tuple[int, str]]:
    """The policies by number, those first that lose nobody: who moves is never without a deny."""

    def loses(place: int) -> bool:
        return not set(ids_in(held[place])) <= set(ids_in(documents[place]))

    return [(place + 1, documents[place]) for place in sorted(range(len(documents)), key=loses)]
