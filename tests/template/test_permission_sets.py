"""Permission sets as CloudFormation gets them: every field, within its limits; those used in the management
account with the policies that deny leavers there."""

import json
from pathlib import Path
from typing import Any

import pytest
from aws_cdk import App

from functions.policy import loads
from functions.policy.permission_sets import MOST_SETS
from infra.app import too_large
from infra.config import Deployment
from infra.permission_sets import PermissionSetsStack
from tests.template.templates import CONTEXT, of_type

DENIES = [f"ostiary-deny-leavers-{number}" for number in range(1, 5)]

POLICY = """
permission_sets:
  Anywhere: {managed: [PowerUserAccess]}
  Home: {managed: [Billing], customer_managed: [{name: Limits, path: /finance/}]}
  Patterned: {managed: [SecurityAudit]}
  Unused: {managed: [AdministratorAccess]}
grants:
  - {group: developers, permission_set: Anywhere, accounts: all}
  - {group: finance, permission_set: Home, accounts: management}
  - {groups: "aws-*-auditors", permission_set: Patterned, accounts: management}
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """The permission sets of a policy that marks some for the management account, by name."""
    app = App(
        analytics_reporting=False, context=CONTEXT, outdir=str(tmp_path_factory.mktemp("permission-sets"))
    )
    PermissionSetsStack(app, Deployment.read(app.node.try_get_context), loads(POLICY))
    assembly = app.synth()
    template = assembly.stacks[0].template
    found = of_type(template, "AWS::SSO::PermissionSet").values()
    return {properties["Name"]: properties for properties in found}


def references(permission_set: dict[str, Any]) -> list[tuple[str, str]]:
    listed = permission_set.get("CustomerManagedPolicyReferences", [])
    return [(each["Name"], each["Path"]) for each in listed]


def test_one_used_in_the_management_account_carries_the_deny(made: dict[str, dict[str, Any]]) -> None:
    assert references(made["Patterned"]) == [(deny, "/") for deny in DENIES]


def test_beside_its_own_policies_not_in_their_place(made: dict[str, dict[str, Any]]) -> None:
    assert references(made["Home"]) == [("Limits", "/finance/"), *((deny, "/") for deny in DENIES)]


def test_where_a_group_s_name_may_choose_the_set_each_of_them_does() -> None:
    chosen = loads(
        "permission_sets: {A: {}, B: {}}\ngrants:\n"
        '  - {groups: "home-{permission_set}", accounts: management}\n'
    )
    assert chosen.used_in_management() == set(chosen.permission_sets)


@pytest.mark.parametrize("name", ["Anywhere", "Unused"])
def test_one_used_elsewhere_alone_does_not_for_member_accounts_have_no_such_policy(
    made: dict[str, dict[str, Any]], name: str
) -> None:
    assert references(made[name]) == []


def synthesized(policy: str, directory: Path) -> Any:
    """The assembly of this policy's stack alone."""
    app = App(analytics_reporting=False, context=CONTEXT, outdir=str(directory))
    PermissionSetsStack(app, Deployment.read(app.node.try_get_context), loads(policy))
    return app.synth()


def test_every_field_reaches_cloudformation(tmp_path: Path) -> None:
    """Given every field, the resource has each, as AWS::SSO::PermissionSet calls it."""
    policy = """
permission_sets:
  Whole:
    description: Query the lake
    managed: [ViewOnlyAccess, PowerUserAccess]
    customer_managed: [lake-readers, {name: masking, path: /data/}]
    inline: {Version: "2012-10-17", Statement: []}
    boundary: {customer_managed: {name: ceiling, path: /data/}}
    session: 90m
    relay_state: https://console.aws.amazon.com/athena/home
    tags: {cost-center: "42"}
  Bounded: {boundary: PowerUserAccess}
"""
    template = synthesized(policy, tmp_path).stacks[0].template
    sets = of_type(template, "AWS::SSO::PermissionSet")
    assert sets["PermissionSetWhole"] == {
        "InstanceArn": CONTEXT["instance_arn"],
        "Name": "Whole",
        "Description": "Query the lake",
        "ManagedPolicies": [
            "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess",
            "arn:aws:iam::aws:policy/PowerUserAccess",
        ],
        "CustomerManagedPolicyReferences": [
            {"Name": "lake-readers", "Path": "/"},
            {"Name": "masking", "Path": "/data/"},
        ],
        "InlinePolicy": {"Version": "2012-10-17", "Statement": []},
        "PermissionsBoundary": {"CustomerManagedPolicyReference": {"Name": "ceiling", "Path": "/data/"}},
        "SessionDuration": "PT1H30M",
        "RelayStateType": "https://console.aws.amazon.com/athena/home",
        "Tags": [{"Key": "cost-center", "Value": "42"}],
    }
    assert sets["PermissionSetBounded"]["PermissionsBoundary"] == {
        "ManagedPolicyArn": "arn:aws:iam::aws:policy/PowerUserAccess"
    }


def test_as_many_permission_sets_as_are_accepted_fit_into_the_stack(tmp_path: Path) -> None:
    """Given the most permission sets that `validate` lets through, resources and outputs keep the quota."""
    sets = {f"Set{number}": {"managed": "ViewOnlyAccess"} for number in range(MOST_SETS)}
    template = synthesized(json.dumps({"permission_sets": sets}), tmp_path).stacks[0].template
    assert len(of_type(template, "AWS::SSO::PermissionSet")) == MOST_SETS
    assert len(template["Resources"]) <= 500
    assert len(template.get("Outputs", {})) <= 200


def test_names_that_differ_in_signs_alone_are_two_resources(tmp_path: Path) -> None:
    """Given Read-Only after ReadOnly, both are there, and the first keeps its logical id: another one
    would delete the permission set and make it anew."""
    before = synthesized("permission_sets: {ReadOnly: {}}", tmp_path / "before").stacks[0].template
    after = (
        synthesized("permission_sets: {ReadOnly: {}, Read-Only: {}}", tmp_path / "after").stacks[0].template
    )
    was, is_ = (of_type(template, "AWS::SSO::PermissionSet") for template in (before, after))
    assert {p["Name"] for p in is_.values()} == {"ReadOnly", "Read-Only"}
    assert is_.items() >= was.items()
    assert set(was) == {"PermissionSetReadOnly"}


def test_a_template_that_cloudformation_would_refuse_is_told(tmp_path: Path) -> None:
    """Given many long inline policies, the stack, its size and the way out are told before a deployment."""
    action = ["s3:GetObject" + "x" * 88] * 90
    inline = {"Statement": [{"Effect": "Deny", "Action": action, "Resource": "*"}]}
    sets = {f"Set{number}": {"inline": inline} for number in range(110)}
    assert too_large(synthesized("permission_sets: {A: {}}", tmp_path / "small")) == []
    (told,) = too_large(synthesized(json.dumps({"permission_sets": sets}), tmp_path / "large"))
    assert told.startswith("ostiary-permission-sets: the template has 1,")
