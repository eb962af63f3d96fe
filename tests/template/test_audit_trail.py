"""The audit trail: who may put an entry, what nobody may do, and what `leavers` may do to the ledger.

An independent evaluator judges the synthesized policies; nothing of this project's own has a say in it.
"""

from collections.abc import Mapping
from typing import Any

import pytest
from aws_cdk import App

from functions.policy import load
from infra.app import build
from infra.config import Deployment
from sandbox.evaluator import judged
from tests.template.templates import (
    CONTEXT,
    ROOT,
    Stacks,
    Template,
    actions,
    alarms_on,
    granting,
    listed,
    named,
    of_type,
    refers_to,
    statements,
)

ACCOUNT = "222222222222"
NAME = f"ostiary-audit-{ACCOUNT}-eu-west-1"
ENTRY = f"arn:aws:s3:::{NAME}/people/okta:00u1/1.json"
TAKING = (
    "s3:DeleteObject",
    "s3:DeleteObjectVersion",
    "s3:BypassGovernanceRetention",
    "s3:PutObjectRetention",
    "s3:PutObjectLegalHold",
)
ONCE = {"s3:if-none-match": "*"}


def policy_of_the_bucket(hub: Template) -> Any:
    bucket, _ = named(hub, "AWS::S3::Bucket", "BucketName", NAME)
    (found,) = [p for p in of_type(hub, "AWS::S3::BucketPolicy").values() if refers_to(p["Bucket"], bucket)]
    own = [s for s in found["PolicyDocument"]["Statement"] if "Sid" in s]
    return {"Version": "2012-10-17", "Statement": own}


def verdict_on(
    hub: Template, role: str, action: str, resource: str, context: Mapping[str, str] | None = None
) -> str:
    """Of a call by a role, under its own policies (or any right there is) and the bucket's."""
    ours = role.startswith("ostiary-")
    allowed = [s for s in statements(hub, role) if NAME in str(s["Resource"])] if ours else []
    everything = {"Effect": "Allow", "Action": "*", "Resource": "*"}
    none = {"Effect": "Allow", "Action": "sts:GetCallerIdentity", "Resource": "*"}
    own = allowed or [none if ours else everything]
    (found,) = judged(
        [
            {
                "request": {
                    "principal": f"arn:aws:sts::{ACCOUNT}:assumed-role/{role}/session",
                    "action": action,
                    "resource": {"resource": resource, "accountId": ACCOUNT},
                    "contextVariables": {
                        "aws:PrincipalArn": f"arn:aws:iam::{ACCOUNT}:role/{role}",
                        **(context or {}),
                    },
                },
                "identityPolicies": [{"name": "own", "policy": {"Version": "2012-10-17", "Statement": own}}],
                "serviceControlPolicies": [],
                "resourceControlPolicies": [],
                "resourcePolicy": policy_of_the_bucket(hub),
            }
        ]
    )
    return found


def test_the_audit_function_adds_entries_and_does_nothing_else_with_the_bucket(hub: Template) -> None:
    assert verdict_on(hub, "ostiary-audit", "s3:PutObject", ENTRY, ONCE) == "Allowed"
    # Without the condition it would put a newer version over what is there.
    assert verdict_on(hub, "ostiary-audit", "s3:PutObject", ENTRY) == "ExplicitlyDenied"
    elsewhere = f"arn:aws:s3:::{NAME}/elsewhere"
    assert verdict_on(hub, "ostiary-audit", "s3:PutObject", elsewhere, ONCE) != "Allowed"
    assert {a for a in actions(hub, "ostiary-audit") if a.startswith("s3:")} == {"s3:PutObject"}


@pytest.mark.parametrize("action", [*TAKING, "s3:PutObject"])
def test_not_even_an_administrator_takes_away_or_writes(action: str, hub: Template) -> None:
    assert verdict_on(hub, "Administrator", action, ENTRY, ONCE) == "ExplicitlyDenied"


def test_an_administrator_reads_and_only_a_deployment_sets_the_lock(hub: Template) -> None:
    bucket, action = f"arn:aws:s3:::{NAME}", "s3:PutBucketObjectLockConfiguration"
    deployer = f"cdk-hnb659fds-cfn-exec-role-{ACCOUNT}-eu-west-1"

    assert verdict_on(hub, "Administrator", "s3:GetObjectVersion", ENTRY) == "Allowed"
    assert verdict_on(hub, "Administrator", action, bucket) == "ExplicitlyDenied"
    assert verdict_on(hub, deployer, action, bucket) == "Allowed"


def test_no_other_function_has_any_right_on_the_bucket(hub: Template) -> None:
    for role in of_type(hub, "AWS::IAM::Role").values():
        if str(role.get("RoleName", "")).startswith("ostiary-") and role["RoleName"] != "ostiary-audit":
            assert not {a for a in actions(hub, role["RoleName"]) if a.startswith("s3:")}, role["RoleName"]


def test_entries_are_locked_from_the_moment_they_are_written(hub: Template) -> None:
    logical_id, bucket = named(hub, "AWS::S3::Bucket", "BucketName", NAME)

    assert bucket["ObjectLockEnabled"] is True
    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {
        "Days": 400,
        "Mode": "COMPLIANCE",
    }
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    assert set(bucket["PublicAccessBlockConfiguration"].values()) == {True}
    (rule,) = bucket["BucketEncryption"]["ServerSideEncryptionConfiguration"]
    # A key that can be deleted would be a way to destroy what cannot be.
    assert rule["ServerSideEncryptionByDefault"] == {"SSEAlgorithm": "AES256"}
    assert hub["Resources"][logical_id]["DeletionPolicy"] == "Retain"


def test_the_bucket_and_its_guard_outlive_the_stack_and_refuse_plain_http(hub: Template) -> None:
    ((logical_id, policy),) = of_type(hub, "AWS::S3::BucketPolicy").items()

    assert hub["Resources"][logical_id]["DeletionPolicy"] == "Retain"
    plain = [s for s in policy["PolicyDocument"]["Statement"] if "Bool" in s.get("Condition", {})]
    assert [s["Condition"] for s in plain] == [{"Bool": {"aws:SecureTransport": "false"}}]
    assert (plain[0]["Effect"], plain[0]["Action"]) == ("Deny", "s3:*")


def test_how_long_and_how_firmly_is_the_deployers_choice(tmp_path: Any, bundle_stub: Any) -> None:
    chosen = {"audit_retention_mode": "GOVERNANCE", "audit_retention_days": "30"}
    app = App(analytics_reporting=False, context={**CONTEXT, **chosen}, outdir=str(tmp_path))
    build(app, Deployment.read(app.node.try_get_context), load(ROOT / "access.yaml"), bundle_stub)
    app.synth()

    _, bucket = named(Stacks.read(tmp_path).hub, "AWS::S3::Bucket", "BucketName", NAME)

    assert bucket["ObjectLockConfiguration"]["Rule"]["DefaultRetention"] == {"Days": 30, "Mode": "GOVERNANCE"}


def test_every_change_of_a_revocation_reaches_the_function_or_rings(hub: Template) -> None:
    table, ledger = named(hub, "AWS::DynamoDB::Table", "TableName", "ostiary-ledger")
    function, _ = named(hub, "AWS::Lambda::Function", "FunctionName", "ostiary-audit")
    dead, _ = named(hub, "AWS::SQS::Queue", "QueueName", "ostiary-audit-dlq")
    (stream,) = [
        m
        for m in of_type(hub, "AWS::Lambda::EventSourceMapping").values()
        if refers_to(m["EventSourceArn"], table)
    ]

    assert ledger["StreamSpecification"] == {"StreamViewType": "NEW_AND_OLD_IMAGES"}
    assert refers_to(stream["FunctionName"], function)
    # Nothing that was written before the mapping was ready is skipped
    assert stream["StartingPosition"] == "TRIM_HORIZON"
    assert stream["FunctionResponseTypes"] == ["ReportBatchItemFailures"]
    assert stream["BisectBatchOnFunctionError"] is True
    assert refers_to(stream["DestinationConfig"]["OnFailure"]["Destination"], dead)
    # Given up long before the stream itself forgets, which is after 24 hours
    assert stream["MaximumRecordAgeInSeconds"] == 12 * 3600
    (behind,) = alarms_on(hub, "IteratorAge")
    assert (behind["Threshold"], behind["AlarmName"]) == (15 * 60 * 1000, "ostiary-audit-behind")


def test_the_stream_is_read_by_the_audit_function_alone(hub: Template) -> None:
    for role in of_type(hub, "AWS::IAM::Role").values():
        name = str(role.get("RoleName", ""))
        if name.startswith("ostiary-") and granting(hub, name, "dynamodb:GetRecords"):
            assert name == "ostiary-audit"
    reading = ("DescribeStream", "GetRecords", "GetShardIterator", "ListStreams")
    allowed = {a for a in actions(hub, "ostiary-audit") if a.startswith("dynamodb:")}
    assert allowed == {f"dynamodb:{action}" for action in reading}
    (read,) = granting(hub, "ostiary-audit", "dynamodb:GetRecords")
    assert listed(read["Resource"])[0]["Fn::GetAtt"][1] == "StreamArn"
