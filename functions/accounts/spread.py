"""One event of AWS that concerns many accounts becomes an event for each, so that each fails and is retried
alone."""

from datetime import date, timedelta

from functions import bus
from functions.accounts.admit import NotReadyError
from functions.accounts.events import RECONCILE_ACCOUNT, RECONCILE_GROUP, UnitRenamed
from functions.accounts.group_events import GroupAppeared, GroupPlanned
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.bus import BusEvent
from functions.policy import AccessPolicy
from functions.policy.globs import matches
from functions.policy.patterns import outline

PUSH = timedelta(minutes=15)
"""How long a new group of Okta is waited for. What is pushed later is told by Identity Center itself, and the
daily reconcile finds it."""


def of_unit(change: UnitRenamed, organizations: Organizations) -> list[BusEvent]:
    """One event for each account under the OU. Raises ClientError if any of it cannot be read."""
    because = f"OU {change.unit_id} has another name"
    return [
        BusEvent(bus.ACCOUNTS, RECONCILE_ACCOUNT, {"account": account_id, "because": because})
        for account_id in sorted(organizations.account_ids_under(change.unit_id))
    ]


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


def compared(account_id: str) -> BusEvent:
    """Somebody changed an account's assignments by hand: whatever is there that nobody granted is told.

    Only a look into the account itself shows assignments to users, and removing is for the daily run.
    """
    return BusEvent(bus.ACCOUNTS, "reconcile", {"scope": {"account": account_id}, "remove": False})


def concerns(policy: AccessPolicy, group: str, today: date) -> bool:
    """Could any living grant mean a group of this name?"""
    grants = [grant for grant in policy.grants if not grant.ended(today)]
    return any(
        group in grant.names or any(matches(group, outline(pattern)) for pattern in grant.patterns)
        for grant in grants
    )
