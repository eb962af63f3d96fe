"""The deny in the management account: IAM policies there, as IAM really keeps them."""

import json
from typing import TYPE_CHECKING

import boto3
import pytest

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.management_deny import NOBODY, VERSIONS, ManagementDeny
from functions.leavers.deny import document

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

ACCOUNT = "123456789012"


@pytest.fixture
def iam(aws: None) -> "IAMClient":
    return boto3.client("iam", region_name="us-east-1")


@pytest.fixture
def made(iam: "IAMClient") -> "IAMClient":
    """As the organization stack makes them."""
    for number in (1, 2):
        iam.create_policy(PolicyName=f"ostiary-deny-leavers-{number}", PolicyDocument=json.dumps(NOBODY))
    return iam


def test_what_the_stack_makes_is_the_placeholder_that_is_rendered() -> None:
    assert json.loads(document([])) == NOBODY


def test_where_there_is_none_there_is_nothing_to_write(iam: "IAMClient") -> None:
    assert ManagementDeny(iam, ACCOUNT).contents(4) == []


def test_a_new_version_takes_effect_and_is_read_back(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    first, second = deny.contents(4)
    assert json.loads(str(first)) == json.loads(str(second)) == NOBODY
    deny.bring(2, document(["u-1"]), second)
    assert [json.loads(str(each)) for each in deny.contents(4)] == [NOBODY, json.loads(document(["u-1"]))]


def test_old_versions_make_room_and_the_newest_counts(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    for n in range(VERSIONS + 3):
        deny.bring(1, document([f"u-{n}"]), deny.contents(1)[0])
    arn = f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-1"
    assert len(made.list_policy_versions(PolicyArn=arn)["Versions"]) == VERSIONS
    assert json.loads(str(deny.contents(1)[0])) == json.loads(document([f"u-{VERSIONS + 2}"]))


def test_what_is_said_already_makes_no_version(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    deny.bring(1, document([]), deny.contents(1)[0])
    arn = f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-1"
    assert len(made.list_policy_versions(PolicyArn=arn)["Versions"]) == 1


def test_nothing_is_written_when_the_lease_is_about_to_end(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT, now=lambda: 100.0)
    deny.until(100.0)
    with pytest.raises(DenyPolicyError, match="no time"):
        deny.bring(1, document(["u-1"]), deny.contents(1)[0])


def test_a_refusal_is_a_step_that_is_repeated(made: "IAMClient") -> None:
    with pytest.raises(DenyPolicyError, match="management account"):
        ManagementDeny(made, ACCOUNT).bring(7, document(["u-1"]), document([]))
