"""Fills the stand-ins with the company: accounts through AWS's API, people through Okta and SCIM."""

import time
from typing import TYPE_CHECKING

from sandbox import company
from sandbox.okta import OktaServer

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

ACCOUNT_SECONDS = 30.0
PROVISIONING_SECONDS = 60.0


def organization(organizations: "OrganizationsClient") -> str:
    """All features on, service control policies enabled, the OUs and 33 accounts. Returns the root's id."""
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    units = {"/": root}
    for path in company.ORGANIZATIONAL_UNITS:
        parent, _, name = path.rpartition("/")
        created = organizations.create_organizational_unit(ParentId=units[parent or "/"], Name=name)
        units[path] = created["OrganizationalUnit"]["Id"]
    requests = [(account, _request(organizations, account)) for account in company.accounts()]
    for account, request in requests:
        organizations.move_account(
            AccountId=wait_for_account(organizations, request),
            SourceParentId=root,
            DestinationParentId=units[account.path],
        )
    return root


def people(tenant: OktaServer) -> None:
    """400 people with the AWS app, and their groups, pushed; all in Identity Center when it returns."""
    everybody = company.people()
    for person in everybody:
        tenant.model.add_person(person.login, person.first_name, person.last_name)
    for name in company.GROUPS:
        members = tuple(person.login for person in everybody if name in person.groups)
        tenant.model.add_group(name, members, pushed=True)
    if not tenant.model.drain(PROVISIONING_SECONDS):
        raise TimeoutError(f"provisioning was not done within {PROVISIONING_SECONDS:.0f} s")


def join_by_invitation(
    management: "OrganizationsClient", invited: "OrganizationsClient", account: str
) -> None:
    """Invite `account` and accept as that account does."""
    handshake = management.invite_account_to_organization(Target={"Id": account, "Type": "ACCOUNT"})
    invited.accept_handshake(HandshakeId=handshake["Handshake"]["Id"])


def wait_for_account(organizations: "OrganizationsClient", request: str) -> str:
    """Follow a CreateAccount request to its account id. Raises TimeoutError or RuntimeError."""
    deadline = time.monotonic() + ACCOUNT_SECONDS
    while time.monotonic() < deadline:
        status = organizations.describe_create_account_status(CreateAccountRequestId=request)
        match status["CreateAccountStatus"]:
            case {"State": "SUCCEEDED", "AccountId": account_id}:
                return account_id
            case {"State": "FAILED", "FailureReason": reason}:
                raise RuntimeError(f"account request {request} failed: {reason}")
        time.sleep(0.02)
    raise TimeoutError(f"account request {request} did not finish within {ACCOUNT_SECONDS:.0f} s")


def _request(organizations: "OrganizationsClient", account: company.CompanyAccount) -> str:
    status = organizations.create_account(
        Email=account.email,
        AccountName=account.name,
        Tags=[{"Key": key, "Value": value} for key, value in account.tags],
    )
    return status["CreateAccountStatus"]["Id"]
