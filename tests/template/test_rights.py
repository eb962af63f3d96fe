"""Who may do what: no more than the capability needs, and a reason for every wildcard."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from infra.resources.grants import Grant
from tests.template.reference import known, level
from tests.template.templates import (
    CAPABILITIES,
    Stacks,
    Template,
    granting,
    listed,
    named,
    of_type,
    statements,
)

WRITES_ON_ANYTHING = {
    # No resource exists for it in the reference.
    "xray:PutTraceSegments",
    "xray:PutTelemetryRecords",
    # The policy has no ARN yet; conditions on type and tag stand in its place.
    "organizations:CreatePolicy",
}


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
                assert known(action), action


def test_no_write_on_everything_without_a_listed_reason(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        for statement in every_statement(stacks):
            if "*" not in listed(statement["Resource"]):
                continue
            for action in listed(statement["Action"]):
                assert level(action) in ("Read", "List") or action in WRITES_ON_ANYTHING, action


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
    assert not granting(hub, "ostiary-audit", "events:PutEvents")
    for capability in set(CAPABILITIES) - {"audit"}:
        (statement,) = granting(hub, f"ostiary-{capability}", "events:PutEvents")
        sources = {
            "hook": ["ostiary.okta"],
            "catchup": ["ostiary.okta", "ostiary.findings"],
            "accounts": ["ostiary.findings", "ostiary.accounts"],
            "reconcile": ["ostiary.findings", "ostiary.accounts"],
        }
        assert statement["Resource"] == "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"
        assert statement["Condition"] == {
            "ForAllValues:StringEquals": {"events:source": sources.get(capability, ["ostiary.findings"])}
        }


@pytest.mark.parametrize(
    ("capability", "secrets"),
    [
        ("hook", ["ostiary/hook"]),
        ("catchup", ["ostiary/okta"]),
        ("rotate", ["ostiary/hook", "ostiary/okta"]),
        ("accounts", []),
        ("reconcile", []),
        ("leavers", ["ostiary/okta"]),
        ("audit", []),
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


def test_the_watch_reads_who_trusts_what_and_never_writes_it(hub: Template) -> None:
    """Whoever could write it could silence the page about a certificate that Identity Center never had."""
    table, _ = named(hub, "AWS::DynamoDB::Table", "TableName", "ostiary-trust")
    for capability in CAPABILITIES:
        for statement in statements(hub, f"ostiary-{capability}"):
            if table in json.dumps(statement["Resource"]):
                assert (capability, listed(statement["Action"])) == ("expiry", ["dynamodb:Query"])


def test_the_scim_secret_is_readable_only_where_one_is_named(shapes: dict[str, Stacks]) -> None:
    for stacks in shapes.values():
        granted = granting(stacks.hub, "ostiary-expiry", "secretsmanager:GetSecretValue")
        assert "ostiary/scim" not in json.dumps(granted)


def test_only_who_calls_okta_signs_as_the_okta_app(hub: Template) -> None:
    key, _ = named(hub, "AWS::KMS::Key", "KeyUsage", "SIGN_VERIFY")

    for capability in CAPABILITIES:
        granted = granting(hub, f"ostiary-{capability}", "kms:Sign")
        assert bool(granted) == (capability in ("catchup", "rotate", "leavers", "expiry"))
        for statement in granted:
            assert statement["Resource"] == {"Fn::GetAtt": [key, "Arn"]}


def test_of_other_accounts_only_management_may_send_and_only_awss_events(hub: Template) -> None:
    (policy,) = of_type(hub, "AWS::Events::EventBusPolicy").values()

    statement = policy["Statement"]
    assert statement["Principal"] == {"AWS": "arn:aws:iam::123456789012:root"}
    assert statement["Action"] == "events:PutEvents"
    assert statement["Condition"] == {
        "ForAllValues:StringEquals": {
            "events:source": [
                "aws.organizations",
                "aws.account",
                "aws.cloudformation",
                "aws.controltower",
                "aws.health",
                "aws.signin",
                "aws.sso",
                "aws.sso-directory",
                "aws.identitystore",
                "aws.identitystore-scim",
                "aws.iam",
            ]
        }
    }


def test_forwarding_role_can_only_put_on_the_hubs_bus(stacks: Stacks) -> None:
    (statement,) = statements(stacks.organization, "ostiary-forward")

    assert statement["Action"] == "events:PutEvents"
    assert statement["Resource"] == "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"
