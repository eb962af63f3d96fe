"""What deals with changes of groups is made of."""

from datetime import UTC, datetime
from typing import TYPE_CHECKING

from aws_lambda_powertools import Logger

from functions.aws.group_access import GroupAccess
from functions.aws.group_members import GroupMembers
from functions.aws.identity_store import IdentityStore
from functions.aws.partial_losses import PartialLosses
from functions.aws.people import People
from functions.bus import EventBus
from functions.leavers.book import Book
from functions.leavers.findings import Wording
from functions.leavers.group_deleted import GroupEvents
from functions.leavers.groups import GroupChanges
from functions.leavers.partial_notices import PartialNotices
from functions.leavers.renderer import OncePerBatch
from functions.leavers.rules import Rules
from functions.policy import AccessPolicy
from functions.policy.concerns import concerns
from functions.policy.watch import Leavers

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient


def group_changes(
    losses: PartialLosses,
    book: Book,
    access: GroupAccess,
    people: People,
    writer: OncePerBatch,
    bus: EventBus,
    wording: Wording,
    rules: Leavers,
) -> GroupChanges:
    """For the messages of the second queue, and for the schedule."""
    return GroupChanges(
        losses,
        book,
        access,
        people,
        writer,
        bus,
        PartialNotices(wording),
        Rules(rules.keep_deny, rules.protected),
        denied=rules.lost_groups == "deny",
        now=lambda: datetime.now(UTC),
        log=Logger(),
    )


def group_events(
    changes: GroupChanges,
    losses: PartialLosses,
    access: GroupAccess,
    members: GroupMembers,
    bus: EventBus,
    wording: Wording,
    policy: AccessPolicy,
) -> GroupEvents:
    """For the messages of the second queue: changes of groups, and groups that are gone."""
    return GroupEvents(
        changes,
        losses,
        access,
        members,
        bus,
        PartialNotices(wording),
        granted=lambda group: concerns(policy, group, datetime.now(UTC).date()),
        keep_deny=policy.leavers.keep_deny,
        log=Logger(),
    )


def group_access(
    management: "SSOAdminClient",
    hub: "SSOAdminClient",
    directory: "IdentityStoreClient",
    *,
    instance_arn: str,
    identity_store_id: str,
) -> GroupAccess:
    """Assignments are listed as the management account; what permission sets are called, as the hub."""
    return GroupAccess(
        management,
        hub,
        IdentityStore(directory, identity_store_id),
        instance_arn=instance_arn,
    )
