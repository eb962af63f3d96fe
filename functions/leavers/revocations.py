"""Revocations from end to end: what an event changes goes into the ledger, then its steps are carried out."""

from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial

from functions.aws.people import Person
from functions.leavers.book import new_record, told
from functions.leavers.carrying_out import CarryingOut
from functions.leavers.changes import changing
from functions.leavers.decide import Leaver, Return
from functions.leavers.findings import Wording, never_had_access
from functions.leavers.identify import Directory, Snapshot, identified
from functions.leavers.record import Record, StepState
from functions.leavers.rules import Findings, Rules
from functions.leavers.steps import IDENTIFY, TELL
from functions.leavers.story import Recall, Story


@dataclass(frozen=True)
class Work:
    """What is left to do when everything that a message changes is in the ledger.

    Of several works with one key that of the highest `version` does what all of them would: it has seen what
    the others have written, in whatever order their messages came.
    """

    key: str
    story: Callable[[], Story[None]]
    version: int = 0


Works = tuple[Work, ...]


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
        entry = yield from changing(seed, told(event), change)
        occasion = entry.record.occasion
        if occasion is None or occasion.trigger != event.trigger:
            return ()  # Stale, or nothing that calls for steps, or steps that another event answers for.
        return (Work(seed.key, partial(self._carrying_out.of, entry), entry.version),)

    def _changed(self, record: Record, *, event: Leaver | Return, lately: Person | None) -> Record:
        if isinstance(event, Return):
            return record.returned(event, self._now(), self._rules.keep_deny)
        left = record.left(event, self._now(), self._rules.keep_deny)
        if left.occasion is not None and left.occasion.trigger == event.trigger:
            left = self._sought(left, lately)
        if self._rules.protects(event.login, left.login):
            why = f"{event.reason} {event.note}".strip()
            self._findings.put_findings([self._wording.protected(left, why, event.published)])
            return record.spared(event.trigger, self._now())
        return left

    def resume(self, seed: Record) -> Story[None]:
        """Carry on with this person's steps, if any are left. Raises as the work of `admit` does."""
        lately = yield from _lately(seed.okta_id)
        entry = yield from changing(seed, {"change": "resumed"}, partial(self._resumed, lately=lately))
        if entry.record.unfinished_since(TELL) is not None:
            yield from self._carrying_out.of(entry)

    def search_again(self, seed: Record) -> Story[None]:
        """Look again for somebody whom nobody could identify; carry on with their steps if that is news.

        Raises as the work of `admit` does.
        """
        lately = yield from _lately(seed.okta_id)
        change = partial(self._searched_again, lately=lately)
        entry = yield from changing(seed, {"change": "searched again"}, change)
        if entry.record.unfinished_since(TELL) is not None:
            yield from self._carrying_out.of(entry)

    def _resumed(self, record: Record, lately: Person | None) -> Record:
        return self._spared(record, self._sought(record, lately))

    def _searched_again(self, record: Record, lately: Person | None) -> Record:
        """Whoever was never in the directory is forgotten; all others stay until somebody knows who they are,
        or they are back."""
        if not record.open or record.user_id is not None:
            return record
        plain = replace(record, steps={}, deny_until=self._now() + self._rules.keep_deny)
        found = self._sought(plain, lately)
        before, after = record.steps.get(IDENTIFY), found.steps[IDENTIFY]
        same = before is not None and (before.state, before.note) == (after.state, after.note)
        if found.user_id is None and (same or after.state is StepState.FAILED):
            return replace(record, deny_until=plain.deny_until, lifted=same and never_had_access(found))
        return self._spared(record, found)

    def _spared(self, before: Record, after: Record) -> Record:
        """Who is found to be protected only now is let go."""
        occasion = before.occasion
        if not after.open or occasion is None or not self._rules.protects(after.login):
            return after
        why = f"{occasion.reason} {occasion.note}".strip()
        self._findings.put_findings([self._wording.protected(after, why, occasion.published)])
        return before.spared(occasion.trigger, self._now())

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
