"""The calls that nobody can do without, made bare: no conditions, no order, nothing to repeat or to undo."""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import boto3
import requests

from benchmarks.leavers.world import PORT, TABLE, World, client, environment, okta_id
from functions.aws.session import assumed
from functions.leavers.deny import LARGE, Denied, Shape, render
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN


def seconds(world: World, leavers: int, at_once: Callable[[Callable[[int], None]], float]) -> float:
    """For each person: find them, note them, list and take what they have, end their sessions, tell. For all:
    each policy written once, not two in a second and more, and read back."""
    people = range(leavers)
    clients = [_Clients() for _ in range(10)]
    users: dict[int, str] = {}
    policies = _policies(world, leavers)

    def person(each: "_Clients", number: int) -> None:
        users[number] = each.leaves(number)

    def work(thread: int) -> None:
        for number in people[thread :: len(clients)]:
            person(clients[thread], number)

    def deny(thread: int) -> None:
        if thread == 0:
            clients[0].deny(policies, list(users.values()))

    return at_once(work) + at_once(deny)


class _Clients:
    """Of one thread; made before the clock starts, and each has its connection."""

    def __init__(self) -> None:
        management = assumed(environment().deny_role, "ostiary-leavers")
        self._store: Any = boto3.client("identitystore")
        self._center: Any = management.client("sso-admin")
        self._organizations: Any = management.client("organizations", region_name="us-east-1")
        self._table: Any = boto3.client("dynamodb")
        self._bus: Any = boto3.client("events")
        self._okta = requests.Session()
        self._organizations.list_roots()
        self._table.get_item(TableName=TABLE, Key={"pk": {"S": "-"}, "sk": {"S": "-"}})

    def leaves(self, number: int) -> str:
        name = okta_id(number)
        wanted = {"AttributePath": "userName", "AttributeValue": f"{name}@example.com"}
        user: str = self._store.get_user_id(
            IdentityStoreId=IDENTITY_STORE_ID, AlternateIdentifier={"UniqueAttribute": wanted}
        )["UserId"]
        self._table.put_item(TableName=TABLE, Item={"pk": {"S": name}, "sk": {"S": user}})
        listed = self._center.list_account_assignments_for_principal(
            InstanceArn=INSTANCE_ARN, PrincipalId=user, PrincipalType="USER"
        )["AccountAssignments"]
        if listed:
            self._leave_groups(user)
        self._okta.delete(f"http://127.0.0.1:{PORT + 1}/api/v1/users/{name}/sessions", timeout=10)
        told = {"Source": "bench", "DetailType": "told", "Detail": "{}", "EventBusName": "ostiary"}
        self._bus.put_events(Entries=[told])
        return user

    def deny(self, policies: list[str], users: list[str]) -> None:
        now = datetime.now(UTC)
        everybody = [Denied(user, now, None) for user in users]
        rendering = render(everybody, [], Shape(LARGE, len(policies)))
        for policy, content in zip(policies, rendering.documents, strict=True):
            self._organizations.update_policy(PolicyId=policy, Content=content)
            self._organizations.describe_policy(PolicyId=policy)

    def _leave_groups(self, user: str) -> None:
        memberships = self._store.list_group_memberships_for_member(
            IdentityStoreId=IDENTITY_STORE_ID, MemberId={"UserId": user}
        )["GroupMemberships"]
        for each in memberships:
            self._store.delete_group_membership(
                IdentityStoreId=IDENTITY_STORE_ID, MembershipId=each["MembershipId"]
            )


def _policies(world: World, leavers: int) -> list[str]:
    """Attached beforehand, as many as it takes: an id has 36 characters here, and its quotes and comma 3."""
    count = -(-leavers * 39 // (LARGE - 200)) or 1
    organizations = client(world.plane, "organizations")
    made = []
    nobody = {"Version": "2012-10-17", "Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*"}]}
    for number in range(count):
        created = organizations.create_policy(
            Name=f"floor-{number}",
            Description="",
            Type="SERVICE_CONTROL_POLICY",
            Content=json.dumps(nobody),
        )
        made.append(str(created["Policy"]["PolicySummary"]["Id"]))
        organizations.attach_policy(PolicyId=made[-1], TargetId=world.root)
    return made
