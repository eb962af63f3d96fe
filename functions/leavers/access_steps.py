"""What a leaver can reach is written down, then taken away; whoever returns gets it back."""

from collections.abc import Mapping
from functools import partial
from typing import Literal, Protocol

from functions.aws.person_access import Entitlement, Reach
from functions.leavers.marks import Mark
from functions.leavers.one_by_one import asked, listed, tried
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

Mode = Literal["remove", "leave"]
"""Whether memberships are removed here, or left to Okta."""


class Access(Protocol):
    """One person's access. Raises PersonAccessError, ClientError or BotoCoreError."""

    def reach(self, user_id: str) -> Reach: ...
    def unassign(self, user_id: str, account: str, permission_set: str) -> None: ...
    def assign(self, user_id: str, account: str, permission_set: str) -> bool: ...
    def leave_groups(self, user_id: str, groups: tuple[str, ...]) -> None: ...
    def join_group(self, user_id: str, group: str) -> bool: ...


class OktasWord(Protocol):
    """What Okta has said lately. Raises ClientError or BotoCoreError."""

    def lost_by(self, okta_id: str) -> Mapping[str, Mark]:
        """The groups that Okta has taken them out of, by their ids in Identity Center."""
        ...


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
        done = tried(record.taken.assignments, lambda each: self._access.unassign(user_id, *each))
        if done.failed:
            failed = {_name(*each): why for each, why in done.failed.items()}
            raise StepError(f"not removed: {listed(failed)}")
        return Done(", ".join(_name(*each) for each in record.taken.assignments))


class LeaveGroups:
    """They are in no group that has an assignment, unless the access policy leaves that to Okta.

    Stock is taken while Identity Center may still show them in a group that Okta took them out of just
    before. Such a group is not to be given back, and the ledger forgets in time what Okta has said of it, so
    that is remembered with them.
    """

    name = MEMBERSHIPS

    def __init__(self, access: Access, mode: Mode, okta: OktasWord) -> None:
        self._access = access
        self._mode = mode
        self._okta = okta

    def run(self, record: Record) -> Done:
        user_id = _listed(record)
        groups = record.taken.groups
        if self._mode == "leave":
            raise NothingToDoError("memberships are left to Okta")
        if not groups:
            return Done("they are in no group that has access")
        asked(partial(self._access.leave_groups, user_id, groups))
        lost = asked(partial(self._okta.lost_by, record.okta_id)) if record.okta_id else {}
        return Done(f"no longer in {', '.join(groups)}", groups=lost)


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
        theirs = [group for group in taken.groups if group not in record.lost_groups]
        groups = tried(theirs, lambda each: self._access.join_group(user_id, each))
        assignments = tried(taken.assignments, lambda each: self._access.assign(user_id, *each))
        entitlements = tried(taken.entitlements, lambda each: self._entitlements.create(user_id, each))
        failed = {
            **groups.failed,
            **{_name(*each): why for each, why in assignments.failed.items()},
            **{each.role_arn: why for each, why in entitlements.failed.items()},
        }
        if failed:
            left = Taken(tuple(assignments.failed), tuple(groups.failed), tuple(entitlements.failed))
            raise StepError(f"not put back: {listed(failed)}", left)
        gone = [group for group, there in groups.answers.items() if not there]
        gone += [_name(*each) for each, there in assignments.answers.items() if not there]
        gone += [each.role_arn for each, there in entitlements.answers.items() if not there]
        count = len(theirs) + len(taken.assignments) + len(taken.entitlements) - len(gone)
        missing = f"; no longer there: {', '.join(gone)}" if gone else ""
        lost = ", ".join(sorted(set(taken.groups) - set(theirs)))
        without = f"; no longer theirs in Okta: {lost}" if lost else ""
        return Done(f"{count} memberships, assignments and entitlements{missing}{without}", Taken())


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


def _name(account: str, permission_set: str) -> str:
    return f"{permission_set.rpartition('/')[2]} in {account}"
