"""Revocations from end to end: what an event changes goes into the ledger, then its steps are carried out."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial

from functions.aws.people import Person
from functions.leavers.book import new_record, told
from functions.leavers.carrying_out import CarryingOut
from functions.leavers.changes import changing
from functions.leavers.decide import Leaver, Return
from functions.leavers.findings import Wording
from functions.leavers.identify import Directory, Snapshot, identified
from functions.leavers.record import Record
from functions.leavers.rules import Findings, Rules
from functions.leavers.steps import IDENTIFY, TELL
from functions.leavers.story import Recall, Story


@dataclass(frozen=True)
class Work:
    """What is left to do when everything that a message changes is in the ledger.

    Of several works with one key the newest does what all of them would.
    """

    key: str
    story: Callable[[], Story[None]]


Works = tuple[Work, ...]


class _ProtectedError(Exception):
    """The access policy protects this person."""


class Revocations:
    """Everything is idempotent: an event that comes again finds in the ledger what is left to do."""

    def __init__(
        self,
        directory: Directory,
        snapshot: Snapshot,
        carrying_out: CarryingOut,
        findings: Findings,
        wording: Wording,
        rules: Rules,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._directory = directory
        self._snapshot = snapshot
        self._carrying_out = carrying_out
        self._findings = findings
        self._wording = wording
        self._rules = rules
        self._now = now

    def admit(self, event: Leaver | Return, user_id: str | None = None) -> Story[Works]:
        """Write into the ledger what the event changes; what is returned is left to do for it.

        `user_id` is the Identity Store id where it is known already. Both raise whatever kept the ledger or
        the bus from answering, the work also as CarryingOut does.
        """
        seed = new_record(event, user_id)
        lately = yield from _lately(event.okta_id if isinstance(event, Leaver) else None)
        change = partial(self._changed, event=event, lately=lately)
        try:
            entry = yield from changing(seed, told(event), change)
        except _ProtectedError:
            return ()
        occasion = entry.record.occasion
        if occasion is None or occasion.trigger != event.trigger:
            return ()  # Stale, or nothing that calls for steps, or steps that another event answers for.
        return (Work(seed.key, partial(self._carrying_out.of, entry)),)

    def _changed(self, record: Record, *, event: Leaver | Return, lately: Person | None) -> Record:
        if isinstance(event, Return):
            return record.returned(event, self._now(), self._rules.keep_deny)
        left = record.left(event, self._now(), self._rules.keep_deny)
        if left.occasion is not None and left.occasion.trigger == event.trigger:
            left = self._sought(left, lately)
        if self._rules.protects(event.login, left.login):
            why = f"{event.reason} {event.note}".strip()
            self._findings.put_findings([self._wording.protected(left, why, event.published)])
            raise _ProtectedError
        return left

    def resume(self, seed: Record) -> Story[None]:
        """Carry on with this person's steps, if any are left. Raises as the work of `admit` does."""
        lately = yield from _lately(seed.okta_id)
        entry = yield from changing(seed, {"change": "resumed"}, partial(self._sought, lately=lately))
        if entry.record.unfinished_since(TELL) is not None:
            yield from self._carrying_out.of(entry)

    def _sought(self, record: Record, lately: Person | None) -> Record:
        if not record.open or record.is_final(IDENTIFY):
            return record
        return identified(record, self._directory, lately, self._snapshot, self._now())


def _lately(okta_id: str | None) -> Story[Person | None]:
    """Who had this Okta id when the directory was last looked through."""
    if okta_id is None:
        return None
    found: Person | None = yield Recall(okta_id)
    return found
