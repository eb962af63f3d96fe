"""The services that leavers calls, in one process and the embedded AWS, filled with people who will leave."""

import json
import os
import threading
from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import boto3
import requests

from functions.aws.session import assumed
from functions.leavers.deny import LARGE, held_in
from functions.leavers.environment import Environment
from sandbox import embedded
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT, Settings, serve
from sandbox.identity.server import IdentityServer
from sandbox.world import ROOT

PORT = 15800
SECRET = "bench"  # noqa: S105 - opens nothing
ROLE = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/ostiary-deny-policies"
REGION = "eu-west-1"
TABLE = "ledger"
TURNS = "turns"


class _Okta(BaseHTTPRequestHandler):
    """Ends every session that it is asked to end."""

    protocol_version = "HTTP/1.1"

    def do_DELETE(self) -> None:
        self.send_response(204)
        self.end_headers()

    def log_message(self, format: str, *args: Any) -> None:
        """Quiet."""


class Counted:
    """Every call of boto3 clients, by service and operation."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self.calls: Counter[str] = Counter()

    def listen(self, session: boto3.Session) -> None:
        session.events.register("before-call", self._count)

    def _count(self, model: Any, **_: Any) -> None:
        with self._lock:
            self.calls[f"{model.service_model.service_name}:{model.name}"] += 1


@dataclass(frozen=True)
class World:
    """`groups` are the ids of the groups that everybody is in; `root` the organization's."""

    plane: IdentityServer
    counted: Counted
    groups: tuple[str, ...]
    root: str

    def denied(self) -> int:
        """How many people the service control policies name."""
        organizations = client(self.plane, "organizations")
        listed = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        contents = [
            organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
            for each in listed
            if each["Name"].startswith("ostiary-")
        ]
        return sum(len(held_in(content)) for content in contents)


@contextmanager
def opened(people: int, groups: int) -> Iterator[World]:
    """An organization, a directory of `people`, each in `groups` groups that have access."""
    with ExitStack() as stack:
        plane = stack.enter_context(serve(PORT, settings=Settings(policy_updates_per_second=2)))
        okta = ThreadingHTTPServer(("127.0.0.1", PORT + 1), _Okta)
        threading.Thread(target=okta.serve_forever, daemon=True).start()
        stack.callback(okta.server_close)
        stack.callback(okta.shutdown)
        directory = Path(stack.enter_context(TemporaryDirectory()))
        aws = stack.enter_context(embedded.serve(ROOT, directory, plane.url, MANAGEMENT_ACCOUNT, REGION))
        os.environ.update(_variables(plane.url, aws.url))
        boto3.setup_default_session(region_name=REGION)
        world = _filled(plane, Counted(), people, groups)
        assumed.cache_clear()
        if boto3.DEFAULT_SESSION is None:
            raise RuntimeError("there is no default session")
        world.counted.listen(boto3.DEFAULT_SESSION)
        world.counted.listen(assumed(ROLE, "ostiary-leavers"))
        yield world


def okta_id(number: int) -> str:
    """Of the person with this number."""
    return f"00u{number:017d}"


def client(plane: IdentityServer, service: Any) -> Any:
    """A client of the identity plane that nobody counts."""
    return boto3.Session().client(
        service,
        region_name="us-east-1",
        endpoint_url=plane.url,
        aws_access_key_id=MANAGEMENT_ACCOUNT,
        aws_secret_access_key=SECRET,
    )


def environment() -> Environment:
    """Of the function."""
    return Environment(
        bus="ostiary",
        runbooks="https://example.com",
        region=REGION,
        ledger_table=TABLE,
        turns_table=TURNS,
        deny_role=ROLE,
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        okta_url=f"http://127.0.0.1:{PORT + 1}",
        okta_credentials="okta",
        okta_app_id="0oabench",
        deny_size=LARGE,
        deny_count=4,
        deny_management=4,
        scim_credentials="",
    )


def _variables(plane: str, aws: str) -> dict[str, str]:
    services = ("ORGANIZATIONS", "SSO_ADMIN", "IDENTITYSTORE", "ACCOUNT_ACCESS")
    return {
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": MANAGEMENT_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "bench",
        "POWERTOOLS_LOG_LEVEL": "CRITICAL",
        "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
        "POWERTOOLS_METRICS_DISABLED": "true",
        "POWERTOOLS_SERVICE_NAME": "bench",
        **{f"AWS_ENDPOINT_URL_{name}": plane for name in services},
    }


def _filled(plane: IdentityServer, counted: Counted, people: int, groups: int) -> World:
    organizations = client(plane, "organizations")
    organizations.create_organization(FeatureSet="ALL")
    root = organizations.list_roots()["Roots"][0]["Id"]
    organizations.enable_policy_type(RootId=root, PolicyType="SERVICE_CONTROL_POLICY")
    ids = _groups(plane, _account(plane, organizations), groups)
    _people(plane, people, ids)
    boto3.client("dynamodb").create_table(
        TableName=TABLE,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}, {"AttributeName": "sk", "KeyType": "RANGE"}],
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
    )
    boto3.client("dynamodb").create_table(
        TableName=TURNS,
        BillingMode="PAY_PER_REQUEST",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
    )
    boto3.client("events").create_event_bus(Name="ostiary")
    boto3.client("secretsmanager").create_secret(Name="okta", SecretString=json.dumps({"token": "bench"}))
    return World(plane, counted, ids, root)


def _account(plane: IdentityServer, organizations: Any) -> str:
    asked = organizations.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]["Id"]
    plane.settle()
    status = organizations.describe_create_account_status(CreateAccountRequestId=asked)
    return str(status["CreateAccountStatus"]["AccountId"])


def _groups(plane: IdentityServer, account: str, count: int) -> tuple[str, ...]:
    sso, store, found = client(plane, "sso-admin"), client(plane, "identitystore"), []
    created = sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name="Developer")
    for number in range(count):
        group = store.create_group(IdentityStoreId=IDENTITY_STORE_ID, DisplayName=f"g-{number}")["GroupId"]
        sso.create_account_assignment(
            InstanceArn=INSTANCE_ARN,
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=created["PermissionSet"]["PermissionSetArn"],
            PrincipalType="GROUP",
            PrincipalId=group,
        )
        plane.settle()
        found.append(str(group))
    return tuple(found)


def _people(plane: IdentityServer, count: int, groups: tuple[str, ...]) -> None:
    store = client(plane, "identitystore")
    with requests.Session() as scim:
        scim.headers["Authorization"] = f"Bearer {plane.scim_token}"
        for number in range(count):
            name = okta_id(number)
            body: dict[str, Any] = {"userName": f"{name}@example.com", "externalId": name, "active": True}
            body |= {"displayName": name, "name": {"givenName": "A", "familyName": "B"}}
            user = scim.post(f"{plane.scim_url}/Users", json=body, timeout=10).json()["id"]
            for group in groups:
                store.create_group_membership(
                    IdentityStoreId=IDENTITY_STORE_ID, GroupId=group, MemberId={"UserId": user}
                )
