"""What the organization tells the event bus, in envelopes made from the samples."""

import json
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from functions.inbox import Envelope
from sandbox import identity
from sandbox.identity import INSTANCE_ARN
from tests.standins.identity.conftest import FAST
from tests.standins.identity.plane import MANAGEMENT, Plane, refused

SAMPLES = Path(__file__).parents[3] / "events" / "aws"


class Listener:
    """Keeps what it is told."""

    def __init__(self, plane: Plane) -> None:
        self._server = plane.server
        self._heard: list[Mapping[str, Any]] = []
        self._server.emit = self._heard.append

    def heard(self) -> list[Any]:
        """What was told since the last time."""
        self._server.settle()
        told, self._heard[:] = list(self._heard), []
        return told


def names(told: list[Any]) -> list[str]:
    return [envelope["detail"]["eventName"] for envelope in told]


@pytest.mark.parametrize("sample", sorted(SAMPLES.glob("*.json")), ids=lambda path: path.stem)
def test_every_sample_is_a_whole_envelope(sample: Path) -> None:
    raw = json.loads(sample.read_text(encoding="utf-8"))

    envelope = Envelope.parse(json.dumps(raw))

    assert set(raw) == {
        *("version", "id", "detail-type", "source", "account", "time", "region", "resources", "detail")
    }
    assert envelope.detail
    # IAM users are made in any account, and told of there.
    assert raw["account"] == MANAGEMENT or raw["source"] == "aws.iam"


def test_creating_an_account_is_told_twice(plane: Plane) -> None:
    plane.found()
    listener = Listener(plane)

    account = plane.account()

    result, joined = listener.heard()
    status = result["detail"]["serviceEventDetails"]["createAccountStatus"]
    assert result["detail-type"] == "AWS Service Event via CloudTrail"
    assert (status["state"], status["accountId"], status["accountName"]) == ("SUCCEEDED", account, "****")
    assert joined["detail"]["eventName"] == "AccountJoinedOrganization"
    assert joined["detail"]["serviceEventDetails"]["accountId"] == account
    assert result["id"] != joined["id"]
    assert result["time"] == result["detail"]["eventTime"]


def test_a_failed_creation_is_told_without_an_account(plane: Plane) -> None:
    plane.found()
    plane.account()
    listener = Listener(plane)

    plane.organizations.create_account(Email="payments@example.com", AccountName="again")

    (result,) = listener.heard()
    status = result["detail"]["serviceEventDetails"]["createAccountStatus"]
    assert (status["state"], status["failureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert "accountId" not in status


def test_moves_and_tags_are_told_with_their_parameters(plane: Plane) -> None:
    root = plane.found()
    account = plane.account()
    unit = plane.organizations.create_organizational_unit(ParentId=root, Name="Production")
    unit_id = unit["OrganizationalUnit"]["Id"]
    listener = Listener(plane)

    plane.organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=unit_id)
    plane.organizations.tag_resource(ResourceId=account, Tags=[{"Key": "stage", "Value": "production"}])
    plane.organizations.untag_resource(ResourceId=account, TagKeys=["stage"])

    told = listener.heard()
    assert [envelope["detail"]["requestParameters"] for envelope in told] == [
        {"accountId": account, "sourceParentId": root, "destinationParentId": unit_id},
        {"resourceId": account, "tags": [{"key": "stage", "value": "production"}]},
        {"resourceId": account, "tagKeys": ["stage"]},
    ]
    assert names(told) == ["MoveAccount", "TagResource", "UntagResource"]
    assert {envelope["detail-type"] for envelope in told} == {"AWS API Call via CloudTrail"}


def test_an_ou_with_another_name_is_told_and_the_same_name_is_not(plane: Plane) -> None:
    root = plane.found()
    unit = plane.organizations.create_organizational_unit(ParentId=root, Name="Live")["OrganizationalUnit"]
    listener = Listener(plane)

    for name in ("Live", "Production"):
        plane.organizations.update_organizational_unit(OrganizationalUnitId=unit["Id"], Name=name)

    (told,) = listener.heard()
    assert told["detail"]["eventName"] == "UpdateOrganizationalUnit"
    assert told["detail"]["requestParameters"] == {"organizationalUnitId": unit["Id"], "name": "Production"}
    assert told["detail"]["responseElements"]["organizationalUnit"]["name"] == "Production"


def test_an_accepted_invitation_is_told(plane: Plane) -> None:
    plane.found()
    listener = Listener(plane)

    plane.invite("222222222222")

    accepted, joined = listener.heard()
    handshake = accepted["detail"]["responseElements"]["handshake"]
    assert (handshake["action"], handshake["state"]) == ("INVITE", "ACCEPTED")
    assert {"id": "222222222222", "type": "ACCOUNT"} in handshake["parties"]
    assert accepted["detail"]["userIdentity"]["accountId"] == "222222222222"
    assert ":222222222222:" in accepted["detail"]["userIdentity"]["arn"]
    assert joined["detail"]["serviceEventDetails"]["joinedMethod"] == "Invited"


def test_departures_are_told(plane: Plane) -> None:
    plane.found()
    closed, removed = plane.account("closed"), plane.account("removed")
    plane.invite("222222222222")
    listener = Listener(plane)

    plane.organizations.close_account(AccountId=closed)
    (result,) = listener.heard()
    plane.organizations.remove_account_from_organization(AccountId=removed)
    plane.client("organizations", "222222222222").leave_organization()
    told = listener.heard()

    status = result["detail"]["serviceEventDetails"]["closeAccountStatus"]
    assert (status["accountId"], status["state"]) == (closed, "SUCCEEDED")
    assert names(told) == [
        "RemoveAccountFromOrganization",
        "AccountDepartedOrganization",
        "LeaveOrganization",
        "AccountDepartedOrganization",
    ]
    assert told[0]["detail"]["requestParameters"] == {"accountId": removed}
    assert told[1]["detail"]["serviceEventDetails"]["accountId"] == removed
    assert told[2]["detail"]["userIdentity"]["accountId"] == "222222222222"


def test_a_refused_call_tells_nothing(plane: Plane) -> None:
    plane.found()
    listener = Listener(plane)
    client = plane.organizations
    with refused("TargetNotFoundException"):
        client.tag_resource(ResourceId="111111111111", Tags=[{"Key": "a", "Value": "b"}])
    with refused("AccountNotFoundException"):
        client.remove_account_from_organization(AccountId="111111111111")
    assert listener.heard() == []


def test_events_leave_in_order_outside_of_the_lock(plane: Plane) -> None:
    """Given a listener that asks the plane itself, and slowly, then calls go on and the order stays."""
    root = plane.found()
    account = plane.account()
    release, order = threading.Event(), []

    def slow(envelope: Mapping[str, Any]) -> None:
        release.wait(10)
        order.append((envelope["detail"]["eventName"], len(plane.organizations.list_accounts()["Accounts"])))

    plane.server.emit = slow
    plane.organizations.tag_resource(ResourceId=account, Tags=[{"Key": "a", "Value": "b"}])
    plane.organizations.untag_resource(ResourceId=root, TagKeys=["a"])
    release.set()
    plane.server.settle()

    assert order == [("TagResource", 2), ("UntagResource", 2)]


def test_a_listener_that_fails_is_known_and_the_next_event_comes(plane: Plane) -> None:
    plane.found()
    account = plane.account()
    heard = []

    def failing(envelope: Mapping[str, Any]) -> None:
        heard.append(envelope["detail"]["eventName"])
        if len(heard) == 1:
            raise RuntimeError("no queue")

    plane.server.emit = failing
    plane.organizations.tag_resource(ResourceId=account, Tags=[{"Key": "a", "Value": "b"}])
    plane.organizations.untag_resource(ResourceId=account, TagKeys=["a"])
    plane.server.settle()

    assert heard == ["TagResource", "UntagResource"]
    assert [str(error) for error in plane.server.undelivered] == ["no queue"]


def test_emit_can_be_given_at_the_start_and_taken_away() -> None:
    heard: list[Mapping[str, Any]] = []
    with identity.serve(settings=FAST, emit=heard.append) as server:
        plane = Plane(server)
        plane.found()
        plane.account()
        server.emit = None
        plane.account("unheard")
        plane.close()
    assert len(heard) == 2


def test_a_group_by_scim_is_told_without_its_name(plane: Plane) -> None:
    """CloudTrail masks names; the id is in the answer to a creation, in the question otherwise."""
    listener = Listener(plane)
    url = f"{plane.server.scim_url}/Groups"
    group_id = plane.http.post(url, json={"displayName": "audit"}).json()["id"]
    renamed = {"Operations": [{"op": "replace", "path": "displayName", "value": "auditors"}]}
    assert plane.http.patch(f"{url}/{group_id}", json=renamed).ok

    created, patched = listener.heard()
    assert created["detail"]["eventSource"] == "identitystore-scim.amazonaws.com"
    assert created["detail"]["responseElements"]["id"] == group_id
    assert patched["detail"]["requestParameters"]["id"] == group_id
    assert patched["detail"]["requestParameters"]["httpBody"]["operations"][0]["path"] == "displayName"
    assert "audit" not in str([created, patched]).replace("audit-", "")


def test_an_assignment_is_told_when_it_is_asked_for(plane: Plane) -> None:
    """CloudTrail tells of the beginning of the request, and of who made it."""
    plane.found()
    account = plane.account()
    made = plane.sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name="ReadOnly")["PermissionSet"]
    group = plane.http.post(f"{plane.server.scim_url}/Groups", json={"displayName": "audit"}).json()["id"]
    listener = Listener(plane)
    asked = {
        "InstanceArn": INSTANCE_ARN,
        "TargetId": account,
        "TargetType": "AWS_ACCOUNT",
        "PermissionSetArn": made["PermissionSetArn"],
        "PrincipalType": "GROUP",
        "PrincipalId": group,
    }
    plane.sso.create_account_assignment(**asked)
    plane.server.settle()
    plane.sso.delete_account_assignment(**asked)

    created, deleted = listener.heard()
    assert names([created, deleted]) == ["CreateAccountAssignment", "DeleteAccountAssignment"]
    for event in (created, deleted):
        assert event["detail"]["requestParameters"]["targetId"] == account
    assert created["detail"]["responseElements"]["accountAssignmentCreationStatus"]["status"] == "IN_PROGRESS"
