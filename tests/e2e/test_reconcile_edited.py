"""An edit of access.yaml in the deployed world: in force without waiting for the night, and what it lets go
is taken away at once, told before. In the shape that enforces IAM."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.aws.identity_center import AccountAssignment
from functions.aws.sweep_store import Stretch, SweepStore
from infra import names
from sandbox.edit import deploy_hub, deploy_policy
from sandbox.faults import Failure
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import ROOT, World
from tests.e2e.accessing import Access, reconcile, told, unseen
from tests.e2e.waiting import eventually

WITHDRAWN = "  - {group: bi-analysts, permission_set: DataAnalyst, accounts: {ou: /Data}}\n"
NEW = "  - {group: billing, permission_set: ReadOnly, accounts: {name: network}}\n"
READ = "ListPermissionSetsProvisionedToAccount"
WRITES = ("CreateAccountAssignment", "DeleteAccountAssignment")
PRUNE_OFF = "accounts: {prune: off, max_removals: 10}\n"
ENFORCE = "accounts: {prune: enforce, max_removals: 20}\n"


@pytest.fixture(scope="module")
def access(world: World, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Access]:
    """Access is right, then access.yaml is edited and deployed; at the end it is what it was."""
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("the other shape, which enforces IAM, shows it")
    access = Access(world)
    with unseen(world):
        access.give_all()
    edited = tmp_path_factory.mktemp("edited") / "access.yaml"
    edited.write_text(edit((ROOT / "access.yaml").read_text()))
    with nothing_is_removed(world):
        deploy_policy(world, edited)
        yield access
    deploy_hub(world, world.stacks[names.HUB])
    eventually(lambda: all(map(access.has, withdrawn(access))), "access as it was before the edit")


def withdrawn(access: Access) -> list[AccountAssignment]:
    """What the edit lets go."""
    return [
        access.named(account, "bi-analysts", "DataAnalyst")
        for account in ("data-lake", "bi", "machine-learning")
    ]


def edit(text: str) -> str:
    """One grant goes, one comes, and what no grant wants may be taken away."""
    for old, new in ((WITHDRAWN, NEW), (PRUNE_OFF, ENFORCE)):
        assert old in text
        text = text.replace(old, new)
    return text


@contextmanager
def nothing_is_removed(world: World) -> Iterator[None]:
    """AWS takes no removal while this lasts, so what is told by then was told before."""
    busy = {"operation": "DeleteAccountAssignment", "error": "ThrottlingException", "status": 400}
    world.identity.faults.set([{"service": "sso-admin", **busy}])
    yield
    world.identity.faults.set([])


def test_an_edit_is_in_force_and_its_removals_are_told_before(world: World, access: Access) -> None:
    """Given a deployed edit, the new grant holds; the plan of what the old one gave is told while all of it
    is still there, and then it goes."""
    new = access.named("network", "billing", "ReadOnly")
    old = withdrawn(access)
    eventually(lambda: access.has(new), "what the new grant gives")
    lines = [f"bi-analysts → DataAnalyst in {each.account_id}" for each in old]
    eventually(lambda: all(told(world, line) for line in lines), "the plan of removals")
    assert all(map(access.has, old))
    world.identity.faults.set([])
    eventually(lambda: not any(map(access.has, old)), "the end of what the withdrawn grant gave")


def test_an_account_that_moves_loses_what_its_former_place_gave(world: World, access: Access) -> None:
    """Given an account that leaves /Workloads/Staging, it has what its new place gives and no more, within
    seconds, and the plan was told before."""
    old = access.named("orders-staging", "aws-developers", "Developer")
    new = access.named("orders-staging", "aws-production-developers", "Developer")
    before = access.inside(old.account_id)
    organizations = world.identity_client("organizations")
    (staging,) = organizations.list_parents(ChildId=old.account_id)["Parents"]
    (production,) = organizations.list_parents(
        ChildId=access.named("orders-production", "billing", "Billing").account_id
    )["Parents"]

    def move(source: Any, destination: Any) -> None:
        organizations.move_account(
            AccountId=old.account_id, SourceParentId=source["Id"], DestinationParentId=destination["Id"]
        )

    with nothing_is_removed(world):
        move(staging, production)
        eventually(lambda: access.has(new), "what the new place gives")
        eventually(lambda: told(world, f"aws-developers → Developer in {old.account_id}"), "the plan")
        assert access.has(old)
    eventually(lambda: not access.has(old), "the end of what the former place gave")
    move(production, staging)
    eventually(lambda: access.inside(old.account_id) == before, "the way back")


@pytest.fixture
def few_accounts(world: World, access: Access) -> Iterator[frozenset[str]]:
    """Most accounts are closed for a while: ids of those that are not, and that the hub may read."""
    open_ones = {"network", "shared-services", "backup", "data-lake", "log-archive", "security-tooling"}
    state = world.identity.state
    closed = [a for a in state.moto.organizations.accounts if a.state == "ACTIVE" and a.name not in open_ones]
    with state.lock:
        for account in closed:
            account.state = "SUSPENDED"
    yield frozenset(account.id for account in access.accounts if account.name in open_ones)
    world.identity.faults.set([])
    with state.lock:
        for account in closed:
            account.state = "ACTIVE"


class Watched:
    """The identity plane's calls in their order. Once a stretch has been read, the organization cannot be
    read, for as many attempts as one run makes."""

    def __init__(self, world: World) -> None:
        self.calls: list[str] = []
        self.failures = 4
        """As many as functions.aws.session.CONFIG attempts."""
        self._meet = world.identity.faults.meet

    def meet(self, service: str, operation: str) -> Failure | None:
        self.calls.append(operation)
        if operation == "ListAccounts" and READ in self.calls and self.failures:
            self.failures -= 1
            return Failure("ServiceException", 500)
        return self._meet(service, operation)


def test_an_organization_too_large_for_one_run_is_judged_once_and_as_a_whole(
    world: World, access: Access, few_accounts: frozenset[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given a delegated administrator, runs of a few calls, and one that fails on its way: the runs follow
    each other, each account is read once, and only with all of it read what is missing is made and what
    nobody granted taken away."""
    missing = access.named("network", "platform-admin", "Operations")
    extra = access.named("backup", "bi-analysts", "Operations")
    with unseen(world):
        access.take(missing)
        access.give(extra)
    by_group = {"service": "sso-admin", "operation": "ListAccountAssignmentsForPrincipal"}
    world.identity.faults.set([{**by_group, "error": "AccessDeniedException"}])
    watched = Watched(world)
    monkeypatch.setattr(world.identity.faults, "meet", watched.meet)
    before = sweeps(world)

    reconcile(world, "all", calls=8)

    # The table says it: a look at Identity Center would be a call among those that are watched.
    eventually(lambda: read(world, before) == sorted(few_accounts), "each account, read once")
    reads = [place for place, call in enumerate(watched.calls) if call == READ]
    assert watched.failures == 0
    eventually(lambda: all(call in watched.calls for call in WRITES), "what the whole picture asks for")
    assert max(reads) < min(map(watched.calls.index, WRITES))
    eventually(lambda: access.has(missing), "the assignment that was missing")
    eventually(lambda: not access.has(extra), "the end of what nobody granted")
    (name,) = sweeps(world) - before
    assert len(stretches(world, name)) >= 3


def read(world: World, before: frozenset[str]) -> list[str]:
    """Accounts that the new reading has read so far, as often as it did."""
    found = [each for name in sweeps(world) - before for each in stretches(world, name)]
    return sorted(account for each in found for account in each.read)


def stretches(world: World, name: str) -> list[Stretch]:
    return SweepStore(world.hub_client("dynamodb"), names.SWEEP).stretches(name)


def sweeps(world: World) -> frozenset[str]:
    """Names of all readings that the table knows."""
    items = world.hub_client("dynamodb").scan(TableName=names.SWEEP)["Items"]
    return frozenset(item["pk"]["S"] for item in items if "found" in item)
