"""The steps of one person's newest event, carried out: each on its own, and all of them written down."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime

from aws_lambda_powertools import Logger

from functions.leavers.changes import Progress, SupersededError, noting
from functions.leavers.findings import Wording
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.rules import Rules
from functions.leavers.steps import (
    ASSIGNMENTS,
    DENY,
    ENTITLEMENTS,
    MEMBERSHIPS,
    PUT_BACK,
    TELL,
    Done,
    DoubtfulError,
    NothingToDoError,
    Step,
    StepError,
    Steps,
)
from functions.leavers.story import Entry, Leave, Look, Meet, Notice, Story
from functions.leavers.taken import Taken

OF_ACCESS = frozenset({ASSIGNMENTS, MEMBERSHIPS, ENTITLEMENTS, PUT_BACK})
"""Steps of which those of two events could undo each other's."""

TAKING = 15.0
"""Seconds after the time for beginning in which taking away is begun: the time may have gone by waiting for
another writer of the deny policies, whom nobody waits for longer than functions.leavers.renderer says."""

NOTE_LENGTH = 400
"""Characters of a step's outcome that are kept; some errors quote a whole stack of others."""


class StepsFailedError(Exception):
    """Some steps have failed and are recorded so: the message must come again for these alone."""


class CarryingOut:
    """Everything is idempotent: whoever carries on finds in the ledger what is left to do."""

    def __init__(
        self,
        steps: Steps,
        wording: Wording,
        rules: Rules,
        *,
        now: Callable[[], datetime],
        measure: Callable[[float], None],
        log: Logger,
    ) -> None:
        self._steps = steps
        self._wording = wording
        self._rules = rules
        self._now = now
        self._measure = measure
        self._log = log

    def of(self, entry: Entry) -> Story[None]:
        """Do what is left to do for this record.

        The outcomes of all steps are written at the end, but what is to be taken before it is taken. Raises
        StepsFailedError if steps have to be repeated, OutOfTimeError where no time is left for them.
        """
        yield Leave()
        known = taken = entry.record.taken
        try:
            for step in self._of(entry.record):
                if entry.record.is_final(step.name):
                    continue
                if step.name in OF_ACCESS and entry.record.taken != known:
                    known = entry.record.taken
                    entry = yield from noting(
                        entry, Progress(entry.record.steps, known, groups=entry.record.groups)
                    )
                    yield Leave(TAKING)
                entry = self._take(step, entry)
                taken |= entry.record.taken
                if step.name == DENY:
                    yield Meet()  # The others are denied, too, before anybody waits for anything else.
                    yield Leave(TAKING)
            yield from self._tell(entry, None if entry.record.taken == known else entry.record.taken)
        except SupersededError:
            self._log.info("a newer event has taken over", extra={"person": entry.record.key})
            yield from self._make_up(entry.record, taken)

    def _of(self, record: Record) -> Sequence[Step]:
        return self._steps.leaving if record.open else self._steps.returning

    def _take(self, step: Step, entry: Entry) -> Entry:
        """With the step's outcome, not written yet."""
        state, done = self._attempt(step, entry.record)
        outcome = StepOutcome(state, self._now(), done.note[:NOTE_LENGTH])
        if step.name == DENY and state is StepState.DONE and entry.record.occasion:
            self._measure((outcome.at - entry.record.occasion.published).total_seconds())
        record = entry.record.with_step(step.name, outcome).told_of_groups(done.groups)
        return replace(entry, record=record if done.taken is None else replace(record, taken=done.taken))

    def _attempt(self, step: Step, record: Record) -> tuple[StepState, Done]:
        try:
            return StepState.DONE, step.run(record)
        except NothingToDoError as error:
            return StepState.NOTHING, Done(str(error))
        except DoubtfulError as error:
            return StepState.DOUBTFUL, Done(str(error))
        except StepError as error:
            self._log.warning("step %s of %s failed: %s", step.name, record.key, error)
            return StepState.FAILED, Done(str(error), error.taken)

    def _tell(self, entry: Entry, taken: Taken | None) -> Story[None]:
        """Failures are written down before on-call is told, what is done once on-call has been told."""
        record = entry.record
        failing = [name for name, outcome in record.steps.items() if not outcome.final]
        if not failing and record.is_final(TELL):
            return
        now = self._now()
        if failing:
            yield from noting(entry, Progress(record.steps, taken, groups=record.groups))
            yield Notice(self._wording.about(record))
            raise StepsFailedError(f"{', '.join(failing)} of {record.key}: to be repeated")
        clean = (now, self._rules.keep_deny) if record.open and _is_clean(record) else None
        steps = {**record.steps, TELL: StepOutcome(StepState.DONE, now)}
        progress = Progress(steps, taken, clean, record.groups)
        yield Notice(self._wording.about(progress.on(record)))
        yield from noting(entry, progress)

    def _make_up(self, mine: Record, taken: Taken) -> Story[None]:
        """Another event's steps ran while ours did: what ours took or told since must end as it says."""
        found: Entry = yield Look(mine)
        latest = found.record
        if latest.is_final(TELL):
            yield Notice(self._wording.about(latest))
        for step in self._of(latest):
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
