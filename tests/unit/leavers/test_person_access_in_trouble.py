"""One person's access where Identity Center answers in pages, late, or that something else is going on."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.stub import Stubber

from functions.aws.entitlements import Entitlements
from functions.aws.people import People
from functions.aws.person_access import POLLS, PersonAccess, PersonAccessError, Reach

STORE, JANE = "d-1234567890", "906788c1a2-0c4c1f8e-90d1-70f0-2c1b-5f2a3b4c5d6e"
GROUPS = [f"906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{n:012d}" for n in (1, 2)]
INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
SET = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-1234567890abcdef"
HUB, MANAGEMENT = "222222222222", "999999999999"


class Answers(Stubber):
    """Answers need not be whole: what nobody reads is left out, and an id may be an ARN."""

    def _validate_operation_response(self, operation_name: str, service_response: object) -> None:
        return None


class Services:
    """Real clients whose answers are given; every one of them must have been asked for."""

    def __init__(self) -> None:
        names: Sequence[Any] = ("sso-admin", "identitystore", "account-access")
        self._clients = {
            name: boto3.client(
                name,
                region_name="eu-west-1",
                aws_access_key_id="x",
                aws_secret_access_key="x",
                config=Config(parameter_validation=False),
            )
            for name in names
        }
        self._stubs = {name: Answers(client) for name, client in self._clients.items()}
        self.slept: list[float] = []

    def answer(self, service: str, call: str, answer: Mapping[str, Any]) -> None:
        self._stubs[service].add_response(call, answer)

    def refuse(self, service: str, call: str, code: str, **members: Any) -> None:
        self._stubs[service].add_client_error(call, code, modeled_fields=members)

    @property
    def access(self) -> PersonAccess:
        sso, directory = self._clients["sso-admin"], self._clients["identitystore"]
        return PersonAccess(
            sso,
            sso,
            directory,
            instance_arn=INSTANCE,
            identity_store_id=STORE,
            management_account=MANAGEMENT,
            sleep=self.slept.append,
        )

    @property
    def entitlements(self) -> Entitlements:
        return Entitlements(
            self._clients["account-access"], self._clients["identitystore"], identity_store_id=STORE
        )

    @property
    def people(self) -> People:
        return People(self._clients["identitystore"], STORE)

    def __enter__(self) -> "Services":
        for stub in self._stubs.values():
            stub.activate()
        return self

    def __exit__(self, *_: object) -> None:
        for stub in self._stubs.values():
            stub.assert_no_pending_responses()


@pytest.fixture
def services() -> Iterator[Services]:
    with Services() as services:
        yield services


def membership(number: int, *, arn: bool = False) -> dict[str, Any]:
    group = GROUPS[number]
    return {
        "IdentityStoreId": STORE,
        "GroupId": f"arn:aws:identitystore:::group/{group}" if arn else group,
        "MembershipId": f"m-{number}",
        "MemberId": {"UserId": JANE},
    }


def test_what_stands_on_the_second_page_is_reached_too(services: Services) -> None:
    for number, token in ((0, "more"), (1, None)):
        item = {"AccountId": HUB, "PermissionSetArn": SET, "PrincipalType": "GROUP"}
        page: dict[str, Any] = {"AccountAssignments": [{**item, "PrincipalId": GROUPS[number]}]}
        answer = page | ({"NextToken": token} if token else {})
        services.answer("sso-admin", "list_account_assignments_for_principal", answer)
    assert services.access.reach(JANE) == Reach((), tuple(GROUPS))


@pytest.mark.parametrize("arn", [False, True])
def test_a_group_on_the_second_page_is_left_too_however_its_id_is_written(
    services: Services, arn: bool
) -> None:
    first = {"GroupMemberships": [membership(0, arn=arn)], "NextToken": "more"}
    services.answer("identitystore", "list_group_memberships_for_member", first)
    second = {"GroupMemberships": [membership(1, arn=arn)]}
    services.answer("identitystore", "list_group_memberships_for_member", second)
    for _ in GROUPS:
        services.answer("identitystore", "delete_group_membership", {})
    services.access.leave_groups(JANE, tuple(GROUPS))


def test_a_group_that_cannot_be_left_keeps_no_other(services: Services) -> None:
    both = {"GroupMemberships": [membership(0), membership(1)]}
    services.answer("identitystore", "list_group_memberships_for_member", both)
    services.refuse("identitystore", "delete_group_membership", "ThrottlingException")
    services.answer("identitystore", "delete_group_membership", {})
    with pytest.raises(PersonAccessError, match=GROUPS[0]):
        services.access.leave_groups(JANE, tuple(GROUPS))


def test_who_is_in_the_group_already_is_in_it(services: Services) -> None:
    services.refuse(
        "identitystore",
        "create_group_membership",
        "ConflictException",
        Reason="UNIQUENESS_CONSTRAINT_VIOLATION",
    )
    assert services.access.join_group(JANE, GROUPS[0])
    assert services.slept == []


def test_while_something_else_is_being_changed_they_are_not_and_it_is_tried_again(services: Services) -> None:
    services.refuse(
        "identitystore", "create_group_membership", "ConflictException", Reason="CONCURRENT_MODIFICATION"
    )
    services.answer(
        "identitystore", "create_group_membership", {"MembershipId": "m", "IdentityStoreId": STORE}
    )
    assert services.access.join_group(JANE, GROUPS[0])
    assert services.slept == [POLLS[0]]


def test_if_that_goes_on_the_step_has_failed(services: Services) -> None:
    for _ in POLLS:
        services.refuse(
            "identitystore", "create_group_membership", "ConflictException", Reason="CONCURRENT_MODIFICATION"
        )
    with pytest.raises(PersonAccessError, match="being changed"):
        services.access.join_group(JANE, GROUPS[0])


def test_entitlements_on_the_second_page_are_found_too(services: Services) -> None:
    application = "arn:aws:account-access:eu-west-1:999999999999:application/1234567890abcdef"
    services.answer(
        "account-access", "list_applications", {"applications": [{"applicationArn": application}]}
    )
    for number, token in ((1, "more"), (2, None)):
        role = {"roleArn": f"arn:aws:iam::{HUB}:role/R{number}", "principal": {}}
        page: dict[str, Any] = {
            "entitlements": [{"entitlementId": f"e-{number}", "entitlement": {"principalRole": role}}]
        }
        answer = page | ({"nextToken": token} if token else {})
        services.answer("account-access", "list_entitlements", answer)
    services.answer("identitystore", "list_group_memberships_for_member", {"GroupMemberships": []})
    assert [each.id for each in services.entitlements.held(JANE).own] == ["e-1", "e-2"]


def test_a_person_s_id_is_the_id_alone(services: Services) -> None:
    written = f"arn:aws:identitystore:::user/{JANE}"
    services.answer("identitystore", "get_user_id", {"UserId": written, "IdentityStoreId": STORE})
    services.answer("identitystore", "describe_user", {"UserId": written, "IdentityStoreId": STORE})
    found = services.people.by_user_name("jane")
    assert found is not None
    assert found.user_id == JANE
