"""A person leaves and comes back in the deployed world: what is denied where, taken, put back, repaired."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from infra import names
from sandbox.evaluator import Call, verdicts
from sandbox.identity import IDENTITY_STORE_ID, MANAGEMENT_ACCOUNT
from sandbox.stories.leaver import root_policies
from sandbox.world import World
from tests.e2e.waiting import eventually


class Person:
    """Somebody of the seeded company, in Okta and in Identity Center."""

    def __init__(self, world: World, login: str) -> None:
        self.world = world
        self.okta_id = world.okta.model.user_by_login(login).id
        self.user_id: str = world.identity_client("identitystore").get_user_id(
            IdentityStoreId=IDENTITY_STORE_ID,
            AlternateIdentifier={"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": login}},
        )["UserId"]

    def okta(self, action: str) -> None:
        url = f"{self.world.okta.url}/api/v1/users/{self.okta_id}/lifecycle/{action}"
        headers = {"Authorization": f"SSWS {self.world.okta.token}"}
        requests.post(url, headers=headers, timeout=30).raise_for_status()

    def record(self) -> Any:
        key = {"pk": {"S": f"PERSON#okta:{self.okta_id}"}, "sk": {"S": "STATE"}}
        found = self.world.hub_client("dynamodb").get_item(TableName=names.LEDGER, Key=key).get("Item")
        return found["document"]["M"] if found else None

    def told(self) -> bool:
        record = self.record()
        return record is not None and "tell" in record["steps"]["M"]

    def status(self) -> str:
        record = self.record()
        return record["status"]["S"] if record else "unknown"


@pytest.fixture
def world_without_faults(world: World) -> Iterator[World]:
    yield world
    world.identity.faults.set([])


def management_policies(world: World) -> list[Any]:
    """As IAM holds them in the management account, whichever Region one asks."""
    iam = world.aws.client("iam", MANAGEMENT_ACCOUNT, "us-east-1")
    contents = []
    for number in range(1, 5):
        arn = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:policy/ostiary-deny-leavers-{number}"
        version = iam.get_policy(PolicyArn=arn)["Policy"]["DefaultVersionId"]
        document = iam.get_policy_version(PolicyArn=arn, VersionId=version)["PolicyVersion"]["Document"]
        contents.append(json.loads(document) if isinstance(document, str) else document)
    return contents


def judged(world: World, user_id: str | None, issued_at: str) -> dict[str, set[str]]:
    """The verdicts in three member accounts, and in the management account."""
    listed = world.identity_client("organizations").list_accounts()["Accounts"]
    members = [account["Id"] for account in listed if account["Id"] != MANAGEMENT_ACCOUNT][:3]
    calls = [call for account in members for call in calls_of(account, user_id, issued_at)]
    there = calls_of(MANAGEMENT_ACCOUNT, user_id, issued_at)
    return {
        "members": set(verdicts(calls, root_policies(world))),
        "management": set(verdicts(there, [], management_policies(world))),
    }


def calls_of(account: str, user_id: str | None, issued_at: str) -> list[Call]:
    """IAM, S3 and STS; the last also into another role, which would leave the user id behind."""
    deploy = f"arn:aws:iam::{account}:role/Deploy"
    asked = {
        "iam:ListUsers": "*",
        "s3:ListAllMyBuckets": "*",
        "sts:GetSessionToken": "*",
        "sts:AssumeRole": deploy,
    }
    return [Call(account, user_id, action, resource, issued_at) for action, resource in asked.items()]


def test_what_a_leaver_and_others_may_still_call(world: World) -> None:
    """TEAM #195, ELEV #54: sessions go on after a revoke. Here the leaver's are denied, a colleague's and a
    service role's allowed; back again, only the old session is denied."""
    leaver, colleague = Person(world, "tim.hansen@example.com"), Person(world, "ada.hansen@example.com")
    everywhere = {"members": {"ExplicitlyDenied"}, "management": {"ExplicitlyDenied"}}
    nowhere = {"members": {"Allowed"}, "management": {"Allowed"}}
    old, new = "2026-01-01T00:00:00Z", "2099-01-01T00:00:00Z"

    leaver.okta("suspend")
    eventually(leaver.told, "the steps of the leaver")
    assert judged(world, leaver.user_id, old) == judged(world, leaver.user_id, new) == everywhere
    assert judged(world, colleague.user_id, old) == judged(world, None, old) == nowhere

    leaver.okta("unsuspend")
    eventually(lambda: leaver.status() == "closed" and leaver.told(), "the steps of the return")
    assert judged(world, leaver.user_id, old) == everywhere
    assert judged(world, leaver.user_id, new) == nowhere


def test_meddling_is_undone_by_the_schedule(world: World) -> None:
    """Somebody detaches a deny policy; the function's own schedule attaches it again and on-call hears."""
    leaver = Person(world, "ivan.hansen@example.com")
    leaver.okta("suspend")
    eventually(leaver.told, "the steps of the leaver")
    organizations = world.identity_client("organizations")
    listed = organizations.list_policies_for_target(TargetId=world.root_id, Filter="SERVICE_CONTROL_POLICY")
    policy = next(each["Id"] for each in listed["Policies"] if each["Name"] == "ostiary-deny-leavers-1")
    organizations.detach_policy(PolicyId=policy, TargetId=world.root_id)

    world.hub_client("lambda").invoke(FunctionName="ostiary-leavers", Payload=b'{"schedule": "upkeep"}')

    assert any(leaver.user_id in json.dumps(each) for each in root_policies(world))
    eventually(
        lambda: any("Somebody changed" in json.dumps(each) for each in world.oncall.messages()), "the page"
    )


FAULTS: dict[str, dict[str, Any]] = {
    "failing": {"error": "ServiceException", "status": 500, "times": 3},
    "throttled": {"error": "TooManyRequestsException", "status": 400, "times": 3},
    "slow": {"latency_ms": 1500, "times": 2},
}


@pytest.mark.parametrize(
    ("login", "kind", "operation"),
    [
        ("jean.hansen@example.com", "throttled", "UpdatePolicy"),
        ("katherine.hansen@example.com", "failing", "ListAccountAssignmentsForPrincipal"),
        ("leslie.hansen@example.com", "slow", "GetUserId"),
    ],
)
def test_a_step_whose_api_fails_is_repeated_until_it_holds(
    world_without_faults: World, login: str, kind: str, operation: str
) -> None:
    world = world_without_faults
    leaver = Person(world, login)
    world.identity.faults.set([{"operation": operation, **FAULTS[kind]}])
    leaver.okta("suspend")
    eventually(leaver.told, f"{operation} {kind}")
    assert any(leaver.user_id in json.dumps(each) for each in root_policies(world))
    assert not world.okta.model.sessions_of(leaver.okta_id)
