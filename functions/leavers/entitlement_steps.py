"""What a leaver may do through account access manager is written down, then taken away."""

from functools import partial
from typing import Protocol

from functions.aws.entitlements import Held, NotInUseError
from functions.aws.person_access import Entitlement
from functions.leavers.access_steps import Access, Mode, user_id_of
from functions.leavers.one_by_one import asked, listed, tried
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.steps import ENTITLED, ENTITLEMENTS, MEMBERSHIPS, Done, NothingToDoError, StepError
from functions.leavers.taken import Taken


class EntitlementBook(Protocol):
    """One person's entitlements. Raises ClientError or BotoCoreError."""

    def held(self, user_id: str) -> Held:
        """Raises NotInUseError where nobody has any."""
        ...

    def delete(self, entitlement: Entitlement) -> None: ...


class TakeStockOfEntitlements:
    """What they have is in the ledger before any of it is taken away.

    A step of its own: where the service fails, their assignments are taken all the same.
    """

    name = ENTITLED

    def __init__(self, entitlements: EntitlementBook, mode: Mode) -> None:
        self._entitlements = entitlements
        self._mode = mode

    def run(self, record: Record) -> Done:
        user_id = user_id_of(record)
        try:
            found = asked(partial(self._entitlements.held, user_id))
        except NotInUseError as error:
            raise NothingToDoError(str(error)) from error
        groups = found.groups if self._mode == "remove" else ()
        taken = record.taken | Taken(groups=groups, entitlements=found.own)
        said = f"{len(found.own)} of their own, others through {len(found.groups)} groups"
        return Done(said, taken if taken != record.taken else None)


class Disentitle:
    """No entitlement names them, and they are in no group that has one, unless that is left to Okta."""

    name = ENTITLEMENTS

    def __init__(self, entitlements: EntitlementBook, access: Access, mode: Mode) -> None:
        self._entitlements = entitlements
        self._access = access
        self._mode = mode

    def run(self, record: Record) -> Done:
        user_id = user_id_of(record)
        stock = record.steps.get(ENTITLED)
        if stock is None or not stock.final:
            raise StepError("which entitlements they have is not known yet")
        if stock.state is StepState.NOTHING:
            raise NothingToDoError(stock.note)
        done = tried(record.taken.entitlements, self._entitlements.delete)
        if self._mode == "remove" and record.taken.groups and not _left_since(record, stock):
            asked(partial(self._access.leave_groups, user_id, record.taken.groups))
        if done.failed:
            failed = {each.role_arn: why for each, why in done.failed.items()}
            raise StepError(f"not removed: {listed(failed)}")
        return Done(", ".join(each.role_arn for each in record.taken.entitlements) or "they have none")


def _left_since(record: Record, stock: StepOutcome) -> bool:
    """Whether their groups were left with all of them known; an earlier list may have lacked some."""
    left = record.steps.get(MEMBERSHIPS)
    return left is not None and left.state is StepState.DONE and left.at >= stock.at
