"""Revocations from end to end: what an event changes goes into the ledger, then its steps are carried out."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from aws_lambda_powertools import Logger

from functions.finding import Finding
from functions.leavers.book import Book, Entry, SupersededError, new_record
from functions.leavers.decide import Leaver, Return
from functions.leavers.findings import Wording
from functions.leavers.identify import Directory, identified
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.steps import DENY, IDENTIFY, TELL, DoubtfulError, NothingToDoError, Step, StepError

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
        self._steps = steps
        self._findings = findings
        self._wording = wording
        self._rules = rules
        self._now = now
        self._measure = measure
        self._log = log

    def carry_out(self, event: Leaver | Return, user_id: str | None = None) -> None:
        """Record what the event changes, then do what is left to do for it.

        `user_id` is the Identity Store id where it is known already. Raises StepsFailedError if steps have
        to be repeated, or whatever kept the ledger or the bus from answering.
        """
        seed = new_record(event, user_id)
        try:
            entry = self._book.change(seed, event, lambda record: self._changed(record, event))
        except _ProtectedError:
            return
        occasion = entry.record.occasion
        if occasion is None or occasion.trigger != event.trigger:
            return  # Stale, or nothing that calls for steps, or steps that another event answers for.
        try:
            self._tell(self._take_steps(entry))
        except SupersededError:
            self._log.info("a newer event has taken over", extra={"trigger": event.trigger})

    def _changed(self, record: Record, event: Leaver | Return) -> Record:
        if isinstance(event, Return):
            return record.returned(event)
        left = record.left(event, self._now(), self._rules.keep_deny)
        mine = left.occasion is not None and left.occasion.trigger == event.trigger
        if mine and not left.is_final(IDENTIFY):
            left = identified(left, self._directory, self._now())
        if self._rules.protects(event.login, left.login):
            why = f"{event.reason} {event.note}".strip()
            self._findings.put_findings([self._wording.protected(left, why, event.published)])
            raise _ProtectedError
        return left

    def _take_steps(self, entry: Entry) -> Entry:
        for step in self._steps.leaving if entry.record.open else self._steps.returning:
            if entry.record.is_final(step.name):
                continue
            outcome = self._take(step, entry.record)
            entry = self._book.note(entry, step.name, outcome)
            if step.name == DENY and outcome.state is StepState.DONE and entry.record.occasion:
                self._measure((outcome.at - entry.record.occasion.published).total_seconds())
        return entry

    def _take(self, step: Step, record: Record) -> StepOutcome:
        try:
            state, note = StepState.DONE, step.run(record)
        except NothingToDoError as error:
            state, note = StepState.NOTHING, str(error)
        except DoubtfulError as error:
            state, note = StepState.DOUBTFUL, str(error)
        except StepError as error:
            state, note = StepState.FAILED, str(error)
            self._log.warning("step %s of %s failed: %s", step.name, record.key, note)
        return StepOutcome(state, self._now(), note[:NOTE_LENGTH])

    def _tell(self, entry: Entry) -> None:
        failing = [name for name, outcome in entry.record.steps.items() if not outcome.final]
        if not failing and entry.record.is_final(TELL):
            return
        self._findings.put_findings(self._wording.about(entry.record))
        if failing:
            raise StepsFailedError(f"{', '.join(failing)} of {entry.record.key}: to be repeated")
        self._book.note(entry, TELL, StepOutcome(StepState.DONE, self._now()))
