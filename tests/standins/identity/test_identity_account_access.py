"""Account access manager as it is documented: one application, entitlements of users and groups."""

from typing import Any

import pytest

from sandbox.identity import INSTANCE_ARN
from tests.standins.identity.plane import NOBODY, Plane, refused


@pytest.fixture
def manager(plane: Plane) -> Any:
    plane.found()
    return plane.client("account-access")


def enable(manager: Any) -> str:
    source = {"identityCenter": {"instanceArn": INSTANCE_ARN}}
    return str(manager.create_application(identitySource=source)["applicationArn"])


def wanted(principal: dict[str, str], role_arn: str) -> dict[str, Any]:
    return {"principalRole": {"principal": {"identityCenter": principal}, "roleArn": role_arn}}


def of(**principal: str) -> dict[str, Any]:
    return {"principalRole": {"principal": {"identityCenter": principal}}}


def test_until_it_is_enabled_there_is_no_application(manager: Any) -> None:
    assert manager.list_applications()["applications"] == []

    arn = enable(manager)

    assert [each["applicationArn"] for each in manager.list_applications()["applications"]] == [arn]
    assert enable(manager) == arn, "idempotent"


def test_an_application_is_seen_in_its_own_region_alone(plane: Plane, manager: Any) -> None:
    arn = enable(manager)
    elsewhere: Any = plane.elsewhere("account-access", "eu-west-1")

    assert elsewhere.list_applications()["applications"] == []
    with refused("ResourceNotFoundException"):
        elsewhere.list_entitlements(applicationArn=arn, filter=of(userId=NOBODY))
    with refused("ConflictException"):
        enable(elsewhere)


def test_entitlements_are_made_once_filtered_by_principal_and_deleted_without_complaint(
    plane: Plane, manager: Any
) -> None:
    # Given a user and a group with a role each
    arn, account = enable(manager), plane.account()
    user, group = plane.user(), plane.group()
    role = f"arn:aws:iam::{account}:role/Developer"
    made = manager.create_entitlement(applicationArn=arn, entitlement=wanted({"userId": user}, role))
    manager.create_entitlement(applicationArn=arn, entitlement=wanted({"groupId": group}, role))

    # Then asking again makes no second one, and each is found by its principal alone
    again = manager.create_entitlement(applicationArn=arn, entitlement=wanted({"userId": user}, role))
    assert again["entitlementId"] == made["entitlementId"]
    (found,) = manager.list_entitlements(applicationArn=arn, filter=of(userId=user))["entitlements"]
    assert found["entitlementId"] == made["entitlementId"]
    assert found["entitlement"]["principalRole"]["account"] == account

    # And deleting twice is no error
    for _ in range(2):
        manager.delete_entitlement(applicationArn=arn, entitlementId=made["entitlementId"])
    assert manager.list_entitlements(applicationArn=arn, filter=of(userId=user))["entitlements"] == []
    with refused("ResourceNotFoundException"):
        manager.get_entitlement(applicationArn=arn, entitlementId=made["entitlementId"])


def test_lists_come_in_pages(plane: Plane, manager: Any) -> None:
    arn, account, user = enable(manager), plane.account(), plane.user()
    for number in range(3):
        role = f"arn:aws:iam::{account}:role/R{number}"
        manager.create_entitlement(applicationArn=arn, entitlement=wanted({"userId": user}, role))

    pages = manager.get_paginator("list_entitlements").paginate(
        applicationArn=arn, filter=of(userId=user), PaginationConfig={"PageSize": 2}
    )

    assert [len(each["entitlements"]) for each in pages] == [2, 1]


def test_what_does_not_exist_is_entitled_to_nothing(plane: Plane, manager: Any) -> None:
    arn, account, user = enable(manager), plane.account(), plane.user()
    role = f"arn:aws:iam::{account}:role/Developer"
    with refused("ResourceNotFoundException"):
        manager.create_entitlement(applicationArn=arn, entitlement=wanted({"userId": NOBODY}, role))
    with refused("ResourceNotFoundException"):
        abroad = "arn:aws:iam::999999999999:role/Developer"
        manager.create_entitlement(applicationArn=arn, entitlement=wanted({"userId": user}, abroad))
    with refused("ValidationException"):
        manager.list_entitlements(applicationArn=arn, filter={})


def test_other_accounts_are_refused(plane: Plane, manager: Any) -> None:
    enable(manager)
    account = plane.account()
    plane.delegate(account)
    with refused("AccessDeniedException"):
        plane.client("account-access", account).list_applications()


def test_faults_and_counts_know_the_service(plane: Plane, manager: Any) -> None:
    throttled = {"service": "account-access", "error": "ThrottlingException", "status": 429, "times": 1}
    plane.server.faults.set([throttled])
    with refused("ThrottlingException"):
        manager.list_applications()
    assert plane.server.faults.calls()["account-access"] == {"ListApplications": 1}
