"""Account assignments, as strict as IAM Identity Center."""

from dataclasses import replace

import pytest

from sandbox import identity
from sandbox.identity import INSTANCE_ARN
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import MANAGEMENT, NOBODY, Plane, refused

OTHER_INSTANCE = "arn:aws:sso:::instance/ssoins-0000000000000000"
SLOW = identity.Settings(account_seconds=0.01, assignment_seconds=60)


def test_an_assignment_is_in_progress_before_it_exists(start: Start) -> None:
    plane = start(SLOW)
    account, arn, group = parts_without_settling(plane)

    created = plane.sso.create_account_assignment(**plane.triple(account, arn, group))

    status = created["AccountAssignmentCreationStatus"]
    assert status["Status"] == plane.creation(status["RequestId"])["Status"] == "IN_PROGRESS"
    assert plane.assignments(account, arn) == []


def test_an_assignment_that_succeeded_exists(plane: Plane) -> None:
    account, arn, group = plane.parts()

    status = plane.assign(account, arn, group)

    assert status["Status"] == "SUCCEEDED"
    assert (status["TargetId"], status["PermissionSetArn"], status["PrincipalId"]) == (account, arn, group)
    expected = {
        "AccountId": account,
        "PermissionSetArn": arn,
        "PrincipalType": "GROUP",
        "PrincipalId": group,
    }
    assert plane.assignments(account, arn) == [expected]


def test_a_repeat_reports_success_and_is_not_stored_twice(plane: Plane) -> None:
    account, arn, group = plane.parts()

    first, second = plane.assign(account, arn, group), plane.assign(account, arn, group)

    assert first["Status"] == second["Status"] == "SUCCEEDED"
    assert first["RequestId"] != second["RequestId"]
    assert len(plane.assignments(account, arn)) == 1


def test_unknown_parts_are_not_found(plane: Plane) -> None:
    account, arn, group = plane.parts()
    with refused("ResourceNotFoundException"):
        plane.sso.create_account_assignment(**plane.triple(account, arn[:-4] + "zzzz", group))
    with refused("ResourceNotFoundException"):
        plane.sso.create_account_assignment(**plane.triple(account, arn, NOBODY))
    with refused("ResourceNotFoundException"):  # a group is no user
        plane.sso.create_account_assignment(**plane.triple(account, arn, group, "USER"))
    with refused("ResourceNotFoundException"):
        plane.sso.create_account_assignment(**plane.triple("111111111111", arn, group))
    with refused("ResourceNotFoundException"):
        plane.sso.create_account_assignment(
            **plane.triple(account, arn, group) | {"InstanceArn": OTHER_INSTANCE}
        )
    with refused("ResourceNotFoundException"):
        plane.creation(NOBODY)


def test_the_instance_is_the_one_of_the_contract(plane: Plane) -> None:
    (instance,) = plane.sso.list_instances()["Instances"]
    assert (instance["InstanceArn"], instance["IdentityStoreId"]) == (INSTANCE_ARN, "d-9067f01234")
    assert plane.sso.describe_instance(InstanceArn=INSTANCE_ARN)["Status"] == "ACTIVE"
    with refused("ResourceNotFoundException"):
        plane.sso.list_permission_sets(InstanceArn=OTHER_INSTANCE)


def test_at_most_15_creates_are_outstanding(start: Start) -> None:
    plane = start(SLOW)
    account, arn, _ = parts_without_settling(plane)
    groups = [plane.group(f"g{number}") for number in range(16)]
    for group in groups[:15]:
        plane.sso.create_account_assignment(**plane.triple(account, arn, group))
    with refused("ThrottlingException"):
        plane.sso.create_account_assignment(**plane.triple(account, arn, groups[15]))


def test_a_suspended_account_fails_with_the_reason(plane: Plane) -> None:
    account, arn, group = plane.parts()
    plane.organizations.close_account(AccountId=account)
    plane.server.settle()

    status = plane.assign(account, arn, group)

    assert status["Status"] == "FAILED"
    assert status["FailureReason"].startswith("Obtaining permissions to manage your AWS account")
    assert plane.assignments(account, arn) == []


@pytest.mark.parametrize(
    "settings", [replace(FAST, too_new_seconds=60), replace(FAST, activation_seconds=60)]
)
def test_a_very_new_account_fails_with_the_reason(start: Start, settings: identity.Settings) -> None:
    plane = start(settings)
    account, arn, group = parts_without_settling(plane)

    created = plane.sso.create_account_assignment(**plane.triple(account, arn, group))
    request = created["AccountAssignmentCreationStatus"]["RequestId"]
    while (status := plane.creation(request))["Status"] == "IN_PROGRESS":
        pass

    assert status["Status"] == "FAILED"
    assert "takes longer than usual" in status["FailureReason"]


def test_deleting_is_asynchronous_and_only_what_exists(plane: Plane) -> None:
    account, arn, group = plane.parts()
    plane.assign(account, arn, group)

    deleted = plane.sso.delete_account_assignment(**plane.triple(account, arn, group))
    status = deleted["AccountAssignmentDeletionStatus"]
    plane.server.settle()

    described = plane.sso.describe_account_assignment_deletion_status(
        InstanceArn=INSTANCE_ARN, AccountAssignmentDeletionRequestId=status["RequestId"]
    )["AccountAssignmentDeletionStatus"]
    assert (status["Status"], described["Status"]) == ("IN_PROGRESS", "SUCCEEDED")
    assert plane.assignments(account, arn) == []
    listed = plane.sso.list_account_assignment_deletion_status(
        InstanceArn=INSTANCE_ARN, Filter={"Status": "SUCCEEDED"}
    )["AccountAssignmentsDeletionStatus"]
    assert [each["RequestId"] for each in listed] == [status["RequestId"]]
    with refused("ResourceNotFoundException"):
        plane.sso.delete_account_assignment(**plane.triple(account, arn, group))
    with refused("ResourceNotFoundException"):  # a deletion is no creation
        plane.creation(status["RequestId"])


def test_creating_and_deleting_the_same_do_not_overlap(start: Start) -> None:
    plane = start(SLOW)
    account, arn, group = parts_without_settling(plane)
    plane.sso.create_account_assignment(**plane.triple(account, arn, group))
    with refused("ConflictException"):
        plane.sso.delete_account_assignment(**plane.triple(account, arn, group))


def test_a_delegated_administrator_keeps_off_the_management_account(plane: Plane) -> None:
    account, arn, group = plane.parts()
    plane.invite("222222222222")
    delegate = plane.client("sso-admin", "222222222222")
    with refused("AccessDeniedException"):
        delegate.list_permission_sets(InstanceArn=INSTANCE_ARN)

    plane.delegate("222222222222")

    delegate.create_account_assignment(**plane.triple(account, arn, group))
    with refused("AccessDeniedException"):
        delegate.create_account_assignment(**plane.triple(MANAGEMENT, arn, group))
    plane.sso.create_account_assignment(**plane.triple(MANAGEMENT, arn, group))
    plane.server.settle()
    with refused("AccessDeniedException"):
        delegate.create_account_assignment(**plane.triple(account, arn, group))
    with refused("AccessDeniedException"):
        delegate.list_account_assignments_for_principal(
            InstanceArn=INSTANCE_ARN, PrincipalType="GROUP", PrincipalId=group
        )


def parts_without_settling(plane: Plane) -> tuple[str, str, str]:
    """The same where something takes a minute, so that waiting until all is done is no way."""
    plane.found()
    created = plane.organizations.create_account(Email="a@example.com", AccountName="a")
    account = None
    while account is None:
        status = plane.organizations.describe_create_account_status(
            CreateAccountRequestId=created["CreateAccountStatus"]["Id"]
        )
        account = status["CreateAccountStatus"].get("AccountId")
    return account, plane.permission_set(), plane.group()
