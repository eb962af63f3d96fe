"""Gateway to permission sets as they are: what each permits, and which accounts have an older state of it."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from functions.aws.assignment_requests import PAGE, Request, ask, look, read_request

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


@dataclass(frozen=True)
class Definition:
    """What a permission set permits. Policies of the organization's own are named by path and name."""

    managed: frozenset[str] = frozenset()
    customer_managed: frozenset[str] = frozenset()
    inline: str = ""
    boundary: str = ""
    session: str = ""
    description: str = ""
    relay_state: str = ""


class PermissionSetState:
    """Of one instance. Errors of AWS come as ClientError, as BusyError where it is worth asking again."""

    def __init__(self, client: "SSOAdminClient", instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn

    def definition(self, arn: str) -> Definition:
        """All of it, in five calls."""
        at: Any = {"InstanceArn": self._instance, "PermissionSetArn": arn}
        described = self._client.describe_permission_set(**at)["PermissionSet"]
        managed = self._client.get_paginator("list_managed_policies_in_permission_set").paginate(**at)
        own = self._client.get_paginator(
            "list_customer_managed_policy_references_in_permission_set"
        ).paginate(**at)
        return Definition(
            managed=frozenset(p["Arn"] for page in managed for p in page["AttachedManagedPolicies"]),
            customer_managed=frozenset(
                _own(policy) for page in own for policy in page["CustomerManagedPolicyReferences"]
            ),
            inline=self._client.get_inline_policy_for_permission_set(**at).get("InlinePolicy") or "",
            boundary=self._boundary(at),
            session=described.get("SessionDuration", ""),
            description=described.get("Description", ""),
            relay_state=described.get("RelayState", ""),
        )

    def outdated(self, arn: str) -> tuple[str, ...]:
        """Accounts where an assignment uses an older state of it."""
        pages = self._client.get_paginator("list_accounts_for_provisioned_permission_set").paginate(
            InstanceArn=self._instance,
            PermissionSetArn=arn,
            ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED",
            PaginationConfig={"PageSize": PAGE},
        )
        return tuple(account for page in pages for account in page["AccountIds"])

    def provision(self, arn: str, account_id: str | None) -> Request:
        """Ask for the latest state in one account, or (None) wherever it is used. A refusal is FAILED: sets
        that are used in the management account are its own business ("Delegated administration")."""
        target: Any = (
            {"TargetType": "AWS_ACCOUNT", "TargetId": account_id}
            if account_id
            else {"TargetType": "ALL_PROVISIONED_ACCOUNTS"}
        )
        return ask(
            lambda: self._client.provision_permission_set(
                InstanceArn=self._instance, PermissionSetArn=arn, **target
            )["PermissionSetProvisioningStatus"]
        )

    def provisionings(self, request_ids: Collection[str]) -> dict[str, Request]:
        """How these requests of `provision` stand."""
        pages = self._client.get_paginator("list_permission_set_provisioning_status").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": PAGE}
        )
        return look(request_ids, (page["PermissionSetsProvisioningStatus"] for page in pages), self._one)

    def _one(self, request_id: str) -> Request:
        answer = self._client.describe_permission_set_provisioning_status(
            InstanceArn=self._instance, ProvisionPermissionSetRequestId=request_id
        )
        return read_request(answer["PermissionSetProvisioningStatus"])

    def _boundary(self, at: Any) -> str:
        try:
            found = self._client.get_permissions_boundary_for_permission_set(**at)["PermissionsBoundary"]
        except self._client.exceptions.ResourceNotFoundException:
            return ""
        return found.get("ManagedPolicyArn") or _own(found["CustomerManagedPolicyReference"])


def _own(policy: Any) -> str:
    return f"{policy.get('Path', '/')}{policy['Name']}"
