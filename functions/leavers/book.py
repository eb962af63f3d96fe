"""People's records in the ledger, read and written as the objects that decisions are made over."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from functions.aws.ledger import Stored, Write
from functions.leavers.changes import changing
from functions.leavers.decide import Leaver, Return
from functions.leavers.documents import from_document, to_document
from functions.leavers.record import Record
from functions.leavers.steps import TELL
from functions.leavers.story import Change, Entry, Look, Want, alone


class Records(Protocol):
    """The ledger as this needs it. `write` writes all or nothing, and raises LedgerConflictError."""

    def read_all(self, people: Sequence[str]) -> Mapping[str, Stored]: ...
    def write(self, writes: Sequence[Write]) -> None: ...


class Book:
    """Every change goes through a condition on the version; whoever is late reads again."""

    def __init__(self, ledger: Records, now: Callable[[], datetime]) -> None:
        self._ledger = ledger
        self._now = now

    def look(self, seeds: Sequence[Record]) -> list[Entry]:
        """The records of these people as they are now, each its seed where the ledger has none."""
        stored = self._ledger.read_all([seed.key for seed in seeds])
        return [_entry(seed, stored.get(seed.key)) for seed in seeds]

    def write(self, changes: Sequence[Change]) -> list[Entry]:
        """Write changes of different people, all or none. Raises LedgerConflictError."""
        at = self._now().isoformat()
        self._ledger.write(
            [
                Write(
                    each.record.key,
                    to_document(each.record),
                    after=each.before.version,
                    open_entry=open_entry(each.record),
                    audit={"at": at, **each.audit},
                )
                for each in changes
            ]
        )
        return [Entry(each.record, each.before.version + 1) for each in changes]

    def change(self, seed: Record, audit: Mapping[str, Any], change: Callable[[Record], Record]) -> Entry:
        """Apply `change` to one person's record, at once: see functions.leavers.changes.changing."""
        return alone(changing(seed, audit, change), self._answer)

    def latest(self, record: Record) -> Record:
        """This person's record as it is now."""
        return self.look([record])[0].record

    def _answer(self, want: Want) -> Entry:
        match want:
            case Look():
                return self.look([want.seed])[0]
            case Change():
                return self.write([want])[0]
            case _:
                raise TypeError(f"a change of a record alone wants no {type(want).__name__}")


def _entry(seed: Record, stored: Stored | None) -> Entry:
    return Entry(from_document(seed.key, stored.document), stored.version) if stored else Entry(seed, 0)


def new_record(event: Leaver | Return, user_id: str | None) -> Record:
    """A person of whom nothing is known yet. Okta's id is the key: it is there before and after a search."""
    if event.okta_id is None and user_id is None:
        raise ValueError("a person needs an Okta id or an Identity Store id")
    key = f"okta:{event.okta_id}" if event.okta_id else f"user:{user_id}"
    return Record(key, event.okta_id, event.login, user_id)


def open_entry(record: Record) -> dict[str, Any] | None:
    """What the deny policies, lists of leavers and the schedule need; None if they need nothing.

    That is of a deny that holds, or of a return whose steps are not done.

    `before` is that of somebody who has come back; `tried` is when a step was last tried that is left to do.
    Nothing is `denied` of who has come back and only waits for what is to be put back.
    """
    denied = record.narrowed or (None if record.lifted else record.since)
    tried = record.unfinished_since(TELL)
    waiting = record.occasion.published if record.occasion and tried and not record.open else None
    since = denied or waiting
    if since is None:
        return None
    before = record.narrowed or (None if denied else waiting)
    return {
        "denied": denied is not None,
        "okta_id": record.okta_id,
        "login": record.login,
        "user_id": record.user_id,
        "since": since.isoformat(),
        "before": before and before.isoformat(),
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
