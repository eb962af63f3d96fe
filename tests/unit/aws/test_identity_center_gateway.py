"""IAM Identity Center's part: names, assignments, requests, and which errors pass by themselves."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.assignment_requests import BusyError
from functions.aws.identity_center import AccountAssignment, IdentityCenter, Request
from functions.aws.permission_sets import KEEP_SECONDS

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


class Clock:
    """Seconds that a test moves by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def center(client: "SSOAdminClient", clock: Clock) -> IdentityCenter:
    return IdentityCenter(client, INSTANCE, clock=clock)


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
    """Given two pages of permission sets, asking for names ends where all are known, and is remembered."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(2)], more="next")
    page(aws, "list_permission_sets", "PermissionSets", [arn(3)], NextToken="next")
    named(aws, 1, "ReadOnly")
    named(aws, 2, "Developer")
    assert center.permission_set_arns({"Developer"}) == {"Developer": arn(2)}
    assert center.permission_set_arns({"ReadOnly"}) == {"ReadOnly": arn(1)}


def test_a_name_that_is_not_there_costs_a_fresh_list(center: IdentityCenter, aws: Stubber) -> None:
    """Given a set that was made a moment ago, it is found; those known already cost no call."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1)])
    named(aws, 1, "ReadOnly")
    assert center.permission_set_arns({"ReadOnly", "Operations"}) == {"ReadOnly": arn(1)}
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(3)])
    named(aws, 3, "Operations")
    assert center.permission_set_arns({"Operations"}) == {"Operations": arn(3)}


def test_the_list_is_believed_for_a_while(center: IdentityCenter, aws: Stubber, clock: Clock) -> None:
    """Given a set deleted and made again under its name, one call a quarter of an hour notices it."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1)])
    named(aws, 1, "ReadOnly")
    assert center.permission_set_arns({"ReadOnly"}) == {"ReadOnly": arn(1)}
    clock.now = KEEP_SECONDS
    page(aws, "list_permission_sets", "PermissionSets", [arn(2)])
    named(aws, 2, "ReadOnly")
    assert center.permission_set_arns({"ReadOnly"}) == {"ReadOnly": arn(2)}


def test_all_sets_have_their_names(center: IdentityCenter, aws: Stubber) -> None:
    """Given the whole of it, names known already are not asked for again."""
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(2)])
    named(aws, 1, "ReadOnly")
    center.permission_set_arns({"ReadOnly"})
    page(aws, "list_permission_sets", "PermissionSets", [arn(1), arn(2)])
    named(aws, 2, "Developer")
    assert center.all_permission_sets() == {"ReadOnly": arn(1), "Developer": arn(2)}


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


def test_a_principal_is_read_to_the_last_page(center: IdentityCenter, aws: Stubber) -> None:
    """Given a user, what comes by their groups is not theirs; pages are read to the end."""
    listing = "list_account_assignments_for_principal"
    item = {"AccountId": ACCOUNT, "PermissionSetArn": arn(1), "PrincipalId": GROUP, "PrincipalType": "USER"}
    by_group = {
        **item,
        "PermissionSetArn": arn(2),
        "PrincipalId": f"{GROUP[:-1]}2",
        "PrincipalType": "GROUP",
    }
    about = {"PrincipalId": GROUP, "PrincipalType": "USER"}
    page(aws, listing, "AccountAssignments", [item, by_group], **about, more="next")
    page(aws, listing, "AccountAssignments", [{**item, "AccountId": "1" * 12}], **about, NextToken="next")
    assert center.assignments_of(GROUP, "USER") == {
        AccountAssignment(ACCOUNT, arn(1), GROUP, "USER"),
        AccountAssignment("1" * 12, arn(1), GROUP, "USER"),
    }


def test_a_request_is_not_an_assignment(center: IdentityCenter, aws: Stubber) -> None:
    """Given AWS's answer IN_PROGRESS, that is what the caller hears."""
    created(aws, Status="IN_PROGRESS")
    assert center.requests.create(ASSIGNMENT) == Request(REQUESTS[0], "IN_PROGRESS")


@pytest.mark.parametrize(
    ("code", "quota"),
    [("ConflictException", False), ("ThrottlingException", False), ("ServiceQuotaExceededException", True)],
)
def test_what_passes_is_not_a_failure(center: IdentityCenter, aws: Stubber, code: str, quota: bool) -> None:
    """Given a conflict, throttling or a quota that empties again, the caller may ask once more."""
    aws.add_client_error("create_account_assignment", code)
    with pytest.raises(BusyError, match=code) as caught:
        center.requests.create(ASSIGNMENT)
    assert caught.value.quota is quota


def test_a_refusal_is_a_failure_with_its_reason(center: IdentityCenter, aws: Stubber) -> None:
    """Given a principal that does not exist, other assignments need not wait for it."""
    aws.add_client_error("create_account_assignment", "ResourceNotFoundException", "GROUP not found")
    refused = Request("", "FAILED", "ResourceNotFoundException: GROUP not found")
    assert center.requests.create(ASSIGNMENT) == refused


def test_what_is_gone_needs_no_removal(center: IdentityCenter, aws: Stubber) -> None:
    """Given an assignment that somebody removed meanwhile, its removal has succeeded."""
    aws.add_client_error("delete_account_assignment", "ResourceNotFoundException", "no such assignment")
    assert center.requests.delete(ASSIGNMENT).state == "SUCCEEDED"


@pytest.mark.parametrize("what", ["create", "delete"])
def test_a_right_that_is_missing_for_one_says_nothing_about_the_next(
    center: IdentityCenter, aws: Stubber, what: str
) -> None:
    """Given AccessDenied for one assignment, by a policy on its account, set or principal, it has failed with
    AWS's reason, and whoever asks can go on with the others."""
    aws.add_client_error(f"{what}_account_assignment", "AccessDeniedException", "not in this account")
    refused = Request("", "FAILED", "AccessDeniedException: not in this account")
    assert getattr(center.requests, what)(ASSIGNMENT) == refused


STATUSES = "list_account_assignment_creation_status"
KEY = "AccountAssignmentsCreationStatus"


def status_of(aws: Stubber, request_id: str, **status: str) -> None:
    aws.add_response(
        "describe_account_assignment_creation_status",
        {"AccountAssignmentCreationStatus": {"RequestId": request_id, **status}},
        {"InstanceArn": INSTANCE, "AccountAssignmentCreationRequestId": request_id},
    )


def shown(*states: tuple[str, str]) -> list[dict[str, str]]:
    return [{"RequestId": request_id, "Status": state} for request_id, state in states]


def test_many_requests_are_one_page(center: IdentityCenter, aws: Stubber) -> None:
    """Given a page that shows all but one, that one is asked for; a failure is asked for its reason."""
    states = ("SUCCEEDED", "IN_PROGRESS", "FAILED")
    page(aws, STATUSES, KEY, shown(*zip(REQUESTS, states, strict=False)), more="next")
    status_of(aws, REQUESTS[2], Status="FAILED", FailureReason="no such role")
    status_of(aws, REQUESTS[3], Status="SUCCEEDED")
    assert center.requests.creations(REQUESTS) == {
        REQUESTS[0]: Request(REQUESTS[0], "SUCCEEDED"),
        REQUESTS[1]: Request(REQUESTS[1], "IN_PROGRESS"),
        REQUESTS[2]: Request(REQUESTS[2], "FAILED", "no such role"),
        REQUESTS[3]: Request(REQUESTS[3], "SUCCEEDED"),
    }


def test_requests_on_a_later_page_are_found_there(center: IdentityCenter, aws: Stubber) -> None:
    """Given requests of other days on the first page, reading on costs less than asking one by one."""
    page(aws, STATUSES, KEY, shown((f"{REQUESTS[0][:-1]}9", "FAILED")), more="next")
    page(aws, STATUSES, KEY, shown(*((each, "SUCCEEDED") for each in REQUESTS)), NextToken="next")
    assert {request.state for request in center.requests.creations(REQUESTS).values()} == {"SUCCEEDED"}


def test_being_throttled_while_looking_is_no_failure(center: IdentityCenter, aws: Stubber) -> None:
    """Given throttling of the list, the requests go on, and the caller looks again later."""
    aws.add_client_error(STATUSES, "ThrottlingException")
    with pytest.raises(BusyError, match="Throttling"):
        center.requests.creations(REQUESTS)
