"""Which user of IAM Identity Center somebody of Okta is. Never a guess."""

from dataclasses import replace
from datetime import datetime
from typing import Protocol

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.people import AmbiguousPersonError, Person
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.steps import IDENTIFY


class Directory(Protocol):
    """Finds people. Raises AmbiguousPersonError, ClientError or BotoCoreError."""

    def by_okta(self, okta_id: str, login: str | None, lately: str | None = None) -> Person | None: ...
    def named(self, text: str) -> Person | None: ...


class Snapshot(Protocol):
    """Who was in the directory when it was last looked through. Raises ClientError or BotoCoreError."""

    def taken_at(self) -> datetime | None: ...


NEVER = "never seen in IAM Identity Center's directory"
"""The note of a search for somebody who most likely has never had access to AWS."""


def identified(
    record: Record, directory: Directory, lately: Person | None, snapshot: Snapshot, now: datetime
) -> Record:
    """The record with the person's user id and with what came of the search as its first step.

    `lately` is who had their Okta id in the snapshot: where to look first. An id known from an earlier search
    stays where the directory knows nobody any more, or is in doubt; after it, the snapshot's counts.
    """

    def noted(state: StepState, note: str) -> Record:
        return record.with_step(IDENTIFY, StepOutcome(state, now, note))

    if record.okta_id is None:
        return noted(StepState.DONE, "named by an operator")
    seen = record.user_id or (lately.user_id if lately else None)
    try:
        person = directory.by_okta(record.okta_id, record.login, seen)
        gone = None if person or record.user_id else lately
        known = person or gone or record.user_id or snapshot.taken_at() is None
    except AmbiguousPersonError as error:
        return noted(StepState.DOUBTFUL, str(error))
    except (ClientError, BotoCoreError) as error:
        return noted(StepState.FAILED, str(error))
    if person is not None:
        found = noted(StepState.DONE, person.user_name or "by their Okta id")
        return replace(found, user_id=person.user_id, login=person.user_name or record.login)
    if gone is not None:
        found = noted(StepState.DONE, "no longer in the directory; known from its last snapshot")
        return replace(found, user_id=gone.user_id, login=gone.user_name or record.login)
    if record.user_id is not None:
        return noted(StepState.DONE, "no longer in the directory; known from an earlier revocation")
    if known:
        return noted(StepState.NOTHING, "nobody has this Okta id as external id, or this userName")
    return noted(StepState.NOTHING, NEVER)
