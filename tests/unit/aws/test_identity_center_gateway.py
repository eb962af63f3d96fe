"""IAM Identity Center's part: names, assignments, requests, and which errors pass by themselves."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.identity_center import ATTEMPTS, AccountAssignment, IdentityCenter, Request

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
ACCOUNT = "444455556666"
GROUP = "00000000-0000-0000-0000-000000000001"
REQUESTS = [f"00000000-0000-0000-0000-00000000000{n}" for n in range(4)]


def arn(number: int) -> str:
    return f"arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-{number:016d}"


ASSIGNMENT = AccountAssignment(ACCOUNT, arn(1), GROUP)


@pytest.fixture
def client() -> "SSOAdminClient":
    return boto3.client(
        "sso-admin",
        region_name="eu-west-1",
        aws_access_key_id="x",
        aws_secret_access_key="x",
        config=Config(retries={"total_max_attempts": 1}),
    )


@pytest.fixture
def aws(client: "SSOAdminClient") -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def slept() -> list[float]:
    return []


@pytest.fixture
def center(client: "SSOAdminClient", slept: list[float]) -> IdentityCenter:
    return IdentityCenter(client, INSTANCE, sleep=slept.append, chance=lambda: 1.0)


def page(aws: Stubber, operation: str, key: str, items: list[Any], **request: Any) -> None:
    more = request.pop("more", None)
    answer: dict[str, Any] = {key: items} | ({"NextToken": more} if more else {})
    aws.add_response(operation, answer, {"InstanceArn": INSTANCE, "MaxResults": 100, **request})


def named(aws: Stubber, number: int, name: str) -> None:
    aws.add_response(
        "describe_permission_set",
        {"PermissionSet": {"Name": name, "PermissionSetArn": arn(number)}},
        {"InstanceArn": INSTANCE, "PermissionSetArn": arn(number)},
    )


def created(aws: Stubber, **status: str) -> None:
    aws.add_response(
        "create_account_assignment",
        {"AccountAssignmentCreationStatus": {"RequestId": REQUESTS[0], **status}},
        {
            "InstanceArn": INSTANCE,
            "TargetId": ACCOUNT,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": arn(1),
            "PrincipalType": "GROUP",
            "PrincipalId": GROUP,
        },
    )


def test_names_are_learned_once_and_only_as_far_as_needed(center: IdentityCenter, aws: Stubber) -> None:
    """Given two pages of permission sets, the search ends where all names are known, and is remembered."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(2), arn(3)])
    named(aws, 1, "ReadOnly")
    named(aws, 2, "Developer")
    assert center.permission_set_arns({"Developer"}) == {"Developer": arn(2)}
    assert center.permission_set_arns({"ReadOnly"}) == {"ReadOnly": arn(1)}


def test_a_name_that_is_not_there_is_looked_for_on_every_page(center: IdentityCenter, aws: Stubber) -> None:
    """Given an unknown name, all pages are read before it counts as missing; known sets cost no call."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1)], more="next")
    named(aws, 1, "ReadOnly")
    page(aws, "list_permission_sets", "PermissionSets", [arn(2)], NextToken="next")
    named(aws, 2, "Developer")
    assert center.permission_set_arns({"ReadOnly", "Operations"}) == {"ReadOnly": arn(1)}
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(2), arn(3)])
    named(aws, 3, "Operations")
    assert center.permission_set_arns({"Operations"}) == {"Operations": arn(3)}


def test_a_new_account_costs_one_read(center: IdentityCenter, aws: Stubber) -> None:
    """Given an account without permission sets, nothing more is read about any of those wanted."""
    page(aws, "list_permission_sets_provisioned_to_account", "PermissionSets", [], AccountId=ACCOUNT)
    assert center.assignments(ACCOUNT, [arn(1), arn(2)]) == frozenset()


def test_assignments_are_read_to_the_last_page(center: IdentityCenter, aws: Stubber) -> None:
    """Given several pages of both kinds, every assignment of a wanted set is seen, of others none is read."""
    listing = "list_permission_sets_provisioned_to_account"
    page(aws, listing, "PermissionSets", [arn(3)], AccountId=ACCOUNT, more="next")
    page(aws, listing, "PermissionSets", [arn(1)], AccountId=ACCOUNT, NextToken="next")
    principals = [{"PrincipalId": f"{GROUP[:-1]}{n}", "PrincipalType": "GROUP"} for n in (1, 2)]
    about = {"AccountId": ACCOUNT, "PermissionSetArn": arn(1)}
    page(aws, "list_account_assignments", "AccountAssignments", principals[:1], **about, more="next")
    page(aws, "list_account_assignments", "AccountAssignments", principals[1:], **about, NextToken="next")
    found = center.assignments(ACCOUNT, [arn(1), arn(2)])
    assert found == {AccountAssignment(ACCOUNT, arn(1), f"{GROUP[:-1]}{n}") for n in (1, 2)}


def test_a_failed_read_is_an_error_and_no_empty_list(center: IdentityCenter, aws: Stubber) -> None:
    """Given a read that fails half-way, nobody may take the rest for absent."""
    listing = "list_permission_sets_provisioned_to_account"
    page(aws, listing, "PermissionSets", [arn(1)], AccountId=ACCOUNT, more="next")
    aws.add_client_error(listing, "InternalServerException")
    with pytest.raises(ClientError, match="InternalServer"):
        center.assignments(ACCOUNT, [arn(1)])


def test_a_request_is_not_an_assignment(center: IdentityCenter, aws: Stubber) -> None:
    """Given AWS's answer IN_PROGRESS, that is what the caller hears."""
    created(aws, Status="IN_PROGRESS")
    assert center.create(ASSIGNMENT) == Request(REQUESTS[0], "IN_PROGRESS")


def test_a_conflict_passes(center: IdentityCenter, aws: Stubber, slept: list[float]) -> None:
    """Given conflicts and throttling, the call is repeated after waits that grow."""
    aws.add_client_error("create_account_assignment", "ConflictException")
    aws.add_client_error("create_account_assignment", "ThrottlingException")
    created(aws, Status="SUCCEEDED")
    assert center.create(ASSIGNMENT).state == "SUCCEEDED"
    assert slept == [0.5, 1.0]


def test_patience_ends(center: IdentityCenter, aws: Stubber) -> None:
    """Given a conflict that stays, the error goes up, so that the queue brings the event back."""
    for _ in range(ATTEMPTS):
        aws.add_client_error("create_account_assignment", "ConflictException")
    with pytest.raises(ClientError, match="Conflict"):
        center.create(ASSIGNMENT)


def test_waits_differ_by_chance(client: "SSOAdminClient", aws: Stubber, slept: list[float]) -> None:
    """Given two functions that conflict, chance keeps them from meeting again."""
    center = IdentityCenter(client, INSTANCE, sleep=slept.append, chance=lambda: 0.0)
    aws.add_client_error("create_account_assignment", "ConflictException")
    created(aws, Status="SUCCEEDED")
    center.create(ASSIGNMENT)
    assert slept == [0.25]


def test_a_refusal_is_a_failure_with_its_reason(center: IdentityCenter, aws: Stubber) -> None:
    """Given a principal that does not exist, other assignments need not wait for it."""
    aws.add_client_error("create_account_assignment", "ResourceNotFoundException", "GROUP not found")
    assert center.create(ASSIGNMENT) == Request("", "FAILED", "ResourceNotFoundException: GROUP not found")


def test_a_missing_right_is_an_error(center: IdentityCenter, aws: Stubber) -> None:
    """Given AccessDenied, it is not the assignment that failed but the function: somebody must look."""
    aws.add_client_error("create_account_assignment", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        center.create(ASSIGNMENT)


def status_of(aws: Stubber, request_id: str, **status: str) -> None:
    aws.add_response(
        "describe_account_assignment_creation_status",
        {"AccountAssignmentCreationStatus": {"RequestId": request_id, **status}},
        {"InstanceArn": INSTANCE, "AccountAssignmentCreationRequestId": request_id},
    )


def test_many_requests_are_one_page(center: IdentityCenter, aws: Stubber) -> None:
    """Given a page that shows all but one, that one is asked for; a failure is asked for its reason."""
    page(
        aws,
        "list_account_assignment_creation_status",
        "AccountAssignmentsCreationStatus",
        [
            {"RequestId": request_id, "Status": state}
            for request_id, state in zip(REQUESTS, ("SUCCEEDED", "IN_PROGRESS", "FAILED"), strict=False)
        ],
    )
    status_of(aws, REQUESTS[2], Status="FAILED", FailureReason="no such role")
    status_of(aws, REQUESTS[3], Status="SUCCEEDED")
    assert center.creations(REQUESTS) == {
        REQUESTS[0]: Request(REQUESTS[0], "SUCCEEDED"),
        REQUESTS[1]: Request(REQUESTS[1], "IN_PROGRESS"),
        REQUESTS[2]: Request(REQUESTS[2], "FAILED", "no such role"),
        REQUESTS[3]: Request(REQUESTS[3], "SUCCEEDED"),
    }
