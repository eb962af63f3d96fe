"""The app: three stacks for two accounts, or for one."""

import os
import sys
from pathlib import Path

from aws_cdk import App, AssetHashType, IgnoreMode
from aws_cdk import aws_lambda as lambda_
from aws_cdk.cx_api import CloudAssembly

from functions.policy import AccessPolicy, PolicyError, load
from infra.bundle import ROOT, BundleError, bundle
from infra.config import Deployment
from infra.context_keys import ConfigError
from infra.hub import HubStack
from infra.organization import OrganizationStack
from infra.permission_sets import PermissionSetsStack

TEMPLATE_BYTES = 1_000_000
"""AWS CloudFormation User Guide, "Understand CloudFormation quotas": a template read from S3 has 1 MB."""


def build(app: App, deployment: Deployment, policy: AccessPolicy, functions: Path) -> None:
    """Put the stacks into `app`; `functions` is the directory that the functions run from.

    No stack reads another's outputs. Yet the organization's comes before the permission sets': these are
    provisioned with policies that must exist, and EventBridge refuses a rule whose role it cannot assume. The
    hub's comes first of all, in an account of its own perhaps, so only docs/deployment.md says so.
    """
    organization = OrganizationStack(app, deployment, policy)
    PermissionSetsStack(app, deployment, policy).add_stack_dependency(
        organization, "the role ostiary-forward, and the policies that deny leavers in the management account"
    )
    # The directory's name is the hash of what is in it, so nobody needs to read it through again.
    code = lambda_.Code.from_asset(
        str(functions),
        asset_hash=functions.name,
        asset_hash_type=AssetHashType.CUSTOM,
        exclude=["**/__pycache__"],
        ignore_mode=IgnoreMode.GLOB,
    )
    HubStack(app, deployment, code)


def main() -> int:
    """Synthesize as the context says. What is wrong goes to standard error, a line each; then it is 1."""
    app = App(analytics_reporting=False)
    try:
        deployment = Deployment.read(app.node.try_get_context)
        policy = load(_relative(ROOT / deployment.policy_file), int(deployment.deny_management_policies))
        functions = bundle(policy.to_json(), deployment.bundle_platform)
    except (ConfigError, PolicyError, BundleError) as error:
        print(error, file=sys.stderr)
        return 1
    build(app, deployment, policy, functions)
    large = too_large(app.synth())
    print(*large, sep="\n", end="\n" if large else "", file=sys.stderr)
    return 1 if large else 0


def too_large(assembly: CloudAssembly) -> list[str]:
    """A sentence for each stack whose template CloudFormation would refuse."""
    sizes = {stack.stack_name: Path(stack.template_full_path).stat().st_size for stack in assembly.stacks}
    return [
        f"{name}: the template has {size:,} bytes and CloudFormation takes {TEMPLATE_BYTES:,}; long inline "
        "policies of permission sets are better customer managed policies."
        for name, size in sizes.items()
        if size > TEMPLATE_BYTES
    ]


def _relative(path: Path) -> Path:
    """As a person would name it from where they stand."""
    return Path(os.path.relpath(path))
