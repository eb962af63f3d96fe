"""Reads an organization's access from AWS, with the operator's own rights."""

import json
import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

import boto3

from cli.exits import Exit, leave
from functions.accounts.reconcile_read import Reader
from functions.accounts.snapshot import KnownSet, Snapshot
from functions.aws.identity_center import IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.session import CONFIG, ORGANIZATIONS_REGION
from functions.policy import AccessPolicy
from functions.policy.expand import Directory
from functions.policy.selectors import Account

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_identitystore.type_defs import UserTypeDef
    from mypy_boto3_sso_admin import SSOAdminClient

DELEGATED = (
    "its access can be read and changed from the management account alone; to look at it, sign in there and "
    "run this again"
)
AWS_MANAGED = "arn:aws:iam::aws:policy/"


@dataclass(frozen=True)
class Survey:
    """The gateways, and the clients for what no gateway reads."""

    organizations: Organizations
    center: IdentityCenter
    store: IdentityStore
    sso: "SSOAdminClient"
    directory: "IdentityStoreClient"
    instance_arn: str
    store_id: str
    off_limits: dict[str, str]

    @classmethod
    def connect(cls, region: str | None) -> Self:
        """Find the instance and say who may read what. Errors of AWS come as botocore's."""
        sso = boto3.client("sso-admin", region_name=region, config=CONFIG)
        instances = sso.list_instances()["Instances"]
        if not instances:
            leave(Exit.FAILED, "There is no Identity Center instance in this Region; add --region.")
        instance_arn, store_id = instances[0]["InstanceArn"], instances[0]["IdentityStoreId"]
        directory = boto3.client("identitystore", region_name=region, config=CONFIG)
        organizations = boto3.client("organizations", region_name=ORGANIZATIONS_REGION, config=CONFIG)
        management = organizations.describe_organization()["Organization"]["MasterAccountId"]
        here = boto3.client("sts", region_name=region, config=CONFIG).get_caller_identity()["Account"]
        return cls(
            organizations=Organizations(organizations, management),
            center=IdentityCenter(sso, instance_arn),
            store=IdentityStore(directory, store_id),
            sso=sso,
            directory=directory,
            instance_arn=instance_arn,
            store_id=store_id,
            off_limits={} if here == management else {management: DELEGATED},
        )

    def reader(self, policy: AccessPolicy) -> Reader:
        """What reconcile reads, read in the same way."""
        return Reader(policy, self.organizations, self.center, self.center, self.store, self.off_limits)

    def all(self, told: Callable[[str], None]) -> Snapshot:
        """Everything. Account by account, because only that finds everybody's assignments."""
        accounts = self.organizations.accounts(with_tags=True)
        sets = {name: self._set(arn) for name, arn in self.center.all_permission_sets().items()}
        groups, users = self.store.all_groups(), self._users()
        by_name = {user["UserName"]: user["UserId"] for user in users if "UserName" in user}
        told(f"{len(accounts)} accounts, {len(sets)} permission sets, {len(groups)} groups")
        members = {group_id: self._members(group_id) for group_id in groups.values()}
        disabled = tuple(user["UserId"] for user in users if user.get("UserStatus") == "DISABLED")
        ready = [a for a in accounts if a.state == "ACTIVE" and a.id not in self.off_limits]
        found = [item for account in ready for item in self.center.assignments(account.id)]
        return Snapshot(
            taken=datetime.now(UTC),
            accounts=tuple(accounts),
            permission_sets=sets,
            directory=Directory(groups, by_name),
            memberships=members,
            assignments=tuple(found),
            disabled=disabled,
            off_limits=self.off_limits,
        )

    def around(self, who: str, account_id: str) -> Snapshot:
        """What is needed to explain one principal in one account."""
        account = self.organizations.account(account_id)
        if account_id in self.off_limits:
            leave(Exit.FAILED, f"Account {account_id}: {self.off_limits[account_id]}.")
        groups = self.store.all_groups()
        users = self.store.user_ids([who])
        members: dict[str, tuple[str, ...]] = {}
        for user_id in users.values():
            pages = self.directory.get_paginator("list_group_memberships_for_member").paginate(
                IdentityStoreId=self.store_id, MemberId={"UserId": user_id}
            )
            members = {item["GroupId"]: (user_id,) for page in pages for item in page["GroupMemberships"]}
        sets = {name: KnownSet(arn) for name, arn in self.center.all_permission_sets().items()}
        there = tuple(self.center.assignments(account_id))
        disabled = tuple(user_id for user_id in users.values() if self._disabled(user_id))
        directory = Directory(groups, users)
        return Snapshot(datetime.now(UTC), (account,), sets, directory, members, there, disabled=disabled)

    def account_id(self, name_or_id: str) -> str:
        """An account's id, if its name was given."""
        if re.fullmatch("[0-9]{12}", name_or_id):
            return name_or_id
        return find_account(self.organizations.accounts(with_tags=False), name_or_id).id

    def _users(self) -> "list[UserTypeDef]":
        pages = self.directory.get_paginator("list_users").paginate(IdentityStoreId=self.store_id)
        return [user for page in pages for user in page["Users"]]

    def _disabled(self, user_id: str) -> bool:
        described = self.directory.describe_user(IdentityStoreId=self.store_id, UserId=user_id)
        return described.get("UserStatus") == "DISABLED"

    def _members(self, group_id: str) -> tuple[str, ...]:
        pages = self.directory.get_paginator("list_group_memberships").paginate(
            IdentityStoreId=self.store_id, GroupId=group_id
        )
        members = [item["MemberId"] for page in pages for item in page["GroupMemberships"]]
        return tuple(member["UserId"] for member in members if "UserId" in member)

    def _set(self, arn: str) -> KnownSet:
        at: Any = {"InstanceArn": self.instance_arn, "PermissionSetArn": arn}
        described = self.sso.describe_permission_set(**at)["PermissionSet"]
        managed = self._listed("list_managed_policies_in_permission_set", "AttachedManagedPolicies", at)
        own = self._listed(
            "list_customer_managed_policy_references_in_permission_set", "CustomerManagedPolicyReferences", at
        )
        inline = self.sso.get_inline_policy_for_permission_set(**at).get("InlinePolicy")
        tags = self._listed(
            "list_tags_for_resource", "Tags", {"InstanceArn": self.instance_arn, "ResourceArn": arn}
        )
        whole = {
            "description": described.get("Description"),
            "managed": [policy["Arn"].removeprefix(AWS_MANAGED) for policy in managed],
            "customer_managed": [_reference(policy) for policy in own],
            "inline": json.loads(inline) if inline else None,
            "boundary": self._boundary(at),
            "session": described.get("SessionDuration"),
            "relay_state": described.get("RelayState"),
            "tags": {tag["Key"]: tag["Value"] for tag in tags},
        }
        return KnownSet(arn, {key: value for key, value in whole.items() if value})

    def _boundary(self, at: Any) -> dict[str, Any] | None:
        try:
            found = self.sso.get_permissions_boundary_for_permission_set(**at)["PermissionsBoundary"]
        except self.sso.exceptions.ResourceNotFoundException:
            return None
        if "ManagedPolicyArn" in found:
            return {"managed": found["ManagedPolicyArn"].removeprefix(AWS_MANAGED)}
        return {"customer_managed": _reference(found["CustomerManagedPolicyReference"])}

    def _listed(self, operation: Any, key: str, asked: Any) -> list[Any]:
        pages: Any = self.sso.get_paginator(operation).paginate(**asked)
        return [item for page in pages for item in page.get(key, [])]


def _reference(policy: Any) -> Any:
    path = policy.get("Path", "/")
    return policy["Name"] if path == "/" else {"name": policy["Name"], "path": path}


def find_account(accounts: tuple[Account, ...], name_or_id: str) -> Account:
    """The account of this id or name; leaves with a sentence where there is none, or more than one."""
    found = [account for account in accounts if name_or_id in (account.id, account.name)]
    if len(found) != 1:
        leave(Exit.FAILED, f"{len(found) or 'No'} accounts are called {name_or_id}.")
    return found[0]
