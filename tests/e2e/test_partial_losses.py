"""Somebody is taken out of one group in Okta, in the deployed world: which sessions end, and where."""

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import requests

from sandbox.evaluator import Call, verdicts
from sandbox.identity import IDENTITY_STORE_ID, MANAGEMENT_ACCOUNT
from sandbox.stories.leaver import root_policies
from sandbox.world import World
from tests.e2e.test_leavers import Person, management_policies
from tests.e2e.waiting import eventually

GROUP, SET, OTHER = "aws-regroup-proof", "Developer", "ReadOnly"
OLD = f"{datetime.now(UTC) - timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"
NEW = f"{datetime.now(UTC) + timedelta(hours=1):%Y-%m-%dT%H:%M:%SZ}"


@pytest.fixture
def world(world: World) -> World:
    """The recommended shape, where every function runs under its own role."""
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("one shape shows it, and the other has the same code")
    return world


def membership(world: World, method: str, group_id: str, person: Person) -> None:
    url = f"{world.okta.url}/api/v1/groups/{group_id}/users/{person.okta_id}"
    headers = {"Authorization": f"SSWS {world.okta.token}"}
    requests.request(method, url, headers=headers, timeout=30).raise_for_status()


def given(world: World, people: list[Person], accounts: list[str]) -> str:
    """A group that Okta pushes, with these people in it, which gives a permission set in these accounts."""
    group = world.okta.model.add_group(GROUP, tuple(each.okta_id for each in people), pushed=True)
    assert world.okta.model.drain(30)
    name: Any = {"AttributePath": "displayName", "AttributeValue": GROUP}
    store, center = world.identity_client("identitystore"), world.identity_client("sso-admin")
    found = store.get_group_id(
        IdentityStoreId=IDENTITY_STORE_ID, AlternateIdentifier={"UniqueAttribute": name}
    )
    instance = center.list_instances()["Instances"][0]["InstanceArn"]
    arns = center.list_permission_sets(InstanceArn=instance)["PermissionSets"]
    names = {
        center.describe_permission_set(InstanceArn=instance, PermissionSetArn=arn)["PermissionSet"][
            "Name"
        ]: arn
        for arn in arns
    }
    for account in accounts:
        center.create_account_assignment(
            InstanceArn=instance,
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=names[SET],
            PrincipalType="GROUP",
            PrincipalId=found["GroupId"],
        )
    eventually(lambda: _assigned(center, instance, found["GroupId"]) == len(accounts), "the assignments")
    return group.id


def _assigned(center: Any, instance: str, group: str) -> int:
    listed = center.list_account_assignments_for_principal(
        InstanceArn=instance, PrincipalId=group, PrincipalType="GROUP"
    )
    return len(listed["AccountAssignments"])


def judged(world: World, account: str, calls: list[tuple[Person, str, str]]) -> list[str]:
    asked = [Call(account, who.user_id, "s3:ListAllMyBuckets", "*", at, name) for who, at, name in calls]
    if account == MANAGEMENT_ACCOUNT:
        return verdicts(asked, [], management_policies(world))
    return verdicts(asked, root_policies(world))


def test_only_what_the_group_gave_ends_and_ends_only_once(world: World) -> None:
    # Given two people whom a group gives a permission set, in a member account and the management account
    lost, stays = Person(world, "olga.kowalski@example.com"), Person(world, "peter.kowalski@example.com")
    listed = world.identity_client("organizations").list_accounts()["Accounts"]
    member = next(each["Id"] for each in listed if each["Id"] != MANAGEMENT_ACCOUNT)
    group_id = given(world, [lost, stays], [member, MANAGEMENT_ACCOUNT])

    # When one of them is taken out of it in Okta
    membership(world, "DELETE", group_id, lost)

    # Then their earlier sessions of that permission set end, and nothing else does
    def named() -> bool:
        places = (root_policies(world), management_policies(world))
        return all(lost.user_id in json.dumps(place) for place in places)

    eventually(named, "the deny of what was lost")
    for account in (member, MANAGEMENT_ACCOUNT):
        calls = [(lost, OLD, SET), (lost, NEW, SET), (lost, OLD, OTHER), (stays, OLD, SET)]
        assert judged(world, account, calls) == ["ExplicitlyDenied", "Allowed", "Allowed", "Allowed"]

    # When they are put back
    membership(world, "PUT", group_id, lost)

    # Then nothing is denied them any more, and on-call has heard of none of it
    eventually(lambda: lost.user_id not in json.dumps(root_policies(world)), "the end of the deny")
    assert judged(world, member, [(lost, OLD, SET)]) == ["Allowed"]
    assert lost.user_id not in json.dumps(world.oncall.messages())
