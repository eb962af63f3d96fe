"""Who may do what: no more than the capability needs, and a reason for every wildcard."""

import ast
import json
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any

import boto3
import pytest
from botocore.session import get_session
from moto import mock_aws

from functions.aws.deny_policies import DenyPolicies
from functions.leavers.deny import document
from infra.resources.grants import Grant
from tests.template.templates import (
    CAPABILITIES,
    ROOT,
    Stacks,
    Template,
    actions,
    granting,
    listed,
    named,
    of_type,
    statements,
)

REFERENCE = ROOT / "node_modules" / "@cloud-copilot" / "iam-data" / "data" / "actions"
"""AWS's Service Authorization Reference, as a package of the policy evaluator's authors."""

WRITES_ON_ANYTHING = {
    # No resource exists for it in the reference.
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    # The policy has no ARN yet; conditions on type and tag stand in its place.
    "organizations:CreatePolicy",
}


@cache
def reference(service: str) -> dict[str, Any]:
    described: dict[str, Any] = json.loads((REFERENCE / f"{service}.json").read_text())
    return described


def every_statement(stacks: Stacks) -> Iterator[dict[str, Any]]:
    for template in stacks.all().values():
        for policy in of_type(template, "AWS::IAM::Policy").values():
            yield from policy["PolicyDocument"]["Statement"]
        for role in of_type(template, "AWS::IAM::Role").values():
            for inline in role.get("Policies", []):
                yield from inline["PolicyDocument"]["Statement"]


def test_every_action_is_one_that_aws_knows(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for statement in every_statement(stacks):
            for action in listed(statement["Action"]):
                service, name = action.split(":")
                assert name.lower() in reference(service), action
                assert reference(service)[name.lower()]["name"] == name


def test_no_write_on_everything_without_a_listed_reason(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for statement in every_statement(stacks):
            if "*" not in listed(statement["Resource"]):
                continue
            for action in listed(statement["Action"]):
                service, name = action.split(":")
                level = reference(service)[name.lower()]["accessLevel"]
                assert level in ("Read", "List") or action in WRITES_ON_ANYTHING, (action, level)


def test_no_role_has_a_managed_policy_but_the_one_of_api_gateway(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for template in stacks.all().values():
            for role in of_type(template, "AWS::IAM::Role").values():
                if "ManagedPolicyArns" in role:
                    assert "AmazonAPIGatewayPushToCloudWatchLogs" in json.dumps(role["ManagedPolicyArns"])


def test_a_wildcard_needs_a_reason() -> None:
    with pytest.raises(ValueError, match="needs a reason"):
        Grant(["sqs:SendMessage"], ["arn:aws:sqs:*:*:queue"])


def test_each_function_puts_only_its_own_kind_of_event(hub: Template) -> None:
    for capability in CAPABILITIES:
        (statement,) = granting(hub, f"ostiary-{capability}", "events:PutEvents")
        source = "ostiary.okta" if capability == "hook" else "ostiary.findings"
        assert statement["Resource"] == "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"
        assert statement["Condition"] == {"ForAllValues:StringEquals": {"events:source": [source]}}


@pytest.mark.parametrize(
    ("capability", "secrets"),
    [
        ("hook", ["ostiary/hook"]),
        ("accounts", []),
        ("leavers", ["ostiary/okta"]),
        ("expiry", ["ostiary/okta"]),
        ("alerts", ["ostiary/channels"]),
    ],
)
def test_each_function_reads_its_own_secret_alone(capability: str, secrets: list[str], hub: Template) -> None:
    readable = [
        resource
        for statement in granting(hub, f"ostiary-{capability}", "secretsmanager:GetSecretValue")
        for resource in listed(statement["Resource"])
    ]
    assert readable == [
        f"arn:aws:secretsmanager:eu-west-1:222222222222:secret:{name}-??????" for name in secrets
    ]


def test_only_leavers_and_expiry_sign_as_the_okta_app(hub: Template) -> None:
    key, _ = named(hub, "AWS::KMS::Key", "KeyUsage", "SIGN_VERIFY")

    for capability in CAPABILITIES:
        granted = granting(hub, f"ostiary-{capability}", "kms:Sign")
        assert bool(granted) == (capability in ("leavers", "expiry"))
        for statement in granted:
            assert statement["Resource"] == {"Fn::GetAtt": [key, "Arn"]}


@pytest.mark.parametrize(
    ("capability", "role"),
    [("accounts", "ostiary-organization-read"), ("leavers", "ostiary-deny-policies")],
)
def test_a_function_assumes_its_role_of_the_management_account_and_no_other(
    capability: str, role: str, stacks: Stacks
) -> None:
    (statement,) = granting(stacks.hub, f"ostiary-{capability}", "sts:AssumeRole")
    assert statement["Resource"] == f"arn:aws:iam::123456789012:role/{role}"

    # And that role trusts this function alone, not its whole account
    _, made = named(stacks.organization, "AWS::IAM::Role", "RoleName", role)
    (trust,) = made["AssumeRolePolicyDocument"]["Statement"]
    assert ":iam::222222222222:root" in json.dumps(trust["Principal"])
    assert trust["Action"] == "sts:AssumeRole"
    assert trust["Condition"] == {
        "ArnLike": {
            "aws:PrincipalArn": [
                f"arn:aws:iam::222222222222:role/ostiary-{capability}",
                f"arn:aws:sts::222222222222:assumed-role/ostiary-{capability}/*",
            ]
        }
    }


@pytest.mark.parametrize("capability", ["hook", "expiry", "alerts"])
def test_the_others_assume_no_role(capability: str, hub: Template) -> None:
    assert "sts:AssumeRole" not in actions(hub, f"ostiary-{capability}")


def test_the_read_role_changes_nothing(stacks: Stacks) -> None:
    for action in actions(stacks.organization, "ostiary-organization-read"):
        service, name = action.split(":")
        assert reference(service)[name.lower()]["accessLevel"] in ("Read", "List")


def test_the_deny_role_changes_only_policies_that_bear_its_tag(stacks: Stacks) -> None:
    policy = "arn:aws:organizations::123456789012:policy/o-*/service_control_policy/p-*"
    made = "ostiary-deny-policies"

    for action in ("organizations:UpdatePolicy", "organizations:AttachPolicy"):
        on_policies = [
            s for s in granting(stacks.organization, made, action) if ":policy/" in json.dumps(s["Resource"])
        ]
        for statement in on_policies:
            assert statement["Resource"] == policy
            assert statement["Condition"]["StringEquals"] == {
                "organizations:PolicyType": "SERVICE_CONTROL_POLICY",
                "aws:ResourceTag/ostiary:managed": "deny-policy",
            }
    for action in ("organizations:CreatePolicy", "organizations:TagResource"):
        (statement,) = granting(stacks.organization, made, action)
        assert statement["Condition"]["StringEquals"] == {
            "organizations:PolicyType": "SERVICE_CONTROL_POLICY",
            "aws:RequestTag/ostiary:managed": "deny-policy",
        }


def test_the_deny_role_takes_no_policy_away(stacks: Stacks) -> None:
    allowed = actions(stacks.organization, "ostiary-deny-policies")

    assert not {name for name in allowed if "Detach" in name or "Delete" in name or "Untag" in name}


def test_of_other_accounts_only_management_may_send_and_only_awss_events(hub: Template) -> None:
    (policy,) = of_type(hub, "AWS::Events::EventBusPolicy").values()

    statement = policy["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert statement["Action"] == "events:PutEvents"
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {
            "events:source": ["aws.organizations", "aws.controltower", "aws.health"]
        }
    }


def test_forwarding_role_can_only_put_on_the_hubs_bus(stacks: Stacks) -> None:
    (statement,) = statements(stacks.organization, "ostiary-forward")

    assert statement["Action"] == "events:PutEvents"
    assert statement["Resource"] == "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"


SERVICES = {
    "mypy_boto3_organizations": ("organizations", "organizations"),
    "mypy_boto3_sso_admin": ("sso-admin", "sso"),
    "mypy_boto3_identitystore": ("identitystore", "identitystore"),
}
"""Typed client's package: boto3's name, IAM's prefix. Those that no stand-in authorizes."""


@cache
def client(service: str) -> Any:
    return get_session().create_client(service, region_name="us-east-1")


def calls_of(path: Path) -> Iterator[str]:
    """IAM actions behind the client calls of a gateway module."""
    tree = ast.parse(path.read_text())
    imported = {node.module for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)}
    for package in imported & SERVICES.keys():
        service, prefix = SERVICES[str(package)]
        names = client(service).meta.method_to_api_mapping
        for node in ast.walk(tree):
            called = node.attr if isinstance(node, ast.Attribute) else getattr(node, "value", None)
            if isinstance(called, str) and called in names:
                yield f"{prefix}:{names[called]}"


GATEWAYS = [p for p in sorted((ROOT / "functions").rglob("*.py")) if set(calls_of(p))]


@pytest.mark.parametrize("path", GATEWAYS, ids=lambda path: path.stem)
def test_what_the_gateways_call_is_granted(path: Path, stacks: Stacks) -> None:
    granted: set[str] = set()
    for capability in CAPABILITIES:
        granted |= actions(stacks.hub, f"ostiary-{capability}")
    for role in ("ostiary-organization-read", "ostiary-deny-policies"):
        granted |= actions(stacks.organization, role)

    assert set(calls_of(path)) <= granted


@mock_aws
def test_the_gateway_gives_a_new_deny_policy_the_tag_that_its_role_asks_for() -> None:
    # Given an organization without a deny policy
    organizations = boto3.client("organizations", region_name="us-east-1")
    organizations.create_organization(FeatureSet="ALL")
    (root,) = organizations.list_roots()["Roots"]
    organizations.enable_policy_type(RootId=root["Id"], PolicyType="SERVICE_CONTROL_POLICY")

    # When the first one is written
    gateway = DenyPolicies(organizations, sleep=lambda _seconds: None)
    gateway.bring(1, document([]), gateway.contents(1)[0])

    # Then it bears the tag, and so may be updated and attached
    policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
    (made,) = [policy for policy in policies if policy["Name"].startswith("ostiary-")]
    tags = organizations.list_tags_for_resource(ResourceId=made["Id"])["Tags"]
    assert tags == [{"Key": "ostiary:managed", "Value": "deny-policy"}]
