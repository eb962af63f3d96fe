"""The gateways of partial losses: conditional writes, whole answers, few calls."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.group_access import KEEP_SECONDS, GroupAccess
from functions.aws.ledger import LedgerConflictError
from functions.aws.partial_losses import PartialLosses
from tests.unit.leavers.conftest import TABLE

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_sso_admin import SSOAdminClient

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
SET = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-0123456789abcdef"
GROUP, USER, ACCOUNT = "g" * 36, "u" * 36, "111111111111"


def test_whoever_is_late_does_not_write(dynamodb: "DynamoDBClient") -> None:
    losses = PartialLosses(dynamodb, TABLE)
    losses.write("00u1#00g1", {"group": "dev"}, after=0)
    losses.write("00u1#00g1", {"group": "ops"}, after=1)
    for after in (0, 1):
        with pytest.raises(LedgerConflictError):
            losses.write("00u1#00g1", {"group": "late"}, after=after)
    with pytest.raises(LedgerConflictError):
        losses.delete("00u1#00g1", after=1)
    assert losses.of("00u1")["00u1#00g1"].document == {"group": "ops"}


def test_one_persons_losses_are_not_anothers(dynamodb: "DynamoDBClient") -> None:
    losses = PartialLosses(dynamodb, TABLE)
    for key in ("00u1#00g1", "00u1#00g2", "00u10#00g1"):
        losses.write(key, {}, after=0)
    assert set(losses.of("00u1")) == {"00u1#00g1", "00u1#00g2"}
    losses.delete("00u1#00g1", after=1)
    losses.delete("00u1#00g1", after=1)
    assert set(losses.all()) == {"00u1#00g2", "00u10#00g1"}


class Named:
    """A directory in which every group is there but one."""

    asked = 0

    def group_id(self, display_name: str) -> str | None:
        self.asked += 1
        return None if display_name == "unpushed" else GROUP


def item(principal: str, kind: str) -> dict[str, Any]:
    return {"AccountId": ACCOUNT, "PermissionSetArn": SET, "PrincipalId": principal, "PrincipalType": kind}


@pytest.fixture
def sso(monkeypatch: pytest.MonkeyPatch) -> Iterator[tuple["SSOAdminClient", Stubber]]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    client = boto3.client("sso-admin", region_name="eu-west-1")
    with Stubber(client) as stub:
        yield client, stub
        stub.assert_no_pending_responses()


def answers(stub: Stubber, *pages: list[dict[str, Any]]) -> None:
    for number, page in enumerate(pages, 1):
        more = {"NextToken": str(number)} if number < len(pages) else {}
        stub.add_response("list_account_assignments_for_principal", {"AccountAssignments": page, **more})
        if number == 1 and page:
            described = {"PermissionSet": {"Name": "Developer", "PermissionSetArn": SET}}
            stub.add_response("describe_permission_set", described)


def test_while_many_leave_a_group_it_is_asked_once(sso: tuple["SSOAdminClient", Stubber]) -> None:
    client, stub = sso
    time, groups = [0.0], Named()
    access = GroupAccess(client, client, groups, instance_arn=INSTANCE, clock=lambda: time[0])
    answers(stub, [item(GROUP, "GROUP")])
    for _ in range(50):
        assert access.of_group("dev") == (GROUP, frozenset({(ACCOUNT, "Developer")}))
    assert access.of_group("unpushed") == (None, frozenset())
    assert groups.asked == 2

    time[0] += KEEP_SECONDS
    stub.add_response("list_account_assignments_for_principal", {"AccountAssignments": []})
    assert access.of_group("dev") == (GROUP, frozenset())


def test_what_a_group_is_given_a_moment_later_is_seen(sso: tuple["SSOAdminClient", Stubber]) -> None:
    client, stub = sso
    access = GroupAccess(client, client, Named(), instance_arn=INSTANCE, clock=lambda: 0.0)
    answers(stub, [])
    assert access.of_group("dev") == (GROUP, frozenset())
    answers(stub, [item(GROUP, "GROUP")])
    assert access.of_group("dev") == (GROUP, frozenset({(ACCOUNT, "Developer")}))


def test_what_a_person_has_is_told_by_whom(sso: tuple["SSOAdminClient", Stubber]) -> None:
    client, stub = sso
    answers(stub, [item(GROUP, "GROUP")], [item(USER, "USER")])
    found = GroupAccess(client, client, Named(), instance_arn=INSTANCE).of_person(USER)
    assert found == {GROUP: {(ACCOUNT, "Developer")}, USER: {(ACCOUNT, "Developer")}}


def test_half_an_answer_is_none(sso: tuple["SSOAdminClient", Stubber]) -> None:
    client, stub = sso
    page = {"AccountAssignments": [item(GROUP, "GROUP")], "NextToken": "1"}
    stub.add_response("list_account_assignments_for_principal", page)
    described = {"PermissionSet": {"Name": "Developer", "PermissionSetArn": SET}}
    stub.add_response("describe_permission_set", described)
    stub.add_client_error("list_account_assignments_for_principal", "ThrottlingException")
    with pytest.raises(ClientError):
        GroupAccess(client, client, Named(), instance_arn=INSTANCE).of_person(USER)


def test_who_is_not_in_the_directory_has_nothing(sso: tuple["SSOAdminClient", Stubber]) -> None:
    client, stub = sso
    stub.add_client_error("list_account_assignments_for_principal", "ResourceNotFoundException")
    assert GroupAccess(client, client, Named(), instance_arn=INSTANCE).of_person(USER) == {}
