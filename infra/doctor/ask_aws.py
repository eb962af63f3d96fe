"""AWS's answers as facts."""

from collections.abc import Iterator, Mapping
from typing import Any

from botocore.exceptions import ClientError

from infra import names
from infra.config import ORGANIZATIONS_REGION
from infra.doctor import organization
from infra.doctor.access import Access
from infra.doctor.verdict import Line, fail, ok

STACK = "hub stack"
STACK_NAME = "ostiary-hub"


def trails(at: Access) -> Iterator[organization.Trail]:
    """Every trail that the management account sees, those of the organization too."""
    client = at.in_management("cloudtrail")
    for each in client.describe_trails(includeShadowTrails=True)["trailList"]:
        arn = each["TrailARN"]
        selectors = client.get_event_selectors(TrailName=arn)
        yield organization.Trail(
            name=each["Name"],
            logging=client.get_trail_status(Name=arn)["IsLogging"],
            everywhere=each.get("IsMultiRegionTrail", False),
            home=each.get("HomeRegion", ORGANIZATIONS_REGION),
            management_events=_has_management_events(selectors),
        )


def _has_management_events(selectors: Mapping[str, Any]) -> bool:
    """AWS CloudTrail User Guide, "Logging management events"; a trail of reads alone misses changes."""
    basic = any(
        each.get("IncludeManagementEvents", True) and each.get("ReadWriteType", "All") != "ReadOnly"
        for each in selectors.get("EventSelectors", ())
    )
    fields = [
        field
        for each in selectors.get("AdvancedEventSelectors", ())
        for field in each["FieldSelectors"]
        if field["Field"] == "eventCategory"
    ]
    return basic or any("Management" in field.get("Equals", ()) for field in fields)


def rule(at: Access) -> organization.Rule | None:
    """The forwarding rule; None where there is none."""
    events = at.in_management("events")
    try:
        found = events.describe_rule(Name=organization.RULE)
    except events.exceptions.ResourceNotFoundException:
        return None
    targets = events.list_targets_by_rule(Rule=organization.RULE)["Targets"]
    return organization.Rule(found["State"] == "ENABLED", tuple(target["Arn"] for target in targets))


def bus_policy(at: Access) -> Mapping[str, Any] | None:
    """The policy of the hub's bus; None where there is no bus."""
    events = at.in_hub("events")
    try:
        return organization.parsed(events.describe_event_bus(Name=names.BUS).get("Policy"))
    except events.exceptions.ResourceNotFoundException:
        return None


def stack(at: Access) -> tuple[Line, str]:
    """The hub stack, and the id of its API."""
    name, deploy = STACK_NAME, f"cdk deploy {STACK_NAME}"
    try:
        (found,) = at.in_hub("cloudformation").describe_stacks(StackName=name)["Stacks"]
    except ClientError as error:
        if "does not exist" not in str(error):
            raise
        return fail(STACK, f"stack {name} does not exist in {at.deployment.hub_region}", deploy), ""
    outputs = {each["OutputKey"]: each["OutputValue"] for each in found.get("Outputs", ())}
    status = found["StackStatus"]
    if not status.endswith("_COMPLETE") or status.startswith(("ROLLBACK", "DELETE")):
        return fail(STACK, f"stack {name} is {status}", "read its events in CloudFormation"), ""
    return ok(STACK, f"stack {name} is {status}"), outputs["HookApiId"]


def permission_sets(at: Access) -> Iterator[str]:
    """The names of all permission sets, whoever made them."""
    sso, instance = at.in_hub("sso-admin"), at.deployment.instance_arn
    for page in sso.get_paginator("list_permission_sets").paginate(InstanceArn=instance):
        for arn in page["PermissionSets"]:
            described = sso.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)
            yield described["PermissionSet"]["Name"]


def group_exists(at: Access, name: str) -> bool:
    """Whether the directory has a group of this name."""
    directory = at.in_hub("identitystore")
    named = {"UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}}
    try:
        directory.get_group_id(IdentityStoreId=at.deployment.identity_store_id, AlternateIdentifier=named)
    except directory.exceptions.ResourceNotFoundException:
        return False
    return True
