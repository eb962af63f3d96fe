"""Which user of IAM Identity Center somebody of Okta is. Never a guess."""

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.people import AmbiguousPersonError, Person
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.steps import IDENTIFY


class Directory(Protocol):
    """Finds people. Raises AmbiguousPersonError, ClientError or BotoCoreError."""

    def by_okta(
        self, okta_id: str, login: str | None, lately: str | None = None, *, thorough: bool = True
    ) -> Person | None: ...
    def named(self, text: str) -> Person | None: ...


class Snapshot(Protocol):
    """Who was in the directory when it was last looked through. Raises ClientError or BotoCoreError."""

    def taken_at(self) -> datetime | None: ...


RECENT = timedelta(hours=12)
"""How old a snapshot may be in which somebody's absence counts: the schedule takes it every six hours."""

NEVER = "never seen in IAM Identity Center's directory"
"""The note of a search for somebody who most likely has never had access to AWS."""


def identified(
    record: Record, directory: Directory, lately: Person | None, snapshot: Snapshot, now: datetime
) -> Record:
    """The record with the person's user id and with what came of the search as its first step.

    `lately` is who had their Okta id in the snapshot: where to look first. An id known from an earlier search
    stays where the directory knows nobody any more, or is in doubt; after it, the snapshot's counts, also
    while the directory does not answer. The directory is looked through only where the snapshot is old.
    """

    def noted(state: StepState, note: str) -> Record:
        return record.with_step(IDENTIFY, StepOutcome(state, now, note))

    if record.okta_id is None:
        return noted(StepState.DONE, "named by an operator")
    seen = record.user_id or (lately.user_id if lately else None)
    try:
        person, taken_at = _searched(record, seen, directory, snapshot, now)
    except AmbiguousPersonError as error:
        return noted(StepState.DOUBTFUL, str(error))
    except (ClientError, BotoCoreError) as error:
        return _unverified(noted(StepState.FAILED, str(error)), lately)
    if person is not None:
        found = noted(StepState.DONE, person.user_name or "by their Okta id")
        if record.user_id not in (None, person.user_id):
            found = replace(found, steps={IDENTIFY: found.steps[IDENTIFY]})  # Done to somebody else.
        return replace(found, user_id=person.user_id, login=person.user_name or record.login)
    if lately is not None and record.user_id in (None, lately.user_id):
        found = noted(StepState.DONE, "no longer in the directory; known from its last snapshot")
        return replace(found, user_id=lately.user_id, login=lately.user_name or record.login)
    if record.user_id is not None:
        return noted(StepState.DONE, "no longer in the directory; known from an earlier revocation")
    if taken_at is None:
        return noted(StepState.NOTHING, "nobody has this Okta id as external id, or this userName")
    return noted(StepState.NOTHING, NEVER)


def _searched(
    record: Record, seen: str | None, directory: Directory, snapshot: Snapshot, now: datetime
) -> tuple[Person | None, datetime | None]:
    """Who they are; and when the directory was last looked through, where that has been asked."""
    okta_id, login = str(record.okta_id), record.login
    person = directory.by_okta(okta_id, login, seen, thorough=False)
    if person is not None and person.okta_id == okta_id:
        return person, None
    taken_at = snapshot.taken_at()
    if taken_at is None or now - taken_at > RECENT:
        return directory.by_okta(okta_id, login, seen), taken_at
    return person, taken_at


def _unverified(failed: Record, lately: Person | None) -> Record:
    """While the directory does not answer, the id last known is denied; the search is repeated."""
    if lately is None or failed.user_id not in (None, lately.user_id):
        return failed
    why = f"denied by the directory's last snapshot, to be verified: {failed.steps[IDENTIFY].note}"
    known = replace(failed, user_id=lately.user_id, login=lately.user_name or failed.login)
    return known.with_step(IDENTIFY, replace(failed.steps[IDENTIFY], note=why))
