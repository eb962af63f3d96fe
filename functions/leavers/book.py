"""People's records in the ledger, read and written as the objects that decisions are made over."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from functions.aws.ledger import LedgerConflictError, Stored
from functions.leavers.decide import Leaver, Return
from functions.leavers.documents import from_document, taken_document, to_document
from functions.leavers.record import Record, StepOutcome, Taken
from functions.leavers.steps import TELL

CONFLICTS = 10
"""Times that a record is read again because somebody else changed it, before the queue gets its turn."""


class SupersededError(Exception):
    """A newer event has taken over this person's steps."""


class Records(Protocol):
    """The ledger as this needs it."""

    def read(self, person: str) -> Stored | None: ...

    def write(
        self,
        person: str,
        document: Mapping[str, Any],
        *,
        after: int,
        open_entry: Mapping[str, Any] | None,
        audit: Mapping[str, Any],
    ) -> int: ...


@dataclass(frozen=True)
class Entry:
    """A record and the version it has in the ledger; 0 if it is not there yet."""

    record: Record
    version: int


@dataclass(frozen=True)
class Progress:
    """What came of some steps, and what else is known by them."""

    outcomes: Mapping[str, StepOutcome]
    taken: Taken | None = None
    clean: tuple[datetime, timedelta] | None = None
    """Since when nothing is left to come in with, and how long the deny stays from then on."""

    def on(self, record: Record) -> Record:
        for name, outcome in self.outcomes.items():
            record = record.with_step(name, outcome)
        if self.taken is not None:
            record = replace(record, taken=self.taken)
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


class Book:
    """Every change goes through a condition on the version; whoever is late reads again."""

    def __init__(self, ledger: Records, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    def change(self, seed: Record, audit: Mapping[str, Any], change: Callable[[Record], Record]) -> Entry:
        """Apply `change` to this person's record as it is, and write it if it is another one then.

        Raises LedgerConflictError if that does not succeed in many attempts.
        """
        for _ in range(CONFLICTS):
            before = self._read(seed)
            record = change(before.record)
            if record == before.record:
                return before
            try:
                return self._write(before, record, audit)
            except LedgerConflictError:
                continue
        raise LedgerConflictError(f"the record of {seed.key} changes faster than it can be written")

    def note(self, entry: Entry, progress: "Progress") -> Entry:
        """Write how far the steps have come. Raises SupersededError if they are another event's by now."""
        for _ in range(CONFLICTS):
            try:
                return self._write(entry, progress.on(entry.record), progress.audit())
            except LedgerConflictError:
                latest = self._read(entry.record)
                if latest.record.occasion != entry.record.occasion:
                    raise SupersededError from None
                entry = latest
        raise LedgerConflictError(f"the record of {entry.record.key} changes faster than it can be written")

    def latest(self, record: Record) -> Record:
        """This person's record as it is now."""
        return self._read(record).record

    def _read(self, seed: Record) -> Entry:
        stored = self._ledger.read(seed.key)
        return Entry(from_document(seed.key, stored.document), stored.version) if stored else Entry(seed, 0)

    def _write(self, before: Entry, record: Record, audit: Mapping[str, Any]) -> Entry:
        version = self._ledger.write(
            record.key,
            to_document(record),
            after=before.version,
            open_entry=open_entry(record),
            audit={"at": self._now().isoformat(), **audit},
        )
        return Entry(record, version)


def new_record(event: Leaver | Return, user_id: str | None) -> Record:
    """A person of whom nothing is known yet. Okta's id is the key: it is there before and after a search."""
    if event.okta_id is None and user_id is None:
        raise ValueError("a person needs an Okta id or an Identity Store id")
    key = f"okta:{event.okta_id}" if event.okta_id else f"user:{user_id}"
    return Record(key, event.okta_id, event.login, user_id)


def open_entry(record: Record) -> dict[str, Any] | None:
    """What the deny policies and lists of leavers need of a deny that holds; None if there is none.

    `before` is that of somebody who has come back; `tried` is when a step was last tried that is left to do.
    """
    since = record.narrowed or (None if record.lifted else record.since)
    if since is None:
        return None
    tried = record.unfinished_since(TELL)
    return {
        "okta_id": record.okta_id,
        "login": record.login,
        "user_id": record.user_id,
        "since": since.isoformat(),
        "before": record.narrowed and record.narrowed.isoformat(),
        "reasons": [reason.value for reason in record.reasons],
        "deny_until": record.deny_until and record.deny_until.isoformat(),
        "tried": tried and tried.isoformat(),
    }


def told(event: Leaver | Return) -> dict[str, Any]:
    """The event as the audit trail keeps it."""
    left = isinstance(event, Leaver)
    reasons = [event.reason] if isinstance(event, Leaver) else sorted(event.lifts)
    return {
        "change": "left" if left else "returned",
        "reasons": [reason.value for reason in reasons],
        "trigger": event.trigger,
        "published": event.published.isoformat(),
        "note": event.note,
    }
