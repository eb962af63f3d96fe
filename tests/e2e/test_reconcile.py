"""Access kept true in the deployed world: repaired, told, and nothing taken away that must not be."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

import pytest
import requests

from functions.aws.assignment_requests import BusyError
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.policy import load
from functions.policy.expand import Directory, expand
from infra import names
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.world import ROOT, World
from tests.e2e.waiting import eventually


class Access:
    """What Identity Center has, seen and changed by a person with every right."""

    def __init__(self, world: World) -> None:
        self.world = world
        sso: Any = world.identity_client("sso-admin")
        self.center = IdentityCenter(sso, INSTANCE_ARN)
        organizations = Organizations(world.identity_client("organizations"), MANAGEMENT_ACCOUNT)
        self.accounts = organizations.accounts(with_tags=True)
        self.groups = IdentityStore(world.identity_client("identitystore"), IDENTITY_STORE_ID).all_groups()
        self.sets = self.center.all_permission_sets()

    def give_all(self) -> None:
        """Everything that access.yaml wants."""
        ready = [account for account in self.accounts if account.state == "ACTIVE"]
        today = datetime.now(UTC).date()
        wanted = expand(load(ROOT / "access.yaml"), ready, Directory(self.groups), today).wanted
        for item in wanted:
            self.give(AccountAssignment(item.account_id, self.sets[item.permission_set], item.principal.id))
        self.world.identity.settle()

    def give(self, assignment: AccountAssignment) -> None:
        try:
            self.center.requests.create(assignment)
        except BusyError:  # 15 are under way
            self.world.identity.settle()
            self.center.requests.create(assignment)

    def take(self, assignment: AccountAssignment) -> None:
        self.center.requests.delete(assignment)
        self.world.identity.settle()

    def named(self, account: str, group: str, permission_set: str) -> AccountAssignment:
        account_id = next(each.id for each in self.accounts if each.name == account)
        return AccountAssignment(account_id, self.sets[permission_set], self.groups[group])

    def has(self, assignment: AccountAssignment) -> bool:
        return assignment in self.center.assignments(assignment.account_id, [assignment.permission_set_arn])


@contextmanager
def unseen(world: World) -> Iterator[None]:
    """What happens inside reaches no event rule: only reconcile can notice it."""
    emit, world.identity.emit = world.identity.emit, None
    yield
    world.identity.settle()
    world.identity.emit = emit


@pytest.fixture
def access(world: World) -> Iterator[Access]:
    """No fault is left behind."""
    yield Access(world)
    world.identity.faults.set([])


def reconcile(world: World, scope: object) -> None:
    """As an operator asks for it."""
    entry: Any = {
        "EventBusName": names.BUS,
        "Source": "ostiary.accounts",
        "DetailType": "reconcile",
        "Detail": json.dumps({"scope": scope}),
    }
    assert world.hub_client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def told(world: World, words: str) -> bool:
    return words in json.dumps(requests.get(world.oncall.url, timeout=10).json())


def test_access_is_repaired_and_nothing_is_taken_however_aws_behaves(world: World, access: Access) -> None:
    """Given an assignment deleted by hand, one that nobody granted, a suspended account, a list that fails
    once and a throttled creation: the first comes back, the second stays, the failure is told."""
    missing = access.named("network", "platform-admin", "Operations")
    extra = access.named("network", "bi-analysts", "Operations")
    suspended = next(each.id for each in access.accounts if each.name == "sandbox-4")
    with unseen(world):
        access.give_all()
        access.take(missing)
        access.give(extra)
        world.identity_client("organizations").close_account(AccountId=suspended)
    world.identity.faults.reset()
    sso = {"service": "sso-admin", "status": 400}
    listing = {"operation": "ListAccountAssignmentsForPrincipal", "error": "ResourceNotFoundException"}
    creating = {"operation": "CreateAccountAssignment", "error": "ThrottlingException"}
    world.identity.faults.set([{**sso, **listing, "times": 1}, {**sso, **creating, "times": 4}])

    reconcile(world, "all")

    eventually(lambda: access.has(missing), "the assignment deleted by hand")
    eventually(lambda: told(world, "Reconcile could not read everything"), "word of the list that failed")
    assert access.has(extra)
    calls = world.identity.faults.calls()["sso-admin"]
    assert "DeleteAccountAssignment" not in calls
    assert calls["CreateAccountAssignment"] == 1 + 4, "four throttled, and none for the suspended account"


def test_a_group_is_compared_when_somebody_asks(world: World, access: Access) -> None:
    """Given assignments of one group that are not there, asking for that group brings them."""
    missing = access.named("data-lake", "bi-analysts", "DataAnalyst")
    with unseen(world):
        access.take(missing)

    reconcile(world, {"group": "bi-analysts"})

    eventually(lambda: access.has(missing), "the assignment of the group")
