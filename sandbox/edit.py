"""An edit of access.yaml, deployed into a world that runs: as `cdk deploy` and CloudFormation do it."""

import json
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

from functions.policy import load
from infra import names
from infra.bundle import bundle
from sandbox.assembly import Stack
from sandbox.courier import Courier
from sandbox.deploy import update
from sandbox.world import ROOT, World

_SAMPLE = ROOT / "events/aws/stack-status-change.json"


def deploy_policy(world: World, access_yaml: Path) -> None:
    """Bring the hub to another access policy. Raises PolicyError where `cdk synth` would refuse it."""
    deploy_hub(world, with_policy(world.stacks[names.HUB], load(access_yaml).to_json()))


def deploy_hub(world: World, stack: Stack) -> None:
    """Update the hub, and tell of each state that its stack came to. Raises DeployError."""
    cloudformation = world.hub_client("cloudformation")
    before = len(_states(cloudformation))
    update(world.aws, stack)
    courier = Courier(world.aws, world.shape.hub_account, world.shape.hub_region, world.left_out)
    for state in _states(cloudformation)[before:]:
        courier.deliver(status_change(state))


def with_policy(hub: Stack, access_policy: str) -> Stack:
    """The hub as it is synthesized with another policy (JSON): the policy is in the functions' bundle and
    nowhere else (infra.hub.HubStack is given no policy), so of the template only the asset's key is
    another."""
    (asset,) = hub.assets
    made = bundle(access_policy, "local")
    key = f"{made.name}.zip"
    template = json.loads(json.dumps(hub.template).replace(asset.key, key))
    return replace(hub, template=template, assets=(replace(asset, path=made, key=key),))


def status_change(state: Mapping[str, Any]) -> dict[str, Any]:
    """CloudFormation's event of a state, as its stack events describe it."""
    stack_id = state["StackId"]
    _, _, _, region, account, _ = stack_id.split(":", 5)
    envelope: dict[str, Any] = json.loads(_SAMPLE.read_text())
    moment = datetime.now(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    envelope |= {"id": str(uuid4()), "time": moment, "account": account, "region": region}
    envelope |= {"resources": [stack_id]}
    reason = state.get("ResourceStatusReason", "")
    status = {"status": state["ResourceStatus"], "status-reason": reason}
    envelope["detail"] |= {"stack-id": stack_id, "status-details": status}
    return envelope


def _states(cloudformation: Any) -> list[Mapping[str, Any]]:
    """What the hub's stack itself came to, oldest first."""
    pages = cloudformation.get_paginator("describe_stack_events").paginate(StackName=names.HUB)
    found = [event for page in pages for event in page["StackEvents"]]
    return [e for e in reversed(found) if e["PhysicalResourceId"] == e["StackId"]]
