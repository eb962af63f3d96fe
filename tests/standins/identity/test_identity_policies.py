"""Service control policies, as strict as AWS Organizations."""

import json
from dataclasses import replace

import pytest

from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import DENY_ALL, Plane, refused


def of_size(characters: int) -> str:
    """A policy of exactly so many characters."""
    return DENY_ALL + " " * (characters - len(DENY_ALL))


def test_a_policy_may_have_10240_characters_white_space_included(plane: Plane) -> None:
    plane.found()
    plane.policy(content=of_size(10_240))
    with refused("ConstraintViolationException", Reason="POLICY_CONTENT_LIMIT_EXCEEDED"):
        plane.policy("larger", of_size(10_241))


def test_an_older_organization_has_half_of_it(start: Start) -> None:
    plane = start(replace(FAST, policy_size_limit=5_120, policies_per_target=5))
    root = plane.found()
    policy = plane.policy(content=of_size(5_120))

    with refused("ConstraintViolationException", Reason="POLICY_CONTENT_LIMIT_EXCEEDED"):
        plane.organizations.update_policy(PolicyId=policy, Content=of_size(5_121))
    for number in range(4):  # FullAWSAccess is the fifth
        plane.organizations.attach_policy(PolicyId=plane.policy(f"p{number}"), TargetId=root)
    with refused("ConstraintViolationException", Reason="MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"):
        plane.organizations.attach_policy(PolicyId=policy, TargetId=root)


def test_a_target_takes_10_policies(plane: Plane) -> None:
    root = plane.found()
    for number in range(9):  # FullAWSAccess is the tenth
        plane.organizations.attach_policy(PolicyId=plane.policy(f"p{number}"), TargetId=root)

    with refused("ConstraintViolationException", Reason="MAX_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"):
        plane.organizations.attach_policy(PolicyId=plane.policy("one-more"), TargetId=root)

    attached = plane.organizations.list_policies_for_target(TargetId=root, Filter="SERVICE_CONTROL_POLICY")
    assert len(attached["Policies"]) == 10


@pytest.mark.parametrize(
    "content",
    [
        "not json",
        '"a string"',
        '{"Version":"2012-10-17"}',
        '{"Version":"1999-01-01","Statement":[]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Forbid","Action":"*","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Resource":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Why":""}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Principal":"*"}]}',
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*","Condition":[]}]}',
    ],
)
def test_content_must_be_a_policy(plane: Plane, content: str) -> None:
    plane.found()
    policy = plane.policy()
    with refused("MalformedPolicyDocumentException"):
        plane.policy("malformed", content)
    with refused("MalformedPolicyDocumentException"):
        plane.organizations.update_policy(PolicyId=policy, Content=content)
    assert plane.organizations.describe_policy(PolicyId=policy)["Policy"]["Content"] == DENY_ALL


def test_a_deny_policy_for_persons_is_accepted(plane: Plane) -> None:
    plane.found()
    policy = plane.policy()
    content = json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Sid": "Leavers",
                    "Effect": "Deny",
                    "Action": ["*"],
                    "Resource": "*",
                    "Condition": {"StringEquals": {"identitystore:userId": ["a", "b"]}},
                }
            ],
        }
    )

    plane.organizations.update_policy(PolicyId=policy, Content=content)

    assert plane.organizations.describe_policy(PolicyId=policy)["Policy"]["Content"] == content


def test_the_type_must_be_enabled_before_a_policy_is_attached(plane: Plane) -> None:
    plane.organizations.create_organization(FeatureSet="ALL")
    root = plane.organizations.list_roots()["Roots"][0]["Id"]
    policy = plane.policy()
    with refused("PolicyTypeNotEnabledException"):
        plane.organizations.attach_policy(PolicyId=policy, TargetId=root)

    plane.organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")

    plane.organizations.attach_policy(PolicyId=policy, TargetId=root)
    with refused("PolicyTypeAlreadyEnabledException"):
        plane.organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")


def test_a_policy_is_attached_once_and_detached_once(plane: Plane) -> None:
    root = plane.found()
    account = plane.account()
    policy = plane.policy()

    plane.organizations.attach_policy(PolicyId=policy, TargetId=root)
    plane.organizations.attach_policy(PolicyId=policy, TargetId=account)
    targets = plane.organizations.list_targets_for_policy(PolicyId=policy)["Targets"]

    assert {each["Type"]: each["TargetId"] for each in targets} == {"ROOT": root, "ACCOUNT": account}
    with refused("DuplicatePolicyAttachmentException"):
        plane.organizations.attach_policy(PolicyId=policy, TargetId=root)
    with refused("PolicyInUseException"):
        plane.organizations.delete_policy(PolicyId=policy)
    for target in (root, account):
        plane.organizations.detach_policy(PolicyId=policy, TargetId=target)
    with refused("PolicyNotAttachedException"):
        plane.organizations.detach_policy(PolicyId=policy, TargetId=root)
    plane.organizations.delete_policy(PolicyId=policy)


def test_the_last_policy_stays(plane: Plane) -> None:
    root = plane.found()
    with refused("ConstraintViolationException", Reason="MIN_POLICY_TYPE_ATTACHMENT_LIMIT_EXCEEDED"):
        plane.organizations.detach_policy(PolicyId="p-FullAWSAccess", TargetId=root)


def test_names_are_unique(plane: Plane) -> None:
    plane.found()
    first, second = plane.policy("first"), plane.policy("second")
    with refused("DuplicatePolicyException"):
        plane.policy("first")
    with refused("DuplicatePolicyException"):
        plane.organizations.update_policy(PolicyId=second, Name="first")
    plane.organizations.update_policy(PolicyId=first, Name="first", Description="same name, itself")


def test_what_is_not_there_is_not_found(plane: Plane) -> None:
    plane.found()
    policy = plane.policy()
    with refused("PolicyNotFoundException"):
        plane.organizations.describe_policy(PolicyId="p-abcdefgh")
    with refused("PolicyNotFoundException"):
        plane.organizations.update_policy(PolicyId="p-abcdefgh", Content=DENY_ALL)
    with refused("TargetNotFoundException"):
        plane.organizations.attach_policy(PolicyId=policy, TargetId="111111111111")
    with refused("InvalidInputException", Reason="IMMUTABLE_POLICY"):
        plane.organizations.update_policy(PolicyId="p-FullAWSAccess", Content=DENY_ALL)


def test_policies_come_20_in_a_page(plane: Plane) -> None:
    plane.found()
    for number in range(20):
        plane.policy(f"p{number}")

    first = plane.organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")
    rest = plane.organizations.list_policies(Filter="SERVICE_CONTROL_POLICY", NextToken=first["NextToken"])

    names = [each["Name"] for each in first["Policies"] + rest["Policies"]]
    assert len(first["Policies"]) == 20
    assert sorted(names) == sorted(["FullAWSAccess", *(f"p{number}" for number in range(20))])


def test_updates_can_be_throttled_after_a_burst_of_3(start: Start) -> None:
    plane = start(replace(FAST, policy_updates_per_second=0.001))
    plane.found()
    policy = plane.policy()
    for _ in range(3):
        plane.organizations.update_policy(PolicyId=policy, Content=DENY_ALL)
    with refused("TooManyRequestsException"):
        plane.organizations.update_policy(PolicyId=policy, Content=DENY_ALL)
