"""A client's view of the identity plane: real boto3 clients, requests, and short ways to fill it."""

from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from typing import Any

import boto3
import pytest
import requests
from botocore.config import Config
from botocore.exceptions import ClientError

from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, IdentityServer

MANAGEMENT = "123456789012"
NOBODY = "00000000-0000-4000-8000-000000000000"
DENY_ALL = '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":"*","Resource":"*"}]}'


@cache
def _session() -> boto3.Session:
    return boto3.Session()


@contextmanager
def refused(code: str, **members: str) -> Iterator[None]:
    """The call inside is answered with this error code, and with these members of the error."""
    with pytest.raises(ClientError) as caught:
        yield
    response: Any = caught.value.response
    assert response["Error"]["Code"] == code, response["Error"]
    assert members.items() <= response.items(), response


class Plane:
    """One running identity plane. Calls are made by the management account unless said otherwise."""

    def __init__(self, server: IdentityServer) -> None:
        self.server = server
        self.http = requests.Session()
        self.http.headers["Authorization"] = f"Bearer {server.scim_token}"
        self._clients: dict[tuple[str, str, bool], Any] = {}

    def client(self, service: Any, account: str = MANAGEMENT, *, checked: bool = True) -> Any:
        """A boto3 client; `checked=False` lets it send what its own validation would refuse."""
        key = (service, account, checked)
        if key not in self._clients:
            self._clients[key] = self._made(service, account, "us-east-1", checked=checked)
        return self._clients[key]

    def _made(self, service: Any, account: str, region: str, *, checked: bool) -> Any:
        return _session().client(
            service,
            region_name=region,
            endpoint_url=self.server.url,
            aws_access_key_id=account,
            aws_secret_access_key="sandbox",
            config=Config(parameter_validation=checked, retries={"total_max_attempts": 1}),
        )

    def elsewhere(self, service: Any, region: str) -> Any:
        """A client of another Region; what it sent through is closed with the plane."""
        key = (service, region, True)
        if key not in self._clients:
            self._clients[key] = self._made(service, MANAGEMENT, region, checked=True)
        return self._clients[key]

    @property
    def organizations(self) -> Any:
        return self.client("organizations")

    @property
    def sso(self) -> Any:
        return self.client("sso-admin")

    @property
    def store(self) -> Any:
        return self.client("identitystore")

    def close(self) -> None:
        for client in self._clients.values():
            client.close()
        self.http.close()

    def found(self) -> str:
        """An organization with SCPs enabled; its root's id."""
        self.organizations.create_organization(FeatureSet="ALL")
        root: str = self.organizations.list_roots()["Roots"][0]["Id"]
        self.organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
        return root

    def account(self, name: str = "payments") -> str:
        """A new member account's id."""
        created = self.organizations.create_account(Email=f"{name}@example.com", AccountName=name)
        request = created["CreateAccountStatus"]["Id"]
        self.server.settle()
        status = self.organizations.describe_create_account_status(CreateAccountRequestId=request)
        account_id: str = status["CreateAccountStatus"]["AccountId"]
        return account_id

    def invite(self, account: str) -> None:
        """`account` is invited and accepts."""
        invited = self.organizations.invite_account_to_organization(Target={"Id": account, "Type": "ACCOUNT"})
        self.client("organizations", account).accept_handshake(HandshakeId=invited["Handshake"]["Id"])

    def delegate(self, account: str) -> None:
        """`account` administers Identity Center."""
        self.organizations.enable_aws_service_access(ServicePrincipal="sso.amazonaws.com")
        self.organizations.register_delegated_administrator(
            AccountId=account, ServicePrincipal="sso.amazonaws.com"
        )

    def policy(self, name: str = "deny-leavers", content: str = DENY_ALL) -> str:
        """A service control policy's id."""
        created = self.organizations.create_policy(
            Name=name, Description="", Type="SERVICE_CONTROL_POLICY", Content=content
        )
        policy_id: str = created["Policy"]["PolicySummary"]["Id"]
        return policy_id

    def permission_set(self, name: str = "Developer") -> str:
        """A permission set's ARN."""
        created = self.sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name=name)
        arn: str = created["PermissionSet"]["PermissionSetArn"]
        return arn

    def group(self, name: str = "developers") -> str:
        """A group's id."""
        created = self.store.create_group(IdentityStoreId=IDENTITY_STORE_ID, DisplayName=name)
        group_id: str = created["GroupId"]
        return group_id

    def user(self, name: str = "jane") -> str:
        """A user's id."""
        created = self.store.create_user(
            IdentityStoreId=IDENTITY_STORE_ID,
            UserName=f"{name}@example.com",
            DisplayName=name,
            Name={"GivenName": name, "FamilyName": "Doe"},
            Emails=[{"Value": f"{name}@example.com", "Primary": True}],
        )
        user_id: str = created["UserId"]
        return user_id

    def parts(self) -> tuple[str, str, str]:
        """What an assignment needs: an account, a permission set, a group."""
        self.found()
        return self.account(), self.permission_set(), self.group()

    def triple(self, account: str, arn: str, principal: str, kind: str = "GROUP") -> dict[str, str]:
        """Parameters of CreateAccountAssignment and DeleteAccountAssignment."""
        return {
            "InstanceArn": INSTANCE_ARN,
            "TargetId": account,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": arn,
            "PrincipalType": kind,
            "PrincipalId": principal,
        }

    def assign(self, account: str, arn: str, principal: str, kind: str = "GROUP") -> dict[str, Any]:
        """Ask for an assignment and wait: what became of the request."""
        asked = self.sso.create_account_assignment(**self.triple(account, arn, principal, kind))
        self.server.settle()
        return self.creation(asked["AccountAssignmentCreationStatus"]["RequestId"])

    def creation(self, request: str) -> dict[str, Any]:
        """The state of a creation request."""
        answer = self.sso.describe_account_assignment_creation_status(
            InstanceArn=INSTANCE_ARN, AccountAssignmentCreationRequestId=request
        )
        status: dict[str, Any] = answer["AccountAssignmentCreationStatus"]
        return status

    def assignments(self, account: str, arn: str) -> list[dict[str, str]]:
        """Who has a permission set in an account."""
        answer = self.sso.list_account_assignments(
            InstanceArn=INSTANCE_ARN, AccountId=account, PermissionSetArn=arn
        )
        found: list[dict[str, str]] = answer["AccountAssignments"]
        return found

    def scim(self, method: str, path: str, **options: Any) -> requests.Response:
        """A SCIM call with the right token."""
        return self.http.request(method, f"{self.server.scim_url}{path}", timeout=10, **options)
