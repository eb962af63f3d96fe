"""Writes the deny policies from the open revocations: one writer at a time, one writing for many leavers."""

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol
from uuid import uuid4

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.lease import LeaseLostError, LeaseState, Turn
from functions.leavers.deny import Denied
from functions.leavers.partial import Loss
from functions.leavers.writing import (
    Place,
    Report,
    UnwrittenError,
    denied,
    mark,
    marks_of,
    rendered,
    untold,
)

LEASE_SECONDS = 30.0
"""How long a writer that was killed keeps the others waiting."""

LAST_CALL_SECONDS = 10.0
"""Before the lease ends no call begins any more: longer than one call may take, time-outs and all."""

PATIENCE_SECONDS = 35.0
"""Longer than a lease, and short enough that the function's minute is not over."""

POLL_SECONDS = 0.6

BREATH_SECONDS = 1.5
"""Between two writings. Who leaves alone does not wait."""


class RendererBusyError(Exception):
    """Others have held the lease for too long. The revocation stands in the ledger; try again."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class WriterLease(Protocol):
    def read(self) -> LeaseState: ...
    def take(self, owner: str, now: float, until: float) -> Turn | LeaseState: ...
    def finish(
        self,
        owner: str,
        number: int,
        left_over: Sequence[str],
        written: Sequence[str],
        *,
        waiting: Sequence[str],
        at: float,
    ) -> None: ...
    def abandon(self, owner: str, number: int, written: Sequence[str] | None) -> None: ...


class Watch(Protocol):
    """Is told of every writing, once it is done; `check`: on-call also hears what is in order again.

    Says whether it was heard, and raises nothing: telling keeps nobody from being denied.
    """

    def written(self, reports: Sequence[Report], *, check: bool) -> bool: ...


@dataclass(frozen=True)
class _Writing:
    """What one writing found and left, at each place; `failures`: why a place could not be written."""

    reports: tuple[Report, ...]
    marks: tuple[str, ...]
    failures: tuple[str, ...]


class Renderer:
    """Brings the deny policies up to what the ledger says of leavers, and of those who `losses` are.

    UpdatePolicy allows 2 calls a second and knows no versions: hence one writer at a time, who writes for
    everybody whose revocation was in the ledger when the writing began. `spares` says by their login whom
    the access policy protects.
    """

    def __init__(
        self,
        ledger: OpenRevocations,
        lease: WriterLease,
        places: Sequence[Place],
        watch: Watch,
        *,
        losses: Callable[[], Sequence[Loss]] = tuple,
        spares: Callable[[str | None], bool] = lambda _: False,
        now: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._ledger = ledger
        self._lease = lease
        self._places = places
        self._watch = watch
        self._losses = losses
        self._spares = spares
        self._now = now
        self._sleep = sleep

    def bring_up_to_date(self, *, check: bool = False) -> frozenset[str]:
        """Return once policies that were rendered after this call began are read back and in force.

        What is returned are the user ids for which there was no room. With `check` this writer's own look
        at the policies counts, not another's. Raises DenyPolicyError, LeaseLostError or RendererBusyError;
        the ledger is untouched by that, so calling again is safe.
        """
        begun: int | None = None
        give_up = self._now() + PATIENCE_SECONDS
        while self._now() < give_up:
            owner, now = str(uuid4()), self._now()
            state = self._lease.take(owner, now, now + LEASE_SECONDS)
            if isinstance(state, Turn):
                deadline = now + LEASE_SECONDS - LAST_CALL_SECONDS
                return frozenset(self._write(owner, state, deadline, check=check))
            begun = state.begun if begun is None else begun
            while state.until > self._now() and state.finished <= begun and self._now() < give_up:
                self._sleep(self._until_it_may_be_done(state))
                state = self._lease.read()
            if state.finished > begun and not check:
                return frozenset(state.left_over)
        raise RendererBusyError(f"the deny policies were being written for {PATIENCE_SECONDS:.0f} s")

    def _until_it_may_be_done(self, state: LeaseState) -> float:
        """Seconds: while the writer draws breath, there is nothing to look for."""
        begun_at = state.until - LEASE_SECONDS
        written_from = begun_at + _breath(begun_at, state.finished_at)
        return max(0.0, written_from - self._now()) + POLL_SECONDS

    def _write(self, owner: str, turn: Turn, deadline: float, *, check: bool) -> list[str]:
        """Write, tell, and give the lease back; who is left over."""
        marks, finished = turn.written, False
        try:
            # In a burst others are just writing into the ledger: one writing then serves many more of them.
            self._sleep(_breath(self._now(), turn.finished_at))
            people, losses = self._to_deny()
            marks = None  # Whatever ends this in the middle: nobody then knows what was written.
            done = self._everywhere(people, losses, turn.written, deadline)
            marks = done.marks
            if not self._watch.written(done.reports, check=check):
                marks = (*marks, *(each for report in done.reports for each in _untold(report)))
            if done.failures:
                raise DenyPolicyError("; ".join(done.failures))
            left_over = [each for report in done.reports for each in report.left_over]
            waiting = sorted({each for report in done.reports for each in report.waiting})
            self._lease.finish(owner, turn.number, left_over, marks, waiting=waiting, at=self._now())
            finished = True
            return left_over
        finally:
            if not finished:
                self._abandon(owner, turn.number, marks)

    def _to_deny(self) -> tuple[list[Denied], list[Loss]]:
        """Whatever stands in the ledger, and however it got there: nobody is denied whom `spares` names."""
        entries = [each for each in self._ledger.open_entries() if not self._spares(each.get("login"))]
        return denied(entries), [loss for loss in self._losses() if not self._spares(loss.login)]

    def _everywhere(
        self,
        people: Sequence[Denied],
        losses: Sequence[Loss],
        before: Sequence[str] | None,
        deadline: float,
    ) -> _Writing:
        """A place that fails holds up no other, and keeps its marks as far as they still hold."""
        reports, marks, failures = list[Report](), list[str](), list[str]()
        for place in self._places:
            place.policies.until(deadline)
            try:
                report, documents = rendered(place, people, before, losses)
            except (DenyPolicyError, ClientError, BotoCoreError) as error:
                known = error.marks if isinstance(error, UnwrittenError) else marks_of(place.title, before)
                marks += known
                failures.append(str(error))
                reports.append(Report(place.title, 0, 0.0, failed=str(error)))
                continue
            reports.append(report)
            marks += [mark(place, number, text) for number, text in enumerate(documents, 1)]
        return _Writing(tuple(reports), tuple(marks), tuple(failures))

    def _abandon(self, owner: str, number: int, marks: Sequence[str] | None) -> None:
        try:
            self._lease.abandon(owner, number, marks)
        except LeaseLostError:
            return  # It has run out by itself; the error on its way says why.


def _breath(begun_at: float, finished_at: float) -> float:
    """Seconds that a writing waits which began so long after the last one had come to its end."""
    return max(0.0, min(BREATH_SECONDS, finished_at + BREATH_SECONDS - begun_at))


def _untold(report: Report) -> list[str]:
    return untold(report.title, report.repaired)


class OncePerBatch:
    """A renderer whose one writing serves everybody of a batch: all are in the ledger before it begins."""

    def __init__(self, renderer: Renderer) -> None:
        self._renderer = renderer
        self._outcome: frozenset[str] | Exception | None = None
        self.number = 0

    def begin(self) -> None:
        """A new batch: whatever was written before does not count."""
        self._outcome = None
        self.number += 1

    def bring_up_to_date(self) -> frozenset[str]:
        """As the renderer's. What it raised, it raises for everybody of the batch."""
        if self._outcome is None:
            try:
                self._outcome = self._renderer.bring_up_to_date()
            except (DenyPolicyError, LeaseLostError, RendererBusyError, ClientError, BotoCoreError) as error:
                self._outcome = error
        if isinstance(self._outcome, Exception):
            raise self._outcome
        return self._outcome
