"""What Identity Center has in the deployed world, seen and changed behind Ostiary's back."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from typing import Any

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
        """Everything that access.yaml wants and that is not there."""
        ready = [account for account in self.accounts if account.state == "ACTIVE"]
        today = datetime.now(UTC).date()
        wanted = expand(load(ROOT / "access.yaml"), ready, Directory(self.groups), today).wanted
        there = {each for account in ready for each in self.center.assignments(account.id)}
        for item in wanted:
            given = AccountAssignment(item.account_id, self.sets[item.permission_set], item.principal.id)
            if given not in there:
                self.give(given)
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

    def inside(self, account_id: str) -> frozenset[AccountAssignment]:
        return self.center.assignments(account_id)

    def has(self, assignment: AccountAssignment) -> bool:
        return assignment in self.center.assignments(assignment.account_id, [assignment.permission_set_arn])


@contextmanager
def unseen(world: World) -> Iterator[None]:
    """What happens inside reaches no event rule: only reconcile can notice it."""
    emit, world.identity.emit = world.identity.emit, None
    yield
    world.identity.settle()
    world.identity.emit = emit


def reconcile(world: World, scope: object, **more: object) -> None:
    """As an operator asks for it."""
    entry: Any = {
        "EventBusName": names.BUS,
        "Source": "ostiary.accounts",
        "DetailType": "reconcile",
        "Detail": json.dumps({"scope": scope, **more}),
    }
    assert world.hub_client("events").put_events(Entries=[entry])["FailedEntryCount"] == 0


def told(world: World, words: str) -> bool:
    return words in json.dumps(requests.get(world.oncall.url, timeout=10).json(), ensure_ascii=False)
