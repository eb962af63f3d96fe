"""The deny in the management account: IAM policies there, as IAM really keeps them."""

import json
from typing import TYPE_CHECKING, Any

import boto3
import pytest

from functions.aws.deny_health import NOT_CARRIED, NOT_THERE, Health, Lack
from functions.aws.deny_policies import DenyPolicyError
from functions.aws.management_deny import NOBODY, ManagementDeny
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


def not_allowed_to_make(iam: "IAMClient") -> None:
    """As the role of an organization stack from before."""

    def refuse(**_: object) -> None:
        raise iam.exceptions.ClientError({"Error": {"Code": "AccessDenied", "Message": "no"}}, "CreatePolicy")

    iam.meta.events.register("before-call.iam.CreatePolicy", refuse)


def carry(iam: "IAMClient", role: str, *numbers: int) -> None:
    """A role of a permission set in the management account, provisioned with these."""
    iam.create_role(RoleName=role, AssumeRolePolicyDocument="{}")
    for number in numbers:
        arn = f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-{number}"
        iam.attach_role_policy(RoleName=role, PolicyArn=arn)


def test_where_none_is_wanted_none_is_missed(iam: "IAMClient") -> None:
    """Given deny_management_policies 0, nothing is read, made or told."""
    deny = ManagementDeny(iam, ACCOUNT)
    assert deny.contents(0) == []
    assert deny.health() == Health()


def test_one_that_was_deleted_is_made_again_and_filled(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    made.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-2")

    first, second = deny.contents(2)

    assert (json.loads(str(first)), second) == (NOBODY, None)
    assert deny.health() == Health(made=(2,))
    deny.bring(2, document(["u-1"]), second)
    assert [json.loads(str(each)) for each in deny.contents(2)] == [NOBODY, json.loads(document(["u-1"]))]
    assert deny.health() == Health()


def test_one_that_cannot_be_made_is_told_and_the_others_are_filled(made: "IAMClient") -> None:
    """Given a gap in the numbers, what is rendered for the second place goes into the third policy."""
    made.create_policy(PolicyName="ostiary-deny-leavers-3", PolicyDocument=json.dumps(NOBODY))
    made.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-2")
    not_allowed_to_make(made)
    deny = ManagementDeny(made, ACCOUNT)

    first, third = deny.contents(3)
    deny.bring(2, document(["u-1"]), third)

    assert deny.health().lacks == (Lack("ostiary-deny-leavers-2", NOT_THERE),)
    assert [json.loads(str(each)) for each in deny.contents(3)] == [
        json.loads(str(first)),
        json.loads(document(["u-1"])),
    ]


def test_where_there_is_none_and_none_can_be_made_there_is_nothing_to_write(iam: "IAMClient") -> None:
    not_allowed_to_make(iam)
    deny = ManagementDeny(iam, ACCOUNT)
    assert deny.contents(2) == []
    assert [lack.what for lack in deny.health().lacks] == [NOT_THERE, NOT_THERE]


def test_one_that_a_role_lacks_is_told_and_urgent_if_it_denies_somebody(made: "IAMClient") -> None:
    """Given a permission set that has lost its reference to the second, as one must before it is deleted."""
    carry(made, "AWSReservedSSO_Operations_1", 1)
    deny = ManagementDeny(made, ACCOUNT)
    _, second = deny.contents(2)
    assert deny.health().lacks == (Lack("ostiary-deny-leavers-2", NOT_CARRIED, urgent=False),)

    deny.bring(2, document(["u-1"]), second)
    deny.contents(2)
    assert deny.health().lacks == (Lack("ostiary-deny-leavers-2", NOT_CARRIED),)

    carry(made, "AWSReservedSSO_Operations_2", 2)
    deny.contents(2)
    assert deny.health() == Health()


def test_a_new_version_takes_effect_and_is_read_back(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    first, second = deny.contents(2)
    assert json.loads(str(first)) == json.loads(str(second)) == NOBODY
    deny.bring(2, document(["u-1"]), second)
    assert [json.loads(str(each)) for each in deny.contents(2)] == [NOBODY, json.loads(document(["u-1"]))]


def test_old_versions_make_room_and_the_newest_counts(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    for n in range(8):
        deny.bring(1, document([f"u-{n}"]), deny.contents(1)[0])
        assert json.loads(str(ManagementDeny(made, ACCOUNT).contents(1)[0])) == json.loads(
            document([f"u-{n}"])
        )


def asked(iam: "IAMClient") -> list[str]:
    """The operations that are called from now on."""
    names: list[str] = []
    iam.meta.events.register("before-call.iam", lambda model, **_: names.append(model.name))
    return names


def test_a_writing_asks_for_each_policy_and_for_what_others_have_made_of_it_and_no_more(
    made: "IAMClient",
) -> None:
    """Given that both were read before, and another instance has written the second since."""
    deny, other = ManagementDeny(made, ACCOUNT), ManagementDeny(made, ACCOUNT)
    deny.contents(2)
    other.bring(2, document(["u-1"]), other.contents(2)[1])
    names = asked(made)

    _, second = deny.contents(2)
    deny.bring(2, document(["u-1", "u-2"]), second)

    assert json.loads(str(second)) == json.loads(document(["u-1"]))
    assert names == ["GetPolicy", "GetPolicy", "GetPolicyVersion", "CreatePolicyVersion", "GetPolicyVersion"]
    names.clear()
    assert json.loads(str(deny.contents(2)[1])) == json.loads(document(["u-1", "u-2"]))
    assert names == ["GetPolicy", "GetPolicy"], "what it has read back itself it knows"


def test_of_one_that_was_deleted_and_made_anew_nothing_is_remembered(made: "IAMClient") -> None:
    """Given that its version is the first one again."""
    deny = ManagementDeny(made, ACCOUNT)
    deny.contents(1)
    made.delete_policy(PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-1")
    made.create_policy(PolicyName="ostiary-deny-leavers-1", PolicyDocument=document(["somebody"]))

    assert json.loads(str(deny.contents(1)[0])) == json.loads(document(["somebody"]))


def test_what_does_not_read_back_as_it_was_written_is_not_taken_for_a_deny(made: "IAMClient") -> None:
    """Given that somebody makes another version the one that counts, right after ours."""

    def meanwhile(**_: object) -> None:
        made.set_default_policy_version(
            PolicyArn=f"arn:aws:iam::{ACCOUNT}:policy/ostiary-deny-leavers-1", VersionId="v1"
        )

    deny = ManagementDeny(made, ACCOUNT)
    (held,) = deny.contents(1)
    made.meta.events.register("after-call.iam.CreatePolicyVersion", meanwhile)
    with pytest.raises(DenyPolicyError, match="reads back differently"):
        deny.bring(1, document(["u-1"]), held)


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


@pytest.mark.parametrize(
    ("slow", "written"),
    [
        ("CreatePolicyVersion", ["CreatePolicyVersion"]),
        ("DeletePolicyVersion", ["CreatePolicyVersion", "DeletePolicyVersion"]),
    ],
)
def test_no_write_begins_after_the_lease_that_began_in_time(
    made: "IAMClient", slow: str, written: list[str]
) -> None:
    """Given that IAM has no room for a version, and takes until after the deadline with one of the calls."""
    clock = [0.0]
    deny = ManagementDeny(made, ACCOUNT, now=lambda: clock[0])
    for n in range(4):
        deny.bring(1, document([f"u-{n}"]), deny.contents(1)[0])
    (held,) = deny.contents(1)
    deny.until(100.0)
    names = asked(made)
    made.meta.events.register(f"after-call.iam.{slow}", lambda **_: clock.__setitem__(0, 100.0))

    with pytest.raises(DenyPolicyError, match="no time"):
        deny.bring(1, document(["u-9"]), held)

    assert [each for each in names if each.startswith(("Create", "Delete"))] == written


def test_a_version_that_is_not_the_one_that_counts_is_no_deny(made: "IAMClient") -> None:
    """Given that IAM keeps the text, and somebody else's version stays the one that counts."""
    deny = ManagementDeny(made, ACCOUNT)
    (held,) = deny.contents(1)

    def other(parsed: dict[str, Any], **_: object) -> None:
        parsed["PolicyVersion"]["IsDefaultVersion"] = False

    made.meta.events.register("after-call.iam.GetPolicyVersion", other)
    with pytest.raises(DenyPolicyError, match="reads back differently"):
        deny.bring(1, document(["u-1"]), held)


def test_another_text_than_was_written_is_no_deny(made: "IAMClient") -> None:
    deny = ManagementDeny(made, ACCOUNT)
    (held,) = deny.contents(1)

    def other(parsed: dict[str, Any], **_: object) -> None:
        parsed["PolicyVersion"]["Document"] = document(["somebody"])

    made.meta.events.register("after-call.iam.GetPolicyVersion", other)
    with pytest.raises(DenyPolicyError, match="reads back differently"):
        deny.bring(1, document(["u-1"]), held)
