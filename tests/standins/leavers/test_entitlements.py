"""Entitlements through the real client: who has which, also through groups, and where nobody can have any."""

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError, EndpointConnectionError

from functions.aws.entitlements import (
    REMEMBERED_SECONDS,
    Entitlements,
    EveryAccess,
    Held,
    NotInUseError,
)
from functions.aws.person_access import Entitlement, PersonAccess
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import NOBODY, Plane
from tests.standins.leavers.container import REGION


class Company:
    """Jane, who is in a group; account access manager is not enabled yet."""

    def __init__(self, plane: Plane) -> None:
        self.plane, self.seconds = plane, 0.0
        plane.found()
        self.account, self.jane, self.group = plane.account(), plane.user(), plane.group()
        self.manager = plane.elsewhere("account-access", REGION)
        plane.store.create_group_membership(
            IdentityStoreId=IDENTITY_STORE_ID, GroupId=self.group, MemberId={"UserId": self.jane}
        )
        self.entitlements = Entitlements(
            self.manager, plane.store, identity_store_id=IDENTITY_STORE_ID, clock=lambda: self.seconds
        )
        self.role = f"arn:aws:iam::{self.account}:role/Developer"

    def enable(self) -> str:
        source = {"identityCenter": {"instanceArn": INSTANCE_ARN}}
        return str(self.manager.create_application(identitySource=source)["applicationArn"])

    def entitle(self, application: str, **principal: str) -> Entitlement:
        wanted = {"principalRole": {"principal": {"identityCenter": principal}, "roleArn": self.role}}
        made = self.manager.create_entitlement(applicationArn=application, entitlement=wanted)
        return Entitlement(application, made["entitlementId"], self.role)

    def asked(self) -> dict[str, int]:
        return self.plane.server.faults.calls().get("account-access", {})


@pytest.fixture
def company(start: Start) -> Company:
    return Company(start(FAST))


def test_own_ones_and_those_of_groups(company: Company) -> None:
    application = company.enable()
    mine = company.entitle(application, userId=company.jane)
    company.entitle(application, groupId=company.group)
    company.entitle(application, userId=company.plane.user("joe"))

    assert company.entitlements.held(company.jane) == Held((mine,), (company.group,))


def test_taken_and_given_back_twice_each(company: Company) -> None:
    mine = company.entitle(company.enable(), userId=company.jane)
    for _ in range(2):
        company.entitlements.delete(mine)
    assert company.entitlements.held(company.jane) == Held()
    for _ in range(2):
        assert company.entitlements.create(company.jane, mine)
    (back,) = company.entitlements.held(company.jane).own
    assert back.role_arn == mine.role_arn


def test_where_it_is_not_enabled_nobody_is_asked_about_for_each_leaver(company: Company) -> None:
    for _ in range(3):
        with pytest.raises(NotInUseError, match="not enabled"):
            company.entitlements.held(company.jane)
    assert company.asked() == {"ListApplications": 1}

    mine = company.entitle(company.enable(), userId=company.jane)
    company.seconds += REMEMBERED_SECONDS
    assert company.entitlements.held(company.jane).own == (mine,)


def test_a_group_is_asked_about_once_for_a_burst(company: Company) -> None:
    company.entitle(company.enable(), groupId=company.group)
    for _ in range(3):
        assert company.entitlements.held(company.jane).groups == (company.group,)
    assert company.asked()["ListEntitlements"] == 3 + 1


def test_when_it_is_deleted_meanwhile_there_is_nothing_to_take_and_nothing_to_give(company: Company) -> None:
    application = company.enable()
    mine = company.entitle(application, userId=company.jane)
    company.entitlements.held(company.jane)
    company.manager.delete_application(applicationArn=application)

    company.entitlements.delete(mine)
    assert not company.entitlements.create(company.jane, mine)
    with pytest.raises(NotInUseError, match="deleted"):
        company.entitlements.held(company.jane)
    with pytest.raises(NotInUseError, match="not enabled"):
        company.entitlements.held(company.jane)


def test_a_person_or_role_that_is_gone_is_given_nothing(company: Company) -> None:
    mine = company.entitle(company.enable(), userId=company.jane)
    assert not company.entitlements.create(NOBODY, mine)
    elsewhere = mine._replace(role_arn="arn:aws:iam::999999999999:role/Developer")
    assert not company.entitlements.create(company.jane, elsewhere)


@pytest.mark.parametrize(
    "fault",
    [
        {"operation": "ListApplications", "error": "AccessDeniedException", "status": 403},
        {"operation": "ListEntitlements", "error": "ThrottlingException", "status": 429},
    ],
)
def test_what_cannot_be_read_is_never_taken_for_nothing(company: Company, fault: dict[str, Any]) -> None:
    mine = company.entitle(company.enable(), userId=company.jane)
    company.plane.server.faults.set([{"service": "account-access", "times": 1, **fault}])
    with pytest.raises(ClientError, match=str(fault["error"])):
        company.entitlements.held(company.jane)
    assert company.entitlements.held(company.jane).own == (mine,), "and it was not remembered"


@pytest.mark.parametrize(("region", "offered"), [("eu-west-1", True), ("eu-south-1", False)])
def test_only_where_aws_does_not_offer_it_a_missing_endpoint_is_an_answer(
    company: Company, region: str, offered: bool, no_endpoint: Callable[[str], Any]
) -> None:
    entitlements = Entitlements(no_endpoint(region), company.plane.store, identity_store_id=IDENTITY_STORE_ID)
    with pytest.raises(EndpointConnectionError if offered else NotInUseError):
        entitlements.held(company.jane)


@pytest.fixture
def no_endpoint() -> Callable[[str], Any]:
    """A client whose endpoint nothing listens on: port 9 of loopback refuses at once."""

    def made(region: str) -> Any:
        return boto3.Session().client(
            "account-access",
            region_name=region,
            endpoint_url="http://127.0.0.1:9",
            aws_access_key_id="x",
            aws_secret_access_key="x",
            config=Config(retries={"total_max_attempts": 1}),
        )

    return made


def test_the_deny_stays_while_an_entitlement_gives_access(company: Company) -> None:
    """Reach is what the schedule asks before it lets a deny end."""
    sso, store = company.plane.sso, company.plane.store
    access = PersonAccess(
        sso,
        sso,
        store,
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        management_account=MANAGEMENT_ACCOUNT,
    )
    every = EveryAccess(access, company.entitlements)
    assert not every.reach(company.jane)

    application, company.seconds = company.enable(), REMEMBERED_SECONDS
    mine = company.entitle(application, userId=company.jane)
    assert every.reach(company.jane).entitlements == (mine,)
    company.entitlements.delete(mine)
    company.entitle(application, groupId=company.group)
    company.seconds *= 2
    assert every.reach(company.jane).groups == (company.group,)
