"""One event of AWS that concerns many accounts becomes an event for each, so that each fails and is retried
alone."""

from datetime import date, timedelta

from functions import bus
from functions.accounts.admit import Admission, NotReadyError
from functions.accounts.events import RECONCILE_ACCOUNT, RECONCILE_GROUP, AccountChange, Kind, UnitRenamed
from functions.accounts.group_events import GroupAppeared, GroupPlanned
from functions.accounts.reconcile_scope import everywhere, inside
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.bus import BusEvent
from functions.policy import AccessPolicy
from functions.policy.concerns import concerns

PUSH = timedelta(minutes=15)
"""How long a new group of Okta is waited for. What is pushed later is told by Identity Center itself, and the
daily reconcile finds it."""


def of_unit(change: UnitRenamed, organizations: Organizations, policy: AccessPolicy) -> list[BusEvent]:
    """One event for each account under the OU, which brings what the new name gives; and one look at
    everything for what the old one gave: `max_removals` then counts the whole OU, as it would not if each
    account were compared alone. Raises ClientError if any of it cannot be read."""
    because = f"OU {change.unit_id} has another name"
    each = [
        BusEvent(bus.ACCOUNTS, RECONCILE_ACCOUNT, {"account": account_id, "because": because})
        for account_id in sorted(organizations.account_ids_under(change.unit_id))
    ]
    return [*each, everywhere()] if each and policy.accounts.prune != "off" else each


def of_group(
    change: GroupAppeared, store: IdentityStore, policy: AccessPolicy, today: date
) -> list[BusEvent]:
    """One event if some grant means the group, none otherwise. Raises ClientError if it cannot be read."""
    name = store.group_name(change.group_id)
    if name is None or not concerns(policy, name, today):
        return []
    return [_compare(change.group_id)]


def of_plan(
    change: GroupPlanned, age: timedelta, store: IdentityStore, policy: AccessPolicy, today: date
) -> list[BusEvent]:
    """One event once Identity Center has a group that some grant means.

    Most of Okta's groups are never pushed, so only what a grant names is waited for, and not for long. Raises
    NotReadyError while it may still come, ClientError if Identity Center cannot be asked.
    """
    if not concerns(policy, change.name, today):
        return []
    group_id = store.group_id(change.name)
    if group_id:
        return [_compare(group_id)]
    if age < PUSH:
        raise NotReadyError(f"Okta has not pushed group {change.name} yet")
    return []


def _compare(group_id: str) -> BusEvent:
    because = "Identity Center has a group that grants mean"
    return BusEvent(bus.ACCOUNTS, RECONCILE_GROUP, {"group": group_id, "because": because})


LOSING = frozenset({Kind.MOVED, Kind.TAGGED, Kind.RENAMED})
"""What may leave an account with assignments that no grant wants any more."""


def of_account(
    change: AccountChange, admission: Admission, organizations: Organizations, policy: AccessPolicy
) -> list[BusEvent]:
    """Asks for a comparison where there may be more than grants want: `reconcile` alone may take it away.

    After a change by hand it is only told: whoever is at it is a person, or an automation that would make it
    again. An account that moved while its grants were made has some of its former place, though its move was
    perhaps looked at before they were there. Raises ClientError or AccountUnknownError if it cannot be read.
    """
    if policy.accounts.prune == "off":
        return []
    if change.kind is Kind.TOUCHED:
        return [inside(change.account_id, remove=False)]
    made = admission.applied.created
    if change.kind in LOSING or (made and organizations.account(change.account_id) != admission.account):
        return [inside(change.account_id)]
    return []
