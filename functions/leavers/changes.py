"""How a record comes from one state to the next: read again by whoever is late, never written over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from functions.aws.ledger import LedgerConflictError
from functions.leavers.documents import taken_document
from functions.leavers.marks import Mark
from functions.leavers.record import Record, StepOutcome
from functions.leavers.story import Change, Entry, Look, Story
from functions.leavers.taken import Taken

CONFLICTS = 10
"""Times that a record is read again because somebody else changed it, before the queue gets its turn."""


class SupersededError(Exception):
    """A newer event has taken over this person's steps."""


@dataclass(frozen=True)
class Progress:
    """What came of some steps, and what else is known by them."""

    outcomes: Mapping[str, StepOutcome]
    taken: Taken | None = None
    clean: tuple[datetime, timedelta] | None = None
    """Since when nothing is left to come in with, and how long the deny stays from then on."""
    groups: Mapping[str, Mark] = field(default_factory=dict)
    """What Okta has said of groups. Of what the record knows by now, the newest counts."""

    def on(self, record: Record) -> Record:
        for name, outcome in self.outcomes.items():
            record = record.with_step(name, outcome)
        if self.taken is not None:
            record = replace(record, taken=self.taken)
        record = record.told_of_groups(self.groups)
        return record.cleaned(*self.clean) if self.clean else record

    def audit(self) -> dict[str, Any]:
        """As the audit trail keeps it."""
        said = {
            name: {"state": outcome.state.value, "note": outcome.note}
            for name, outcome in self.outcomes.items()
        }
        return {"change": "steps", "steps": said} | (
            {"taken": taken_document(self.taken)} if self.taken is not None else {}
        )


def changing(seed: Record, audit: Mapping[str, Any], change: Callable[[Record], Record]) -> Story[Entry]:
    """Apply `change` to this person's record as it is, and write it if it is another one then.

    Raises LedgerConflictError if that does not succeed in many attempts.
    """
    for _ in range(CONFLICTS):
        before: Entry = yield Look(seed)
        record = change(before.record)
        if record == before.record:
            return before
        try:
            written: Entry = yield Change(before, record, audit)
        except LedgerConflictError:
            continue
        return written
    raise LedgerConflictError(f"the record of {seed.key} changes faster than it can be written")


def noting(entry: Entry, progress: Progress) -> Story[Entry]:
    """Write how far the steps have come. Raises SupersededError if they are another event's by now."""
    for _ in range(CONFLICTS):
        try:
            written: Entry = yield Change(entry, progress.on(entry.record), progress.audit())
        except LedgerConflictError:
            latest: Entry = yield Look(entry.record)
            if latest.record.occasion != entry.record.occasion:
                raise SupersededError from None
            entry = latest
        else:
            return written
    raise LedgerConflictError(f"the record of {entry.record.key} changes faster than it can be written")
