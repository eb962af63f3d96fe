"""What comes later: a group that Okta pushes, an operator who asks, a permission set that changed."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from typer.testing import CliRunner

from sandbox.identity import INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.stories.account import assignments
from sandbox.world import World
from tests.e2e.accessing import Access, unseen
from tests.e2e.test_accounts import answer, operator
from tests.e2e.waiting import eventually

__all__ = ["operator"]

LATER = "aws-backup-ReadOnly"


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The recommended shape, where every function runs under its own role; it is as it was afterwards."""
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("one shape shows it, and the other has the same code")
    yield world
    world.identity.faults.set([])


def okta(world: World, path: str, body: dict[str, Any]) -> Any:
    headers = {"Authorization": f"SSWS {world.okta.token}"}
    answered = requests.post(f"{world.okta.url}/api/v1{path}", headers=headers, json=body, timeout=30)
    answered.raise_for_status()
    return answered.json()


def test_a_group_that_okta_pushes_later_gets_its_access(world: World) -> None:
    """Given a new group whose name says where and what, its access is there once Okta pushes it; Okta's own
    events, Identity Center's events and the deployed functions do the rest."""
    account = next(each.id for each in Access(world).accounts if each.name == "backup")
    group = okta(world, "/groups", {"profile": {"name": LATER}})
    assert (LATER, "ReadOnly") not in assignments(world, account)

    okta(world, f"/apps/{world.okta.app_id}/group-push/mappings", {"sourceGroupId": group["id"]})

    eventually(lambda: (LATER, "ReadOnly") in assignments(world, account), "the group's access")


def test_an_operator_asks_for_one_account_and_it_is_repaired(world: World, operator: CliRunner) -> None:
    """Given an assignment that went unseen, `ostiary apply --yes` brings it back."""
    access = Access(world)
    missing = access.named("backup", "platform-admin", "Operations")
    with unseen(world):
        if access.has(missing):
            access.take(missing)

    assert json.loads(answer(operator, "apply", "--account", "backup", "--yes", "--json"))["accepted"]

    eventually(lambda: access.has(missing), "the assignment")


def test_accounts_get_the_latest_state_of_a_permission_set(world: World) -> None:
    """Given a permission set that accounts have in an older state, the deployed function brings them up."""
    access, sso = Access(world), world.identity_client("sso-admin")
    at: Any = {"InstanceArn": INSTANCE_ARN, "PermissionSetArn": access.sets["DataAnalyst"]}
    with unseen(world):
        access.give(access.named("backup", "bi-analysts", "DataAnalyst"))
    # Written back as it is: it says the same, and accounts no longer have its latest state.
    described = sso.describe_permission_set(**at)["PermissionSet"]
    sso.update_permission_set(**at, SessionDuration=described["SessionDuration"])

    def outdated() -> list[str]:
        state: Any = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
        listed = sso.list_accounts_for_provisioned_permission_set(**at, ProvisioningStatus=state)
        return list(listed["AccountIds"])

    assert outdated()
    entry: Any = {
        "EventBusName": "ostiary",
        "Source": "ostiary.accounts",
        "DetailType": "reconcile",
        "Detail": json.dumps({"scope": "permission-sets"}),
    }
    assert world.hub_client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0

    eventually(lambda: not outdated(), "the latest state everywhere")
