"""Entitlements of account access manager: IAM roles that a user or a group may assume, past permission sets.

IAM User Guide, "Account access manager"; API reference, "Account Access". It is one application for the
instance of IAM Identity Center, in the management account and the instance's Region, if anybody has enabled
it at all. Lists of account assignments do not show what it gives.
"""

import time
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any, NamedTuple

from botocore.exceptions import EndpointConnectionError

from functions.aws.person_access import Entitlement, PersonAccess, Reach
from functions.aws.principal_ids import bare

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient

REGIONS = frozenset(
    "ap-northeast-1 ap-northeast-2 ap-northeast-3 ap-south-1 ap-southeast-1 ap-southeast-2 ca-central-1 "
    "eu-central-1 eu-north-1 eu-west-1 eu-west-2 eu-west-3 sa-east-1 us-east-1 us-east-2 us-west-1 "
    "us-west-2".split()
)
"""Where AWS offers it for certain: Regions that are enabled by default ("Getting started with account access
manager"). Elsewhere it is asked all the same; only there an endpoint that does not exist is an answer."""

REMEMBERED_SECONDS = 60.0
"""So long an application counts as there, or not, and a group as having entitlements, without being asked."""


class NotInUseError(Exception):
    """There are no entitlements, and why: account access manager is not offered here, or not enabled."""


class Held(NamedTuple):
    """What one person has: entitlements of their own, and groups of theirs that have any."""

    own: tuple[Entitlement, ...] = ()
    groups: tuple[str, ...] = ()


class Entitlements:
    """Gateway to the API, as the management account. Errors of the services come as botocore's ClientError.

    `client` is boto3's for `account-access`, for which there are no type stubs.
    """

    def __init__(
        self,
        client: Any,
        directory: "IdentityStoreClient",
        *,
        identity_store_id: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._directory = directory
        self._store = identity_store_id
        self._clock = clock
        self._known: dict[str, tuple[float, Any]] = {}

    def held(self, user_id: str) -> Held:
        """All they may assume a role by. Raises NotInUseError where nobody has any."""
        own, groups = list[Entitlement](), list[str]()
        for application in self._applications():
            own += self._of(application, "userId", user_id)
            groups += [each for each in self._memberships(user_id) if self._entitled(application, each)]
        return Held(tuple(own), tuple(dict.fromkeys(groups)))

    def delete(self, entitlement: Entitlement) -> None:
        """Take one away; that it is gone already, or its application, is fine."""
        try:
            self._client.delete_entitlement(
                applicationArn=entitlement.application, entitlementId=entitlement.id
            )
        except self._client.exceptions.ResourceNotFoundException:
            return

    def create(self, user_id: str, entitlement: Entitlement) -> bool:
        """Put one back; False if its application or role is gone, or no longer trusts the service.

        A role that does not let account access manager in is a ValidationException.
        """
        principal = {"identityCenter": {"userId": user_id}}
        gone = self._client.exceptions.ResourceNotFoundException, self._client.exceptions.ValidationException
        try:
            self._client.create_entitlement(
                applicationArn=entitlement.application,
                entitlement={"principalRole": {"principal": principal, "roleArn": entitlement.role_arn}},
            )
        except gone:
            return False
        return True

    def _applications(self) -> tuple[str, ...]:
        found: tuple[str, ...] | str = self._remembered("applications", self._asked_for_applications)
        if isinstance(found, str):
            raise NotInUseError(found)
        return found

    def _asked_for_applications(self) -> tuple[str, ...] | str:
        region = self._client.meta.region_name
        try:
            pages = self._client.get_paginator("list_applications").paginate()
            found = tuple(each["applicationArn"] for page in pages for each in page["applications"])
        except EndpointConnectionError:
            if region in REGIONS:
                raise
            return f"account access manager is not offered in {region}"
        return found or "account access manager is not enabled"

    def _memberships(self, user_id: str) -> list[str]:
        pages = self._directory.get_paginator("list_group_memberships_for_member").paginate(
            IdentityStoreId=self._store, MemberId={"UserId": user_id}
        )
        try:
            return [bare(each["GroupId"]) for page in pages for each in page["GroupMemberships"]]
        except self._directory.exceptions.ResourceNotFoundException:
            return []

    def _entitled(self, application: str, group: str) -> bool:
        return bool(self._remembered(group, lambda: any(self._of(application, "groupId", group))))

    def _of(self, application: str, kind: str, principal: str) -> Iterator[Entitlement]:
        """API Reference, "ListEntitlements": the filter is for the principal itself, not for its groups."""
        wanted = {"principalRole": {"principal": {"identityCenter": {kind: principal}}}}
        pages = self._client.get_paginator("list_entitlements").paginate(
            applicationArn=application, filter=wanted
        )
        try:
            for each in (each for page in pages for each in page["entitlements"]):
                role = each["entitlement"]["principalRole"]["roleArn"]
                yield Entitlement(application, each["entitlementId"], role)
        except self._client.exceptions.ResourceNotFoundException:
            self._known.pop("applications", None)
            raise NotInUseError("account access manager has been deleted") from None

    def _remembered(self, what: str, ask: Callable[[], Any]) -> Any:
        until, answer = self._known.get(what, (0.0, None))
        if self._clock() >= until:
            answer = ask()
            self._known[what] = self._clock() + REMEMBERED_SECONDS, answer
        return answer


class EveryAccess:
    """Everything that gives a person access, by assignments and by entitlements."""

    def __init__(self, access: PersonAccess, entitlements: Entitlements) -> None:
        self._access = access
        self._entitlements = entitlements

    def reach(self, user_id: str) -> Reach:
        """As PersonAccess.reach, with entitlements and the groups that have any."""
        found = self._access.reach(user_id)
        try:
            held = self._entitlements.held(user_id)
        except NotInUseError:
            return found
        groups = tuple(sorted({*found.groups, *held.groups}))
        return Reach(found.assignments, groups, held.own)
