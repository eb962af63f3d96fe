"""The synthesized templates go in as they are, less what the embedded AWS cannot deploy."""

from pathlib import Path
from typing import Any

import pytest

from sandbox.assembly import Stack
from sandbox.deploy import NOT_EMBEDDED, NOT_SUPPLIED, DeployError, without_unsupported

POLICY = {"Type": "AWS::Events::EventBusPolicy", "Properties": {"EventBusName": {"Ref": "Bus"}}}
BUS = {"Type": "AWS::Events::EventBus", "Properties": {"Name": "ostiary"}}


def stack(resources: dict[str, Any]) -> Stack:
    return Stack(
        "hub", "222222222222", "eu-west-1", {"Resources": resources, "Outputs": {"A": {"Value": 1}}}, ()
    )


def test_what_can_be_deployed_is_untouched() -> None:
    """Given only deployable resources, the template is the synthesized one."""
    given = stack({"Bus": BUS})
    template, left_out = without_unsupported(given)
    assert template == given.template
    assert left_out == ()


def test_what_is_left_out_is_named() -> None:
    """Given a bus policy, it is left out and returned with its stack, name and properties."""
    template, (left,) = without_unsupported(stack({"Bus": BUS, "Policy": POLICY}))
    assert template["Resources"] == {"Bus": BUS}
    assert (left.stack, left.logical_id, left.type) == ("hub", "Policy", "AWS::Events::EventBusPolicy")
    assert left.properties == POLICY["Properties"]


@pytest.mark.parametrize(
    "dependent",
    [
        {"Type": "T", "Properties": {"Deep": [{"Name": {"Ref": "Policy"}}]}},
        {"Type": "T", "Properties": {"Arn": {"Fn::GetAtt": ["Policy", "Arn"]}}},
        {"Type": "T", "DependsOn": ["Policy"]},
        {"Type": "T", "DependsOn": "Policy"},
    ],
)
def test_nothing_may_lean_on_what_is_left_out(dependent: dict[str, Any]) -> None:
    """Given a resource that needs one that is left out, deployment stops and names both."""
    with pytest.raises(DeployError, match=r"Needy depends on \['Policy'\]"):
        without_unsupported(stack({"Policy": POLICY, "Needy": dependent}))


def test_a_buckets_policy_goes_in_less_what_would_refuse_everybody() -> None:
    """Given a statement on a key that the embedded AWS does not supply, it alone is left out."""
    kept = {"Sid": "NobodyTakesAway", "Effect": "Deny", "Action": ["s3:DeleteObject"]}
    left = {"Sid": "NothingIsWrittenOver", "Effect": "Deny", "Condition": {"Null": {NOT_SUPPLIED: "true"}}}
    policy = {
        "Type": "AWS::S3::BucketPolicy",
        "Properties": {"Bucket": "trail", "PolicyDocument": {"Statement": [kept, left]}},
    }

    template, left_out = without_unsupported(stack({"Policy": policy}))

    assert template["Resources"]["Policy"]["Properties"] == {
        "Bucket": "trail",
        "PolicyDocument": {"Statement": [kept]},
    }
    assert left_out == ()


def test_the_docs_list_what_is_not_deployed() -> None:
    """Whoever reads docs/sandbox.md knows each type and who plays its part."""
    docs = (Path(__file__).parents[3] / "docs/sandbox.md").read_text()
    for name, instead in NOT_EMBEDDED.items():
        assert f"| `{name}` | {instead} |" in docs
    assert NOT_SUPPLIED in docs
