"""Revocations from end to end: what an event changes goes into the ledger, then its steps are carried out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Protocol

from aws_lambda_powertools import Logger

from functions.finding import Finding
from functions.leavers.book import Book, Entry, Progress, SupersededError, new_record, told
from functions.leavers.decide import Leaver, Return
from functions.leavers.findings import Wording
from functions.leavers.identify import Directory, Snapshot, identified
from functions.leavers.record import Record, StepOutcome, StepState, Taken
from functions.leavers.steps import (
    ASSIGNMENTS,
    DENY,
    ENTITLEMENTS,
    IDENTIFY,
    MEMBERSHIPS,
    PUT_BACK,
    TELL,
    Done,
    DoubtfulError,
    NothingToDoError,
    Step,
    StepError,
)

Work = Callable[[], None]

OF_ACCESS = frozenset({ASSIGNMENTS, MEMBERSHIPS, ENTITLEMENTS, PUT_BACK})
"""Steps of which those of two events could undo each other's."""

NOTE_LENGTH = 400
"""Characters of a step's outcome that are kept; some errors quote a whole stack of others."""


class StepsFailedError(Exception):
    """Some steps have failed and are recorded so: the message must come again for these alone."""


class _ProtectedError(Exception):
    """The access policy protects this person."""


class Findings(Protocol):
    def put_findings(self, findings: Sequence[Finding]) -> None: ...


@dataclass(frozen=True)
class Rules:
    """What the access policy says about leavers. `protected` are userNames."""

    keep_deny: timedelta
    protected: Collection[str] = ()

    def protects(self, *names: str | None) -> bool:
        protected = {name.casefold() for name in self.protected}
        return any(name is not None and name.casefold() in protected for name in names)


@dataclass(frozen=True)
class Steps:
    """What is carried out, in this order, when somebody leaves or returns."""

    leaving: Sequence[Step]
    returning: Sequence[Step]


class Revocations:
    """Everything is idempotent: an event that comes again finds in the ledger what is left to do."""

    def __init__(
        self,
        book: Book,
        directory: Directory,
        snapshot: Snapshot,
        steps: Steps,
        findings: Findings,
        wording: Wording,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        measure: Callable[[float], None],
        log: Logger,
    ) -> None:
        self._book = book
        self._directory = directory
        self._snapshot = snapshot
        self._steps = steps
        self._findings = findings
        self._wording = wording
        self._rules = rules
        self._now = now
        self._measure = measure
        self._log = log

    def admit(self, event: Leaver | Return, user_id: str | None = None) -> Work:
        """Write into the ledger what the event changes; what is returned does what is left to do for it.

        `user_id` is the Identity Store id where it is known already. The work raises StepsFailedError if
        steps have to be repeated; both raise whatever kept the ledger or the bus from answering.
        """
        seed = new_record(event, user_id)
        try:
            entry = self._book.change(seed, told(event), lambda record: self._changed(record, event))
        except _ProtectedError:
            return nothing
        occasion = entry.record.occasion
        if occasion is None or occasion.trigger != event.trigger:
            return nothing  # Stale, or nothing that calls for steps, or steps that another event answers for.
        return partial(self._carry_out, entry)

    def _changed(self, record: Record, event: Leaver | Return) -> Record:
        if isinstance(event, Return):
            return record.returned(event, self._now(), self._rules.keep_deny)
        left = record.left(event, self._now(), self._rules.keep_deny)
        if left.occasion is not None and left.occasion.trigger == event.trigger:
            left = self._sought(left)
        if self._rules.protects(event.login, left.login):
            why = f"{event.reason} {event.note}".strip()
            self._findings.put_findings([self._wording.protected(left, why, event.published)])
            raise _ProtectedError
        return left

    def resume(self, seed: Record) -> None:
        """Carry on with this person's steps, if any are left. Raises as the work of `admit` does."""
        entry = self._book.change(seed, {"change": "resumed"}, self._sought)
        if entry.record.unfinished_since(TELL) is not None:
            self._carry_out(entry)

    def _sought(self, record: Record) -> Record:
        if not record.open or record.is_final(IDENTIFY):
            return record
        return identified(record, self._directory, self._snapshot, self._now())

    def _carry_out(self, entry: Entry) -> None:
        taken = entry.record.taken
        try:
            for step in self._steps.leaving if entry.record.open else self._steps.returning:
                if not entry.record.is_final(step.name):
                    entry = self._take(step, entry)
                    taken |= entry.record.taken
            self._tell(entry)
        except SupersededError:
            self._log.info("a newer event has taken over", extra={"person": entry.record.key})
            self._make_up(entry.record, taken)

    def _take(self, step: Step, entry: Entry) -> Entry:
        """The step's outcome is written with those of all others, but what it took at once."""
        state, done = self._attempt(step, entry.record)
        outcome = StepOutcome(state, self._now(), done.note[:NOTE_LENGTH])
        if step.name == DENY and state is StepState.DONE and entry.record.occasion:
            self._measure((outcome.at - entry.record.occasion.published).total_seconds())
        record = entry.record.with_step(step.name, outcome)
        if done.taken is None:
            return replace(entry, record=record)
        return self._book.note(entry, Progress(record.steps, done.taken))

    def _attempt(self, step: Step, record: Record) -> tuple[StepState, Done]:
        try:
            return StepState.DONE, step.run(record)
        except NothingToDoError as error:
            return StepState.NOTHING, Done(str(error))
        except DoubtfulError as error:
            return StepState.DOUBTFUL, Done(str(error))
        except StepError as error:
            self._log.warning("step %s of %s failed: %s", step.name, record.key, error)
            return StepState.FAILED, Done(str(error))

    def _tell(self, entry: Entry) -> None:
        record = entry.record
        failing = [name for name, outcome in record.steps.items() if not outcome.final]
        if not failing and record.is_final(TELL):
            return
        now = self._now()
        if failing:
            self._book.note(entry, Progress(record.steps))
            self._findings.put_findings(self._wording.about(record))
            raise StepsFailedError(f"{', '.join(failing)} of {record.key}: to be repeated")
        clean = (now, self._rules.keep_deny) if record.open and _is_clean(record) else None
        progress = Progress({**record.steps, TELL: StepOutcome(StepState.DONE, now)}, clean=clean)
        self._findings.put_findings(self._wording.about(progress.on(record)))
        self._book.note(entry, progress)

    def _make_up(self, mine: Record, taken: Taken) -> None:
        """Another event's steps ran while ours did: what ours took or told since must end as it says."""
        latest = self._book.latest(mine)
        if latest.is_final(TELL):
            self._findings.put_findings(self._wording.about(latest))
        for step in self._steps.leaving if latest.open else self._steps.returning:
            if step.name in OF_ACCESS and taken:
                self._attempt(step, replace(latest, taken=taken))


def _is_clean(record: Record) -> bool:
    """Whether the steps have left nothing that could begin a session."""

    def ended(step: str, *states: StepState) -> bool:
        outcome = record.steps.get(step)
        return outcome is not None and outcome.state in states

    return (
        ended(ASSIGNMENTS, StepState.DONE)
        and ended(MEMBERSHIPS, StepState.DONE)
        and ended(ENTITLEMENTS, StepState.DONE, StepState.NOTHING)
    )


def nothing() -> None:
    """The work that is left where there is none."""
