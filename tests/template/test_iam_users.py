"""IAM users: what CloudTrail tells of them reaches the hub, from members by a template of their own."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from aws_cdk import App, Stack
from aws_cdk.assertions import Template as Synthesized
from cfnlint.api import lint_all  # type: ignore[import-untyped]  # cfn-lint brings no types
from cfnlint.decode import decode  # type: ignore[import-untyped]  # as above
from moto.events.models import EventPattern

from functions.expiry.iam import ENDED, MADE
from infra.config import Deployment
from infra.patterns import IAM_USER_EVENTS
from infra.resources.bus import Bus
from tests.template.templates import CONTEXT, ROOT, Stacks, Template, named, of_type
from tests.template.test_lint import NOT_OURS_TO_MEND

FORWARD = ROOT / "docs" / "forward-iam-users.yaml"
SAMPLES = sorted((ROOT / "events" / "aws").glob("*.json"))
OF_IAM = {"create-user", "create-access-key", "create-login-profile", "delete-access-key"}


@pytest.fixture(scope="module")
def member() -> dict[str, Any]:
    template, problems = decode(str(FORWARD))
    assert problems == []
    return cast(dict[str, Any], template["Resources"])


def test_cfn_lint_is_silent_about_the_members_template() -> None:
    assert [
        str(match) for match in lint_all(FORWARD.read_text()) if match.rule.id not in NOT_OURS_TO_MEND
    ] == []


def test_the_rules_name_what_the_function_reads() -> None:
    assert (*MADE, *ENDED) == IAM_USER_EVENTS


def test_a_member_forwards_what_the_hub_listens_to(member: dict[str, Any], hub: Template) -> None:
    _, rule = named(hub, "AWS::Events::Rule", "Name", "ostiary-expiry-iam")
    assert member["Rule"]["Properties"]["EventPattern"] == rule["EventPattern"]


@pytest.mark.parametrize("path", SAMPLES, ids=lambda path: path.stem)
def test_a_member_forwards_iams_events_and_no_other(path: Path, member: dict[str, Any]) -> None:
    pattern = EventPattern.load(json.dumps(member["Rule"]["Properties"]["EventPattern"]))
    assert pattern.matches_event(json.loads(path.read_text())) is (path.stem in OF_IAM)


def test_a_call_that_aws_refused_starts_nothing(hub: Template) -> None:
    _, rule = named(hub, "AWS::Events::Rule", "Name", "ostiary-expiry-iam")
    event = json.loads((ROOT / "events/aws/create-user.json").read_text())
    event["detail"]["errorCode"] = "AccessDenied"
    assert not EventPattern.load(json.dumps(rule["EventPattern"])).matches_event(event)


def test_members_are_let_in_only_where_the_organization_is_named(stacks: Stacks) -> None:
    (policy,) = of_type(stacks.hub, "AWS::Events::EventBusPolicy").values()
    assert policy["StatementId"] == "ostiary-management-account"


def test_members_may_tell_of_iam_and_of_nothing_else() -> None:
    """Given the organization is named, its accounts get in, with events of one source that only AWS has."""
    stack = Stack(App(analytics_reporting=False), "hub")
    Bus(stack, "Bus", Deployment.read({**CONTEXT, "organization_id": "o-a1b2c3d4e5"}.get))
    policies = Synthesized.from_stack(stack).find_resources("AWS::Events::EventBusPolicy").values()
    made = {policy["Properties"]["StatementId"]: policy["Properties"] for policy in policies}
    members = made["ostiary-member-accounts"]
    statement = members["Statement"]
    assert (statement["Principal"], statement["Action"]) == ({"AWS": "*"}, "events:PutEvents")
    assert statement["Condition"] == {
        "StringEquals": {"aws:PrincipalOrgID": "o-a1b2c3d4e5"},
        "ForAllValues:StringEquals": {"events:source": ["aws.iam"]},
        "Null": {"events:source": "false"},
    }
