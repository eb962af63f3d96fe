"""Deploys a stack of the cloud assembly into the embedded AWS: assets first, then CloudFormation.

The template goes in as it was synthesized, less the resources whose type the embedded AWS does not have;
those are returned by name, and the sandbox plays their part.
"""

import io
import json
import time
import zipfile
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sandbox.assembly import Stack
from sandbox.embedded import EmbeddedAws

NOT_EMBEDDED = {
    "AWS::Events::EventBusPolicy": "the courier asks it; PutPermission puts it on the bus too",
    "AWS::SSO::PermissionSet": "created through the identity plane from the same template",
}
"""Resource types that the embedded AWS cannot deploy, and who stands in for each."""

NOT_SUPPLIED = "s3:if-none-match"
"""A condition key that the embedded AWS knows nothing of: a statement that asks for it would refuse
everybody, so it is left out. The condition itself, which the header sets, is honoured."""

STACK_SECONDS = 120.0
_EPOCH_OF_ZIP = (1980, 1, 1, 0, 0, 0)


class DeployError(Exception):
    """CloudFormation refused or rolled back; the message holds its events."""


@dataclass(frozen=True)
class LeftOut:
    """A resource of a template that was not deployed."""

    account: str
    region: str
    stack: str
    logical_id: str
    type: str
    properties: Mapping[str, Any]


@dataclass(frozen=True)
class Deployed:
    """What a deployed stack answers with."""

    outputs: Mapping[str, str]
    left_out: tuple[LeftOut, ...]


def bootstrap(aws: EmbeddedAws, stacks: Iterable[Stack]) -> None:
    """What `cdk bootstrap` leaves in each account and Region, as far as a stack needs it."""
    for account, region in {(stack.account, stack.region) for stack in stacks}:
        location: dict[str, Any] = {"CreateBucketConfiguration": {"LocationConstraint": region}}
        aws.client("s3", account, region).create_bucket(
            Bucket=_bucket(account, region), **({} if region == "us-east-1" else location)
        )
        aws.client("ssm", account, region).put_parameter(
            Name="/cdk-bootstrap/hnb659fds/version", Value="30", Type="String", Overwrite=True
        )


def deploy(aws: EmbeddedAws, stack: Stack) -> Deployed:
    """Create the stack, where `bootstrap` has been, and wait for it. Raises DeployError."""
    template, left_out = without_unsupported(stack)
    if not template["Resources"]:
        return Deployed({}, left_out)
    cloudformation = aws.client("cloudformation", stack.account, stack.region)
    cloudformation.create_stack(**_uploaded(aws, stack, template))
    outputs = _wait(cloudformation, stack.name, "CREATE_COMPLETE")
    for resource in template["Resources"].values():
        if resource["Type"] == "AWS::S3::Bucket" and "ObjectLockConfiguration" in resource["Properties"]:
            # The embedded CloudFormation makes the bucket without its lock.
            aws.client("s3", stack.account, stack.region).put_object_lock_configuration(
                Bucket=resource["Properties"]["BucketName"],
                ObjectLockConfiguration=resource["Properties"]["ObjectLockConfiguration"],
            )
    return Deployed(outputs, left_out)


def update(aws: EmbeddedAws, stack: Stack) -> None:
    """Bring a stack that `deploy` has made to what it is now, and wait for it. Raises DeployError."""
    template, _ = without_unsupported(stack)
    cloudformation = aws.client("cloudformation", stack.account, stack.region)
    cloudformation.update_stack(**_uploaded(aws, stack, template))
    _wait(cloudformation, stack.name, "UPDATE_COMPLETE")


def _uploaded(aws: EmbeddedAws, stack: Stack, template: Mapping[str, Any]) -> dict[str, Any]:
    """Assets and template are in their buckets; what CloudFormation is asked with."""
    bucket = _bucket(stack.account, stack.region)
    s3 = aws.client("s3", stack.account, stack.region)
    for asset in stack.assets:
        s3.put_object(Bucket=asset.bucket, Key=asset.key, Body=_zipped(asset.path))
    # A template this large must come from S3, as `cdk deploy` does it.
    s3.put_object(Bucket=bucket, Key=f"{stack.name}.json", Body=json.dumps(template))
    return {
        "StackName": stack.name,
        "TemplateURL": f"{aws.url}/{bucket}/{stack.name}.json",
        "Capabilities": ["CAPABILITY_NAMED_IAM"],
    }


def without_unsupported(stack: Stack) -> tuple[dict[str, Any], tuple[LeftOut, ...]]:
    """The template less what cannot be deployed. Raises DeployError if something else depends on that."""
    left_out = tuple(
        LeftOut(
            stack.account,
            stack.region,
            stack.name,
            logical_id,
            resource["Type"],
            resource.get("Properties", {}),
        )
        for logical_id, resource in stack.template["Resources"].items()
        if resource["Type"] in NOT_EMBEDDED
    )
    gone = {resource.logical_id for resource in left_out}
    kept = {k: _understood(v) for k, v in stack.template["Resources"].items() if k not in gone}
    for logical_id, resource in kept.items():
        if needed := gone & set(_references(resource)):
            raise DeployError(f"{stack.name}: {logical_id} depends on {sorted(needed)}, not deployed here")
    outputs = {k: v for k, v in stack.template.get("Outputs", {}).items() if not gone & set(_references(v))}
    return {**stack.template, "Resources": kept, "Outputs": outputs}, left_out


def _understood(resource: dict[str, Any]) -> dict[str, Any]:
    """A bucket's policy less the statements that the embedded AWS would read as a refusal of everything."""
    if resource["Type"] != "AWS::S3::BucketPolicy":
        return resource
    policy = resource["Properties"]["PolicyDocument"]
    statements = [each for each in policy["Statement"] if NOT_SUPPLIED not in json.dumps(each)]
    properties = {**resource["Properties"], "PolicyDocument": {**policy, "Statement": statements}}
    return {**resource, "Properties": properties}


def _bucket(account: str, region: str) -> str:
    """AWS CDK Developer Guide, "Customize AWS CDK bootstrapping": the default qualifier's name."""
    return f"cdk-hnb659fds-assets-{account}-{region}"


def _references(node: Any) -> list[str]:
    match node:
        case {"Ref": str(name)}:
            return [name]
        case {"Fn::GetAtt": [str(name), *_]}:
            return [name]
        case dict():
            found = [name for value in node.values() for name in _references(value)]
            depends = node.get("DependsOn", [])
            return found + ([depends] if isinstance(depends, str) else list(depends))
        case list():
            return [name for value in node for name in _references(value)]
        case _:
            return []


def _zipped(folder: Path) -> bytes:
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_STORED) as archive:
        for path in sorted(p for p in folder.rglob("*") if p.is_file()):
            info = zipfile.ZipInfo(str(path.relative_to(folder)), _EPOCH_OF_ZIP)
            info.external_attr = 0o644 << 16
            archive.writestr(info, path.read_bytes())
    return buffer.getvalue()


def _wait(cloudformation: Any, name: str, until: str) -> dict[str, str]:
    deadline = time.monotonic() + STACK_SECONDS
    while time.monotonic() < deadline:
        (state,) = cloudformation.describe_stacks(StackName=name)["Stacks"]
        if state["StackStatus"] == until:
            return {output["OutputKey"]: output["OutputValue"] for output in state.get("Outputs", [])}
        if not state["StackStatus"].endswith("_IN_PROGRESS") or "ROLLBACK" in state["StackStatus"]:
            raise DeployError(f"{name}: {state['StackStatus']}\n{_failures(cloudformation, name)}")
        time.sleep(0.1)
    raise DeployError(f"{name} was not {until} within {STACK_SECONDS:.0f} s")


def _failures(cloudformation: Any, name: str) -> str:
    events = cloudformation.describe_stack_events(StackName=name)["StackEvents"]
    return "\n".join(
        f"  {event['LogicalResourceId']} {event['ResourceType']}: {event['ResourceStatusReason']}"
        for event in events
        if event.get("ResourceStatusReason")
    )
