"""What the ledger knows of one person, and how events change it. Pure.

For every reason the newest event counts, left or back, by `published`. So the order in which events arrive
does not matter, and neither do duplicates; of two at the same instant, leaving counts.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, Self

from functions.leavers.decide import Leaver, Reason, Return


class StepState(StrEnum):
    """How a step stands. Only a failed one is repeated; a doubtful one needs a person."""

    DONE = "done"
    NOTHING = "nothing to do"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


@dataclass(frozen=True)
class StepOutcome:
    """What came of a step, when, and in words for on-call."""

    state: StepState
    at: datetime
    note: str = ""

    @property
    def final(self) -> bool:
        """Whether the step need not run again."""
        return self.state is not StepState.FAILED


@dataclass(frozen=True)
class Mark:
    """The newest event of one reason: since `at` the person is gone, or is back, for this reason."""

    gone: bool
    at: datetime
    trigger: str


@dataclass(frozen=True)
class Occasion:
    """The event whose steps are being carried out."""

    trigger: str
    published: datetime
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Record:
    """One person: why they are out, since when, and how far the steps of the newest occasion have come."""

    key: str
    okta_id: str | None
    login: str | None
    user_id: str | None = None
    marks: Mapping[Reason, Mark] = field(default_factory=dict)
    deny_until: datetime | None = None
    occasion: Occasion | None = None
    steps: Mapping[str, StepOutcome] = field(default_factory=dict)
    triggers: tuple[str, ...] = ()

    @property
    def open(self) -> bool:
        """Whether there is a revocation now: any reason for which the person is gone."""
        return any(mark.gone for mark in self.marks.values())

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons that hold now, oldest first."""
        gone = [(mark.at, reason) for reason, mark in self.marks.items() if mark.gone]
        return tuple(reason for _, reason in sorted(gone))

    @property
    def since(self) -> datetime | None:
        """Since when the person is gone; None if they are not."""
        return min((mark.at for mark in self.marks.values() if mark.gone), default=None)

    @property
    def who(self) -> str:
        """How to call them in a message."""
        return self.login or self.okta_id or self.user_id or self.key

    def unfinished(self, steps: Iterable[str]) -> bool:
        """Whether any of these steps is still to be done for the newest occasion."""
        return self.occasion is not None and any(not self.is_final(step) for step in steps)

    def is_final(self, step: str) -> bool:
        outcome = self.steps.get(step)
        return outcome is not None and outcome.final

    def left(self, leaver: Leaver, now: datetime, keep_deny: timedelta) -> Self:
        """With this event known; the same object if it changes nothing."""
        mark = Mark(True, leaver.published, leaver.trigger)
        marks = _newest(self.marks, {leaver.reason: mark})
        if marks == self.marks:
            return self
        new = replace(self, marks=marks, login=leaver.login or self.login)
        new = replace(new, triggers=_seen(self.triggers if self.open else (), leaver.trigger))
        newest = max((m.at for m in self.marks.values() if m.gone), default=None)
        if newest is not None and leaver.published <= newest:
            return new
        return replace(
            new,
            deny_until=now + keep_deny,
            occasion=Occasion(leaver.trigger, leaver.published, leaver.reason.value, leaver.note),
            steps={},
        )

    def returned(self, back: Return) -> Self:
        """With this event known; the same object if it changes nothing."""
        mark = Mark(False, back.published, back.trigger)
        marks = _newest(self.marks, dict.fromkeys(back.lifts, mark))
        if marks == self.marks:
            return self
        new = replace(self, marks=marks, login=back.login or self.login)
        if not self.open or new.open:
            return new
        occasion = Occasion(back.trigger, back.published, "return")
        return replace(new, deny_until=None, occasion=occasion, steps={}, triggers=(back.trigger,))

    def with_step(self, name: str, outcome: StepOutcome) -> Self:
        return replace(self, steps={**self.steps, name: outcome})


def _newest(known: Mapping[Reason, Mark], told: Mapping[Reason, Mark]) -> dict[Reason, Mark]:
    marks = dict(known)
    for reason, mark in told.items():
        marks[reason] = max([mark, *([known[reason]] if reason in known else [])], key=_rank)
    return marks


def _rank(mark: Mark) -> tuple[datetime, bool, str]:
    return mark.at, mark.gone, mark.trigger


def _seen(triggers: tuple[str, ...], trigger: str) -> tuple[str, ...]:
    return triggers if trigger in triggers else (*triggers, trigger)


def to_document(record: Record) -> dict[str, Any]:
    """As the ledger stores it: texts, lists and maps only; times in ISO 8601, UTC."""
    occasion = record.occasion
    return {
        "okta_id": record.okta_id,
        "login": record.login,
        "user_id": record.user_id,
        "status": "open" if record.open else "closed",
        "marks": {
            reason.value: {"gone": mark.gone, "at": mark.at.isoformat(), "trigger": mark.trigger}
            for reason, mark in record.marks.items()
        },
        "deny_until": record.deny_until and record.deny_until.isoformat(),
        "occasion": occasion
        and {
            "trigger": occasion.trigger,
            "published": occasion.published.isoformat(),
            "reason": occasion.reason,
            "note": occasion.note,
        },
        "steps": {
            name: {"state": step.state.value, "at": step.at.isoformat(), "note": step.note}
            for name, step in record.steps.items()
        },
        "triggers": list(record.triggers),
    }


def from_document(key: str, stored: Mapping[str, Any]) -> Record:
    """Read it back. Raises KeyError or ValueError where the ledger holds something else."""
    occasion, until = stored["occasion"], stored["deny_until"]
    return Record(
        key=key,
        okta_id=stored["okta_id"],
        login=stored["login"],
        user_id=stored["user_id"],
        marks={
            Reason(name): Mark(mark["gone"], datetime.fromisoformat(mark["at"]), mark["trigger"])
            for name, mark in stored["marks"].items()
        },
        deny_until=until and datetime.fromisoformat(until),
        occasion=occasion
        and Occasion(
            occasion["trigger"],
            datetime.fromisoformat(occasion["published"]),
            occasion["reason"],
            occasion["note"],
        ),
        steps={
            name: StepOutcome(StepState(step["state"]), datetime.fromisoformat(step["at"]), step["note"])
            for name, step in stored["steps"].items()
        },
        triggers=tuple(stored["triggers"]),
    )
