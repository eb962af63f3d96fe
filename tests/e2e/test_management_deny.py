"""The deny of the management account in the deployed world, when somebody deletes a part of it."""

import json
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws.management_deny import NOBODY
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import World
from tests.e2e.waiting import eventually

NAME = "ostiary-deny-leavers-3"
POLICY = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:policy/{NAME}"


@pytest.fixture
def iam(world: World) -> Iterator[Any]:
    """With root rights in the management account; whatever happens, the policy is there in the end."""
    client = world.aws.client("iam", MANAGEMENT_ACCOUNT, "us-east-1")
    yield client
    if not there(client):
        client.create_policy(PolicyName=NAME, PolicyDocument=json.dumps(NOBODY))


def delete(iam: Any) -> None:
    for version in iam.list_policy_versions(PolicyArn=POLICY)["Versions"]:
        if not version["IsDefaultVersion"]:
            iam.delete_policy_version(PolicyArn=POLICY, VersionId=version["VersionId"])
    iam.delete_policy(PolicyArn=POLICY)


def there(iam: Any) -> bool:
    try:
        iam.get_policy(PolicyArn=POLICY)
    except iam.exceptions.NoSuchEntityException:
        return False
    return True


def upkeep(world: World) -> None:
    """What the function's own schedule starts."""
    payload = b'{"schedule": "upkeep"}'
    ran = world.hub_client("lambda").invoke(FunctionName="ostiary-leavers", Payload=payload)
    assert "FunctionError" not in ran, ran["Payload"].read()


def heard(world: World, said: str, *more: str) -> None:
    """On-call has a message in which all of it stands."""

    def told() -> bool:
        messages = map(json.dumps, world.oncall.messages())
        return any(all(each in message for each in (said, *more)) for message in messages)

    eventually(told, said)


def test_a_deny_policy_that_somebody_deletes_is_made_again_and_told(world: World, iam: Any) -> None:
    if world.aws.enforces_iam:
        pytest.skip("the embedded IAM takes CreatePolicy for a call on everything; a template test judges it")
    delete(iam)

    upkeep(world)

    assert there(iam)
    heard(world, "policy 3 of policies of the management account was deleted")


def test_one_that_cannot_be_made_is_a_page_until_it_is_back(world: World, iam: Any) -> None:
    """As under the role of an organization stack from before."""
    if not world.aws.enforces_iam:
        pytest.skip("nobody is refused anything here")
    delete(iam)

    upkeep(world)
    assert not there(iam)
    heard(world, f"{NAME} is not there")

    iam.create_policy(PolicyName=NAME, PolicyDocument=json.dumps(NOBODY))
    upkeep(world)
    heard(world, "Resolved", "do not deny as they should")
