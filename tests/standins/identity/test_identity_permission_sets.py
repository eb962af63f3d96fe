"""Permission sets, as strict as IAM Identity Center."""

import json
from typing import Any

import pytest

from sandbox.identity import INSTANCE_ARN
from tests.standins.identity.plane import Plane, refused

VIEW_ONLY = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"


def target(arn: str) -> dict[str, Any]:
    """The parameters every call on a permission set has."""
    return {"InstanceArn": INSTANCE_ARN, "PermissionSetArn": arn}


def inline(size: int) -> str:
    """A policy of `size` bytes that count, with white space that does not."""
    frame = '{"Version":"2012-10-17","Statement":[],"Id":""}'
    document = {"Version": "2012-10-17", "Statement": [], "Id": "x" * (size - len(frame))}
    return json.dumps(document, indent=8)


def test_a_permission_set_has_an_arn_as_the_api_wants_it(plane: Plane) -> None:
    arn = plane.permission_set("Developer")

    described = plane.sso.describe_permission_set(**target(arn))["PermissionSet"]

    assert arn.startswith("arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-")
    assert (described["Name"], described["SessionDuration"]) == ("Developer", "PT1H")
    assert plane.sso.list_permission_sets(InstanceArn=INSTANCE_ARN)["PermissionSets"] == [arn]


def test_names_are_unique(plane: Plane) -> None:
    plane.permission_set("Developer")
    with refused("ConflictException"):
        plane.permission_set("Developer")


def test_what_is_assigned_cannot_be_deleted(plane: Plane) -> None:
    plane.found()
    account, arn, group = plane.account(), plane.permission_set(), plane.group()
    plane.assign(account, arn, group)
    with refused("ConflictException"):
        plane.sso.delete_permission_set(**target(arn))

    plane.sso.delete_account_assignment(**plane.triple(account, arn, group))
    plane.server.settle()
    plane.sso.delete_permission_set(**target(arn))

    with refused("ResourceNotFoundException"):
        plane.sso.describe_permission_set(**target(arn))
    with refused("ResourceNotFoundException"):
        plane.sso.delete_permission_set(**target(arn))


def test_an_inline_policy_has_10240_bytes_without_white_space(plane: Plane) -> None:
    arn = plane.permission_set()

    plane.sso.put_inline_policy_to_permission_set(InlinePolicy=inline(10_240), **target(arn))

    kept = plane.sso.get_inline_policy_for_permission_set(**target(arn))["InlinePolicy"]
    assert kept == inline(10_240)
    with refused("ServiceQuotaExceededException"):
        plane.sso.put_inline_policy_to_permission_set(InlinePolicy=inline(10_241), **target(arn))
    with refused("ValidationException"):
        plane.sso.put_inline_policy_to_permission_set(InlinePolicy="not json", **target(arn))
    with refused("ValidationException"):  # the service model's own limit, white space included
        plane.sso.put_inline_policy_to_permission_set(InlinePolicy="{}" + " " * 32_768, **target(arn))
    plane.sso.delete_inline_policy_from_permission_set(**target(arn))
    assert plane.sso.get_inline_policy_for_permission_set(**target(arn))["InlinePolicy"] == ""


@pytest.mark.parametrize("duration", ["PT59M", "PT13H", "P1D"])
def test_sessions_last_one_to_twelve_hours(plane: Plane, duration: str) -> None:
    arn = plane.permission_set()
    with refused("ValidationException"):
        plane.sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name="X", SessionDuration=duration)
    with refused("ValidationException"):
        plane.sso.update_permission_set(SessionDuration=duration, **target(arn))


def test_an_update_keeps_what_it_does_not_name(plane: Plane) -> None:
    created = plane.sso.create_permission_set(
        InstanceArn=INSTANCE_ARN, Name="Developer", Description="first", SessionDuration="PT8H"
    )["PermissionSet"]

    plane.sso.update_permission_set(Description="second", **target(created["PermissionSetArn"]))

    described = plane.sso.describe_permission_set(**target(created["PermissionSetArn"]))["PermissionSet"]
    assert (described["Description"], described["SessionDuration"]) == ("second", "PT8H")


def test_policies_are_attached_once(plane: Plane) -> None:
    arn = plane.permission_set()
    reference = {"Name": "ostiary-deny-leavers", "Path": "/"}

    plane.sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=VIEW_ONLY, **target(arn))
    plane.sso.attach_customer_managed_policy_reference_to_permission_set(
        CustomerManagedPolicyReference=reference, **target(arn)
    )

    managed = plane.sso.list_managed_policies_in_permission_set(**target(arn))["AttachedManagedPolicies"]
    references = plane.sso.list_customer_managed_policy_references_in_permission_set(**target(arn))
    assert managed == [{"Arn": VIEW_ONLY, "Name": "ViewOnlyAccess"}]
    assert references["CustomerManagedPolicyReferences"] == [reference]
    with refused("ConflictException"):
        plane.sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=VIEW_ONLY, **target(arn))
    with refused("ResourceNotFoundException"):
        plane.sso.attach_managed_policy_to_permission_set(
            ManagedPolicyArn="arn:aws:iam::aws:policy/NoSuchPolicy", **target(arn)
        )


def test_a_permissions_boundary_can_be_put_read_and_removed(plane: Plane) -> None:
    arn = plane.permission_set()
    boundary = {"ManagedPolicyArn": VIEW_ONLY}
    with refused("ResourceNotFoundException"):
        plane.sso.get_permissions_boundary_for_permission_set(**target(arn))

    plane.sso.put_permissions_boundary_to_permission_set(PermissionsBoundary=boundary, **target(arn))

    read = plane.sso.get_permissions_boundary_for_permission_set(**target(arn))["PermissionsBoundary"]
    assert read == boundary
    plane.sso.delete_permissions_boundary_from_permission_set(**target(arn))
    with refused("ResourceNotFoundException"):
        plane.sso.delete_permissions_boundary_from_permission_set(**target(arn))


def test_tags_of_a_permission_set(plane: Plane) -> None:
    created = plane.sso.create_permission_set(
        InstanceArn=INSTANCE_ARN, Name="Developer", Tags=[{"Key": "owner", "Value": "platform"}]
    )["PermissionSet"]["PermissionSetArn"]
    resource = {"InstanceArn": INSTANCE_ARN, "ResourceArn": created}

    plane.sso.tag_resource(Tags=[{"Key": "stage", "Value": "test"}], **resource)
    plane.sso.untag_resource(TagKeys=["owner"], **resource)

    assert plane.sso.list_tags_for_resource(**resource)["Tags"] == [{"Key": "stage", "Value": "test"}]


def test_a_change_reaches_accounts_only_by_provisioning(plane: Plane) -> None:
    """Given a permission set in use, when it is changed, then its account has the former state."""
    plane.found()
    account, arn, group = plane.account(), plane.permission_set(), plane.group()
    plane.assign(account, arn, group)

    def outdated() -> list[str]:
        answer = plane.sso.list_accounts_for_provisioned_permission_set(
            ProvisioningStatus="LATEST_PERMISSION_SET_NOT_PROVISIONED", **target(arn)
        )
        accounts: list[str] = answer["AccountIds"]
        return accounts

    assert outdated() == []
    plane.sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=VIEW_ONLY, **target(arn))
    assert outdated() == [account]

    asked = plane.sso.provision_permission_set(TargetType="ALL_PROVISIONED_ACCOUNTS", **target(arn))
    request = asked["PermissionSetProvisioningStatus"]
    plane.server.settle()

    described = plane.sso.describe_permission_set_provisioning_status(
        InstanceArn=INSTANCE_ARN, ProvisionPermissionSetRequestId=request["RequestId"]
    )["PermissionSetProvisioningStatus"]
    listed = plane.sso.list_permission_set_provisioning_status(InstanceArn=INSTANCE_ARN)
    assert (request["Status"], described["Status"], outdated()) == ("IN_PROGRESS", "SUCCEEDED", [])
    assert [each["RequestId"] for each in listed["PermissionSetsProvisioningStatus"]] == [
        request["RequestId"]
    ]


def test_only_an_account_that_has_it_can_be_provisioned(plane: Plane) -> None:
    plane.found()
    account, arn = plane.account(), plane.permission_set()
    with refused("ResourceNotFoundException"):
        plane.sso.provision_permission_set(TargetType="AWS_ACCOUNT", TargetId=account, **target(arn))
    with refused("ValidationException"):
        plane.sso.provision_permission_set(TargetType="AWS_ACCOUNT", **target(arn))
    with refused("ResourceNotFoundException"):
        plane.sso.describe_permission_set_provisioning_status(
            InstanceArn=INSTANCE_ARN,
            ProvisionPermissionSetRequestId="00000000-0000-4000-8000-000000000000",
        )


def test_permission_sets_are_paged(plane: Plane) -> None:
    arns = [plane.permission_set(f"p{number}") for number in range(5)]
    paginator = plane.sso.get_paginator("list_permission_sets")
    pages = list(paginator.paginate(InstanceArn=INSTANCE_ARN, PaginationConfig={"PageSize": 2}))
    assert [len(each["PermissionSets"]) for each in pages] == [2, 2, 1]
    assert [arn for each in pages for arn in each["PermissionSets"]] == arns
    with refused("ValidationException"):
        plane.sso.list_permission_sets(InstanceArn=INSTANCE_ARN, NextToken="made-up")
