"""What a leaver can reach is written down, then taken away; whoever returns gets it back."""

from collections.abc import Callable
from functools import partial
from typing import Literal, Protocol, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.person_access import Entitlement, PersonAccessError, Reach
from functions.leavers.record import Record
from functions.leavers.steps import (
    ASSIGNMENTS,
    MEMBERSHIPS,
    PUT_BACK,
    STOCK,
    Done,
    NothingToDoError,
    StepError,
    unidentified,
)
from functions.leavers.taken import Taken

T = TypeVar("T")
Mode = Literal["remove", "leave"]
"""Whether memberships are removed here, or left to Okta."""


class Access(Protocol):
    """One person's access. Raises PersonAccessError, ClientError or BotoCoreError."""

    def reach(self, user_id: str) -> Reach: ...
    def unassign(self, user_id: str, account: str, permission_set: str) -> None: ...
    def assign(self, user_id: str, account: str, permission_set: str) -> bool: ...
    def leave_groups(self, user_id: str, groups: tuple[str, ...]) -> None: ...
    def join_group(self, user_id: str, group: str) -> bool: ...


class Giver(Protocol):
    """Gives entitlements back. Raises ClientError or BotoCoreError."""

    def create(self, user_id: str, entitlement: Entitlement) -> bool: ...


class TakeStock:
    """What they have is in the ledger before any of it is taken away.

    What an earlier attempt has taken stays in it: it is no longer there to be found.
    """

    name = STOCK

    def __init__(self, access: Access, mode: Mode) -> None:
        self._access = access
        self._mode = mode

    def run(self, record: Record) -> Done:
        user_id = user_id_of(record)
        found = asked(partial(self._access.reach, user_id))
        said = f"{len(found.assignments)} assignments of their own, access through {len(found.groups)} groups"
        groups = found.groups if self._mode == "remove" else ()
        taken = record.taken | Taken(found.assignments, groups)
        return Done(said, taken if taken != record.taken else None)


class Unassign:
    """No assignment names them. The last one of a permission set in an account takes its role with it."""

    name = ASSIGNMENTS

    def __init__(self, access: Access) -> None:
        self._access = access

    def run(self, record: Record) -> Done:
        user_id = _listed(record)
        if not record.taken.assignments:
            return Done("they have none")
        for account, permission_set in record.taken.assignments:
            asked(partial(self._access.unassign, user_id, account, permission_set))
        return Done(_named(record.taken.assignments))


class LeaveGroups:
    """They are in no group that has an assignment, unless the access policy leaves that to Okta."""

    name = MEMBERSHIPS

    def __init__(self, access: Access, mode: Mode) -> None:
        self._access = access
        self._mode = mode

    def run(self, record: Record) -> Done:
        user_id = _listed(record)
        groups = record.taken.groups
        if self._mode == "leave":
            raise NothingToDoError("memberships are left to Okta")
        if not groups:
            return Done("they are in no group that has access")
        asked(partial(self._access.leave_groups, user_id, groups))
        return Done(f"no longer in {', '.join(groups)}")


class PutBack:
    """What was taken away is theirs again."""

    name = PUT_BACK

    def __init__(self, access: Access, entitlements: Giver) -> None:
        self._access = access
        self._entitlements = entitlements

    def run(self, record: Record) -> Done:
        if not record.taken or record.user_id is None:
            raise NothingToDoError("nothing was taken away")
        user_id, taken = record.user_id, record.taken
        gone = [
            group for group in taken.groups if not asked(partial(self._access.join_group, user_id, group))
        ]
        gone += [
            f"{permission_set} in {account}"
            for account, permission_set in taken.assignments
            if not asked(partial(self._access.assign, user_id, account, permission_set))
        ]
        gone += [
            each.role_arn
            for each in taken.entitlements
            if not asked(partial(self._entitlements.create, user_id, each))
        ]
        count = len(taken.groups) + len(taken.assignments) + len(taken.entitlements) - len(gone)
        missing = f"; no longer there: {', '.join(gone)}" if gone else ""
        return Done(f"{count} memberships, assignments and entitlements{missing}", Taken())


def user_id_of(record: Record) -> str:
    """Raises what says that a step cannot be done without it."""
    if record.user_id is None:
        raise unidentified(record)
    return record.user_id


def _listed(record: Record) -> str:
    user_id = user_id_of(record)
    if not record.is_final(STOCK):
        raise StepError("what they have is not known yet")
    return user_id


def asked(ask: Callable[[], T]) -> T:
    """What `ask` returns; what AWS raises becomes a StepError."""
    try:
        return ask()
    except (PersonAccessError, ClientError, BotoCoreError) as error:
        raise StepError(str(error)) from error


def _named(assignments: tuple[tuple[str, str], ...]) -> str:
    return ", ".join(f"{arn.rpartition('/')[2]} in {account}" for account, arn in assignments)
