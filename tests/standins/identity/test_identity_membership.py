"""Who is in the organization, and who may act for it: invitations, departures, delegated administrators."""

from dataclasses import replace

import pytest

from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import MANAGEMENT, Plane, refused


def test_closing_takes_its_time_and_happens_once(start: Start) -> None:
    plane = start(replace(FAST, close_seconds=60))
    plane.found()
    account = plane.account()

    plane.organizations.close_account(AccountId=account)

    assert plane.organizations.describe_account(AccountId=account)["Account"]["State"] == "PENDING_CLOSURE"
    with refused("ConflictException"):
        plane.organizations.close_account(AccountId=account)


def test_a_closed_account_is_suspended(plane: Plane) -> None:
    plane.found()
    account = plane.account()

    plane.organizations.close_account(AccountId=account)
    plane.server.settle()

    assert plane.organizations.describe_account(AccountId=account)["Account"]["State"] == "SUSPENDED"
    with refused("AccountAlreadyClosedException"):
        plane.organizations.close_account(AccountId=account)
    with refused("ConstraintViolationException", Reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT"):
        plane.organizations.close_account(AccountId=MANAGEMENT)


def test_a_removed_account_is_a_member_no_more(plane: Plane) -> None:
    plane.found()
    account = plane.account()

    plane.organizations.remove_account_from_organization(AccountId=account)

    with refused("AccountNotFoundException"):
        plane.organizations.describe_account(AccountId=account)
    with refused("MasterCannotLeaveOrganizationException"):
        plane.organizations.remove_account_from_organization(AccountId=MANAGEMENT)


def test_an_invited_account_joins_when_it_accepts(plane: Plane) -> None:
    """Given an invitation, then only the invited account itself can accept it, and once."""
    plane.found()
    invited = plane.client("organizations", "222222222222")
    handshake = plane.organizations.invite_account_to_organization(
        Target={"Id": "222222222222", "Type": "ACCOUNT"}
    )["Handshake"]
    with refused("AWSOrganizationsNotInUseException"):
        invited.describe_organization()
    with refused("AccessDeniedException"):
        plane.organizations.accept_handshake(HandshakeId=handshake["Id"])
    with refused("DuplicateHandshakeException"):
        plane.organizations.invite_account_to_organization(Target={"Id": "222222222222", "Type": "ACCOUNT"})

    assert [each["Id"] for each in invited.list_handshakes_for_account()["Handshakes"]] == [handshake["Id"]]
    accepted = invited.accept_handshake(HandshakeId=handshake["Id"])["Handshake"]

    account = plane.organizations.describe_account(AccountId="222222222222")["Account"]
    assert (handshake["State"], accepted["State"]) == ("OPEN", "ACCEPTED")
    assert (account["JoinedMethod"], account["State"]) == ("INVITED", "ACTIVE")
    assert invited.describe_organization()["Organization"]["MasterAccountId"] == MANAGEMENT
    with refused("HandshakeAlreadyInStateException"):
        invited.accept_handshake(HandshakeId=handshake["Id"])
    with refused("HandshakeConstraintViolationException", Reason="ALREADY_IN_AN_ORGANIZATION"):
        plane.organizations.invite_account_to_organization(Target={"Id": "222222222222", "Type": "ACCOUNT"})


@pytest.mark.parametrize("answer", ["decline_handshake", "cancel_handshake"])
def test_an_invitation_that_ended_cannot_be_accepted(plane: Plane, answer: str) -> None:
    plane.found()
    invited = plane.client("organizations", "222222222222")
    handshake = plane.organizations.invite_account_to_organization(
        Target={"Id": "222222222222", "Type": "ACCOUNT"}
    )["Handshake"]["Id"]

    getattr(invited if answer == "decline_handshake" else plane.organizations, answer)(HandshakeId=handshake)

    with refused("InvalidHandshakeTransitionException"):
        invited.accept_handshake(HandshakeId=handshake)
    with refused("HandshakeNotFoundException"):
        invited.accept_handshake(HandshakeId="h-0123456789abcdef")


def test_a_member_can_leave_but_not_read(plane: Plane) -> None:
    plane.found()
    plane.invite("222222222222")
    member = plane.client("organizations", "222222222222")
    with refused("AccessDeniedException"):
        member.list_accounts()

    member.leave_organization()

    with refused("AWSOrganizationsNotInUseException"):
        member.leave_organization()


def test_identity_center_can_be_delegated(plane: Plane) -> None:
    """Given trusted access, a member becomes delegated administrator, and may read the organization."""
    plane.found()
    plane.invite("222222222222")
    with refused("ConstraintViolationException", Reason="SERVICE_ACCESS_NOT_ENABLED"):
        plane.organizations.register_delegated_administrator(
            AccountId="222222222222", ServicePrincipal="sso.amazonaws.com"
        )

    plane.delegate("222222222222")

    delegate = plane.client("organizations", "222222222222")
    administrators = delegate.list_delegated_administrators(ServicePrincipal="sso.amazonaws.com")
    assert [each["Id"] for each in administrators["DelegatedAdministrators"]] == ["222222222222"]
    services = delegate.list_delegated_services_for_account(AccountId="222222222222")["DelegatedServices"]
    assert [each["ServicePrincipal"] for each in services] == ["sso.amazonaws.com"]
    trusted = delegate.list_aws_service_access_for_organization()["EnabledServicePrincipals"]
    assert [each["ServicePrincipal"] for each in trusted] == ["sso.amazonaws.com"]
    with refused("AccessDeniedException"):
        delegate.tag_resource(ResourceId="222222222222", Tags=[{"Key": "a", "Value": "b"}])
    with refused("AccountAlreadyRegisteredException"):
        plane.delegate("222222222222")
    with refused("ConstraintViolationException", Reason="CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG"):
        plane.organizations.remove_account_from_organization(AccountId="222222222222")
    with refused("ConstraintViolationException", Reason="CANNOT_REGISTER_MASTER_AS_DELEGATED_ADMINISTRATOR"):
        plane.delegate(MANAGEMENT)


def test_a_deregistered_administrator_is_none(plane: Plane) -> None:
    plane.found()
    plane.invite("222222222222")
    plane.delegate("222222222222")
    role = {"AccountId": "222222222222", "ServicePrincipal": "sso.amazonaws.com"}

    plane.organizations.deregister_delegated_administrator(**role)

    with refused("AccountNotRegisteredException"):
        plane.organizations.deregister_delegated_administrator(**role)
    with refused("AccountNotRegisteredException"):
        plane.organizations.list_delegated_services_for_account(AccountId="222222222222")
    with refused("InvalidInputException", Reason="UNRECOGNIZED_SERVICE_PRINCIPAL"):
        plane.organizations.deregister_delegated_administrator(
            AccountId="222222222222", ServicePrincipal="nothing.amazonaws.com"
        )
