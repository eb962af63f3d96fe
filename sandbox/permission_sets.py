"""Plays CloudFormation's part for the permission sets: creates them from the synthesized template."""

import json
from collections.abc import Iterable
from typing import TYPE_CHECKING, Any

from sandbox.deploy import LeftOut

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


def create(sso: "SSOAdminClient", left_out: Iterable[LeftOut]) -> list[str]:
    """Create every AWS::SSO::PermissionSet among `left_out`; their names."""
    sets = [resource.properties for resource in left_out if resource.type == "AWS::SSO::PermissionSet"]
    for properties in sets:
        _create_one(sso, dict(properties))
    return [properties["Name"] for properties in sets]


def _create_one(sso: "SSOAdminClient", properties: dict[str, Any]) -> None:
    instance = properties["InstanceArn"]
    fields = {
        "Name": "Name",
        "Description": "Description",
        "SessionDuration": "SessionDuration",
        "RelayStateType": "RelayState",
        "Tags": "Tags",
    }
    request: dict[str, Any] = {api: properties[cfn] for cfn, api in fields.items() if cfn in properties}
    arn = sso.create_permission_set(InstanceArn=instance, **request)["PermissionSet"]["PermissionSetArn"]
    target: dict[str, Any] = {"InstanceArn": instance, "PermissionSetArn": arn}
    for managed in properties.get("ManagedPolicies", []):
        sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=managed, **target)
    for reference in properties.get("CustomerManagedPolicyReferences", []):
        sso.attach_customer_managed_policy_reference_to_permission_set(
            CustomerManagedPolicyReference=reference, **target
        )
    if "InlinePolicy" in properties:
        sso.put_inline_policy_to_permission_set(InlinePolicy=json.dumps(properties["InlinePolicy"]), **target)
