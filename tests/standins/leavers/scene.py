"""One company on loopback: the leavers function's own wiring, and every service that it calls, over HTTP."""

import json
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property
from typing import Any
from uuid import uuid4

import boto3

from functions.aws.ledger import Ledger
from functions.aws.management_deny import NOBODY
from functions.inbox import Envelope
from functions.leavers.documents import from_document
from functions.leavers.taken import Taken
from functions.leavers.wiring import Leavers
from functions.policy import AccessPolicy
from sandbox import identity, okta
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from tests.standins.identity.conftest import FAST
from tests.standins.identity.plane import Plane
from tests.standins.leavers import cloud
from tests.standins.leavers.container import REGION, TABLE, TURNS, environment, forget, surrounded, variables


@dataclass(frozen=True)
class Has:
    """All that gives somebody access, as the services tell it."""

    assignments: tuple[tuple[str, str], ...] = ()
    groups: tuple[str, ...] = ()
    roles: tuple[str, ...] = ()


NOTHING = Has()


@dataclass
class Scene:
    """The company, and what can be asked of it."""

    plane: Plane
    tenant: okta.OktaServer
    cloud: cloud.Cloud
    account: str = ""
    permission_set: str = ""
    group: str = ""
    application: str = ""
    root: str = ""
    numbers: Iterator[int] = field(default_factory=lambda: iter(range(10_000)))

    def fill(self) -> None:
        """A member account, a permission set, a group that has it, account access manager, a ledger."""
        self.root = self.plane.found()
        self.account, self.group = self.plane.account(), self.plane.group()
        self.permission_set = self.plane.permission_set()
        self.plane.assign(self.account, self.permission_set, self.group)
        source = {"identityCenter": {"instanceArn": INSTANCE_ARN}}
        manager = self.plane.elsewhere("account-access", REGION)
        self.application = manager.create_application(identitySource=source)["applicationArn"]
        boto3.client("dynamodb").create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[
                {"AttributeName": "pk", "KeyType": "HASH"},
                {"AttributeName": "sk", "KeyType": "RANGE"},
            ],
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name in ("pk", "sk")],
        )
        boto3.client("dynamodb").create_table(
            TableName=TURNS,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        boto3.client("events").create_event_bus(Name="ostiary")
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(Name="okta", SecretString=json.dumps({"token": self.tenant.token}))
        scim = {"url": self.plane.server.scim_url, "token": self.plane.server.scim_token}
        secrets.create_secret(Name="scim", SecretString=json.dumps(scim))
        boto3.client("iam").create_policy(
            PolicyName="ostiary-deny-leavers-1", PolicyDocument=json.dumps(NOBODY)
        )

    def joins(self) -> "Person":
        """Somebody new with an assignment of their own, a group that has one, and an entitlement."""
        person = self.joins_group()
        self.plane.assign(self.account, self.permission_set, person.user_id, "USER")
        principal = {"identityCenter": {"userId": person.user_id}}
        role = f"arn:aws:iam::{self.account}:role/Developer"
        self.plane.elsewhere("account-access", REGION).create_entitlement(
            applicationArn=self.application,
            entitlement={"principalRole": {"principal": principal, "roleArn": role}},
        )
        return person

    def joins_group(self) -> "Person":
        """Somebody new who has access through the group alone."""
        login = f"person.{next(self.numbers)}@example.com"
        person = self.tenant.model.add_person(login)
        body: dict[str, Any] = {"userName": login, "externalId": person.id, "displayName": login}
        body |= {"name": {"givenName": "A", "familyName": "B"}, "active": True}
        user_id = self.plane.scim("POST", "/Users", json=body).json()["id"]
        self.plane.store.create_group_membership(
            IdentityStoreId=IDENTITY_STORE_ID, GroupId=self.group, MemberId={"UserId": user_id}
        )
        return Person(self, person.id, user_id, login)

    def denied(self) -> tuple[list[str], list[str]]:
        """The documents that bind the member accounts, and those of the management account."""
        organizations = self.plane.organizations
        attached = organizations.list_policies_for_target(
            TargetId=self.root, Filter="SERVICE_CONTROL_POLICY"
        )["Policies"]
        everywhere = [
            organizations.describe_policy(PolicyId=each["Id"])["Policy"]["Content"]
            for each in attached
            if each["Name"].startswith("ostiary-")
        ]
        iam, arn = boto3.client("iam"), f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:policy/ostiary-deny-leavers-1"
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        there = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        return everywhere, [json.dumps(there)]

    def faults(self, faults: list[dict[str, Any]]) -> None:
        """The same list for every stand-in: none serves what another does."""
        for board in (self.plane.server.faults, self.tenant.faults, self.cloud.faults):
            board.set(faults)

    def calls(self) -> dict[str, dict[str, int]]:
        """What has been asked of every service since the last `forget`."""
        boards = (self.plane.server.faults, self.tenant.faults, self.cloud.faults)
        return {service: counts for board in boards for service, counts in board.calls().items()}

    def forget(self) -> None:
        """No fault, no call counted, nobody in the ledger."""
        self.faults([])
        for board in (self.plane.server.faults, self.tenant.faults, self.cloud.faults):
            board.reset()
        self.cloud.forget(TABLE, MANAGEMENT_ACCOUNT, REGION)

    @cached_property
    def warm(self) -> Leavers:
        """A container that has been there for a while."""
        return self.instance()

    def cold(self) -> Leavers:
        """A new container on a new machine: it has no session, no secret, nothing."""
        forget()
        return self.instance()

    def instance(self) -> Leavers:
        """A new container."""
        return Leavers(environment(self.tenant.url), AccessPolicy(permission_sets={}))


@dataclass
class Person:
    scene: Scene
    okta_id: str
    user_id: str
    login: str
    at: datetime = field(default_factory=lambda: datetime.now(UTC) - timedelta(seconds=60))

    def event(self, kind: str, seconds: float) -> Envelope:
        """What Okta tells of them, `seconds` after the first."""
        target = {"id": self.okta_id, "type": "User", "alternateId": self.login}
        group = {"id": "00g0developers0000000", "type": "UserGroup", "displayName": "developers"}
        uuid = str(uuid4())
        detail: dict[str, Any] = {
            "uuid": uuid,
            "published": (self.at + timedelta(seconds=seconds)).isoformat(),
            "eventType": kind,
            "outcome": {"result": "SUCCESS"},
            "target": [
                *([target] if kind != "group.lifecycle.delete" else []),
                *([group] if kind.startswith("group.") else []),
            ],
        }
        return Envelope(uuid, "ostiary.okta", kind, self.at, detail)

    def leaves(self) -> Envelope:
        return self.event("user.lifecycle.deactivate", 0)

    def returns(self) -> Envelope:
        return self.event("user.lifecycle.reactivate", 10)

    def loses_group(self) -> Envelope:
        return self.event("group.user_membership.remove", 0)

    def regains_group(self) -> Envelope:
        return self.event("group.user_membership.add", 10)

    def has(self) -> Has:
        plane = self.scene.plane
        assignments = plane.assignments(self.scene.account, self.scene.permission_set)
        memberships = plane.store.list_group_memberships_for_member(
            IdentityStoreId=IDENTITY_STORE_ID, MemberId={"UserId": self.user_id}
        )["GroupMemberships"]
        wanted = {"principalRole": {"principal": {"identityCenter": {"userId": self.user_id}}}}
        entitlements = plane.elsewhere("account-access", REGION).list_entitlements(
            applicationArn=self.scene.application, filter=wanted
        )["entitlements"]
        return Has(
            tuple(
                (self.scene.account, self.scene.permission_set)
                for each in assignments
                if each["PrincipalId"] == self.user_id
            ),
            tuple(each["GroupId"] for each in memberships),
            tuple(each["entitlement"]["principalRole"]["roleArn"] for each in entitlements),
        )

    def recorded(self) -> Has:
        """What the ledger says was taken from them."""
        ledger = Ledger(boto3.client("dynamodb"), TABLE)
        stored = ledger.read(f"okta:{self.okta_id}")
        taken = from_document("", stored.document).taken if stored else Taken()
        return Has(taken.assignments, taken.groups, tuple(each.role_arn for each in taken.entitlements))

    def told(self) -> set[str]:
        """The titles of what on-call has open about them."""
        last = {each["key"]: each for each in self.scene.cloud.told if each["subject"] == self.login}
        return {each["title"] for each in last.values() if each["state"] == "open"}

    def enabled(self) -> bool:
        return bool(self.scene.plane.server.state.directory.users[self.user_id].enabled)

    def sessions(self) -> int:
        return len(self.scene.tenant.model.sessions_of(self.okta_id))

    def denied_roles(self) -> list[str]:
        """The permission sets of which earlier sessions of theirs are denied."""
        everywhere, _ = self.scene.denied()
        statements = [each for text in everywhere for each in json.loads(text)["Statement"]]
        mine = [each["Condition"] for each in statements if self.user_id in str(each["Condition"])]
        roles = [role for each in mine for role in each.get("ArnLike", {}).get("aws:PrincipalArn", [])]
        return [role.rpartition("AWSReservedSSO_")[2].rpartition("_")[0] for role in roles]

    def denials(self) -> tuple[int, int]:
        """How often their id stands in the policies of the member accounts, and of the management account."""
        everywhere, there = self.scene.denied()
        return (
            sum(each.count(self.user_id) for each in everywhere),
            sum(each.count(self.user_id) for each in there),
        )


@contextmanager
def opened() -> Iterator[Scene]:
    """A filled scene; boto3's default session is that of the function while it is open."""
    with ExitStack() as stack:
        plane = Plane(stack.enter_context(identity.serve(settings=FAST)))
        stack.callback(plane.close)
        tenant = stack.enter_context(okta.serve(settings=okta.Settings()))
        aws = stack.enter_context(cloud.serve())
        stack.enter_context(surrounded(variables(plane.server.url, aws.url)))
        scene = Scene(plane, tenant, aws)
        scene.fill()
        scene.warm.upkeep.run()  # The deny policies are there, and name nobody.
        yield scene
