"""What one person can reach in AWS, taken away and put back: assignments and memberships of their own."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.principal_ids import bare

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sso_admin.type_defs import AccountAssignmentOperationStatusTypeDef

POLLS = (0.2, 0.4, 0.8, 1.6, 3.2)
"""Seconds between looks at a request, which Identity Center carries out in its own time."""

ALREADY_THERE = "UNIQUENESS_CONSTRAINT_VIOLATION"
"""Identity Store API Reference, "ConflictException": the Reason for which there is nothing to do."""


class PersonAccessError(Exception):
    """A request has failed, or is not through yet. Asking again is safe."""


class Entitlement(NamedTuple):
    """A role that somebody may assume through account access manager: see functions.aws.entitlements."""

    application: str
    id: str
    role_arn: str


@dataclass(frozen=True)
class Reach:
    """All that gives a person access: (account, permission set ARN) of their own; groups that have any;
    entitlements of their own, where somebody has asked for these."""

    assignments: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    entitlements: tuple[Entitlement, ...] = ()

    def __bool__(self) -> bool:
        return bool(self.assignments or self.groups or self.entitlements)


class PersonAccess:
    """Gateway to one person's access. Errors of the services come as botocore's ClientError.

    API Reference, "ListAccountAssignmentsForPrincipal": for a user it lists what their groups have as well,
    each with its principal, and it answers the management account alone. That account's own assignments, too,
    only it may change (User Guide, "Delegated administration"); hence two clients.
    """

    def __init__(
        self,
        hub: "SSOAdminClient",
        management: "SSOAdminClient",
        directory: "IdentityStoreClient",
        *,
        instance_arn: str,
        identity_store_id: str,
        management_account: str,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._hub = hub
        self._management = management
        self._directory = directory
        self._instance = instance_arn
        self._store = identity_store_id
        self._management_account = management_account
        self._sleep = sleep

    def reach(self, user_id: str) -> Reach:
        """Everything that gives them access now; nothing if the directory no longer knows them."""
        pages = self._management.get_paginator("list_account_assignments_for_principal").paginate(
            InstanceArn=self._instance, PrincipalId=user_id, PrincipalType="USER"
        )
        assignments, groups = set(), set()
        try:
            for item in (item for page in pages for item in page["AccountAssignments"]):
                if item["PrincipalType"] == "GROUP":
                    groups.add(item["PrincipalId"])
                elif item["PrincipalId"] == user_id:
                    assignments.add((item["AccountId"], item["PermissionSetArn"]))
        except self._management.exceptions.ResourceNotFoundException:
            return Reach()
        return Reach(tuple(sorted(assignments)), tuple(sorted(groups)))

    def unassign(self, user_id: str, account: str, permission_set: str) -> None:
        """Delete an assignment of theirs and wait until it is gone. Raises PersonAccessError."""
        client = self._client(account)
        try:
            answer = client.delete_account_assignment(
                InstanceArn=self._instance,
                TargetId=account,
                TargetType="AWS_ACCOUNT",
                PermissionSetArn=permission_set,
                PrincipalType="USER",
                PrincipalId=user_id,
            )
        except client.exceptions.ResourceNotFoundException:
            return
        self._follow(
            answer["AccountAssignmentDeletionStatus"],
            lambda request: client.describe_account_assignment_deletion_status(
                InstanceArn=self._instance, AccountAssignmentDeletionRequestId=request
            )["AccountAssignmentDeletionStatus"],
        )

    def assign(self, user_id: str, account: str, permission_set: str) -> bool:
        """Put an assignment back and wait until it is there; False if its account or set is gone."""
        client = self._client(account)
        try:
            answer = client.create_account_assignment(
                InstanceArn=self._instance,
                TargetId=account,
                TargetType="AWS_ACCOUNT",
                PermissionSetArn=permission_set,
                PrincipalType="USER",
                PrincipalId=user_id,
            )
        except client.exceptions.ResourceNotFoundException:
            return False
        self._follow(
            answer["AccountAssignmentCreationStatus"],
            lambda request: client.describe_account_assignment_creation_status(
                InstanceArn=self._instance, AccountAssignmentCreationRequestId=request
            )["AccountAssignmentCreationStatus"],
        )
        return True

    def leave_groups(self, user_id: str, groups: tuple[str, ...]) -> None:
        """Take them out of these groups; that they are in none of them already is fine.

        Raises PersonAccessError that names those they could not be taken out of; out of all others they are.
        """
        pages = self._directory.get_paginator("list_group_memberships_for_member").paginate(
            IdentityStoreId=self._store, MemberId={"UserId": user_id}
        )
        try:
            memberships = [each for page in pages for each in page["GroupMemberships"]]
        except self._directory.exceptions.ResourceNotFoundException:
            return
        failed = []
        for each in memberships:
            if "GroupId" in each and bare(each["GroupId"]) in groups:
                try:
                    self._leave(bare(each["MembershipId"]))
                except (ClientError, BotoCoreError) as error:
                    failed.append(f"{bare(each['GroupId'])}: {error}")
        if failed:
            raise PersonAccessError("; ".join(failed))

    def join_group(self, user_id: str, group: str) -> bool:
        """Put them back into a group; False if the group or the person is gone. Raises PersonAccessError.

        Identity Store API Reference, "CreateGroupMembership": a ConflictException says by its Reason whether
        they are in it already, or something else was being changed, and they are not.
        """
        for pause in POLLS:
            joined = self._joined(user_id, group)
            if joined is not None:
                return joined
            self._sleep(pause)
        raise PersonAccessError(f"something else of group {group} is being changed all the time")

    def _joined(self, user_id: str, group: str) -> bool | None:
        """None if it was not done, as something else was being changed."""
        try:
            self._directory.create_group_membership(
                IdentityStoreId=self._store, GroupId=group, MemberId={"UserId": user_id}
            )
        except self._directory.exceptions.ConflictException as error:
            return True if error.response.get("Reason") == ALREADY_THERE else None
        except self._directory.exceptions.ResourceNotFoundException:
            return False
        return True

    def _leave(self, membership: str) -> None:
        try:
            self._directory.delete_group_membership(IdentityStoreId=self._store, MembershipId=membership)
        except self._directory.exceptions.ResourceNotFoundException:
            return  # Okta was faster.

    def _client(self, account: str) -> "SSOAdminClient":
        return self._management if account == self._management_account else self._hub

    def _follow(
        self,
        status: "AccountAssignmentOperationStatusTypeDef",
        look: "Callable[[str], AccountAssignmentOperationStatusTypeDef]",
    ) -> None:
        for pause in (*POLLS, None):
            if status["Status"] == "SUCCEEDED":
                return
            if status["Status"] == "FAILED":
                raise PersonAccessError(status.get("FailureReason", "Identity Center gives no reason"))
            if pause is not None:
                self._sleep(pause)
                status = look(status["RequestId"])
        raise PersonAccessError(f"request {status['RequestId']} is not through yet")
