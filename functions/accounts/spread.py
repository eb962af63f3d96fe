"""One event of AWS that concerns many accounts becomes an event for each, so that each fails and is retried
alone."""

from datetime import date

from functions import bus
from functions.accounts.events import RECONCILE_ACCOUNT, RECONCILE_GROUP, GroupAppeared, UnitRenamed
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.bus import BusEvent
from functions.policy import AccessPolicy
from functions.policy.globs import matches
from functions.policy.patterns import outline


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
    detail = {"group": change.group_id, "because": "Identity Center has a group that grants mean"}
    return [BusEvent(bus.ACCOUNTS, RECONCILE_GROUP, detail)]


def concerns(policy: AccessPolicy, group: str, today: date) -> bool:
    """Could any living grant mean a group of this name?"""
    grants = [grant for grant in policy.grants if not grant.ended(today)]
    return any(
        group in grant.names or any(matches(group, outline(pattern)) for pattern in grant.patterns)
        for grant in grants
    )
