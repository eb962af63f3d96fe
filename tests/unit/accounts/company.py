"""Two accounts, two groups, and a reconciler over AWS in memory."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any, cast

from functions.accounts.reconcile import Reconciler, Reconciliation
from functions.accounts.reconcile_read import Reader
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.sweep_store import Stretch, _packed, _unpacked
from functions.finding import Finding, State
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import INSTANCE, MANAGEMENT, FakeIdentityCenter, MemberAccount, World

ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
GRANTS = """
permission_sets: {ReadOnly: {}, Operations: {}}
grants:
  - {group: audit, permission_set: ReadOnly, accounts: all}
  - {group: sre, permission_set: Operations, accounts: {ou: /Workloads}}
"""
ENFORCE = GRANTS + "accounts: {prune: enforce, max_removals: 3}\n"
FULL = {(ONE, "audit", "ReadOnly"), (ONE, "sre", "Operations"), (TWO, "audit", "ReadOnly")}


class Sweeps:
    """The table of long readings, packed as the real one packs them."""

    def __init__(self) -> None:
        self.kept: dict[tuple[str, int], bytes] = {}

    def put(self, sweep: str, number: int, stretch: Stretch, now: float) -> None:
        self.kept[sweep, number] = _packed(stretch)

    def stretches(self, sweep: str) -> list[Stretch]:
        return [_unpacked(data) for (name, _), data in sorted(self.kept.items()) if name == sweep]


class Removals:
    """What single comparisons noted: when, and what."""

    def __init__(self) -> None:
        self.noted: list[tuple[datetime, frozenset[AccountAssignment]]] = []

    def note(self, removals: Collection[AccountAssignment], now: datetime) -> str:
        self.noted.append((now, frozenset(removals)))
        return str(len(self.noted) - 1)

    def withdraw(self, name: str, now: datetime) -> None:
        self.noted[int(name)] = (now, frozenset())

    def since(self, moment: datetime) -> frozenset[AccountAssignment]:
        return frozenset(each for at, removals in self.noted if at >= moment for each in removals)


class Company:
    """Two accounts, two groups, and a reconciler; `by_role` is Identity Center under the management role."""

    def __init__(
        self, policy: str = GRANTS, off_limits: dict[str, str] | None = None, *, apart: bool = False
    ) -> None:
        self.world = World(loads(policy))
        self.world.store.push("audit", "sre")
        self.world.organizations.accounts |= {
            ONE: MemberAccount("one", "/Workloads"),
            TWO: MemberAccount("two", "/Data"),
        }
        self.center = self.world.center
        self.by_role = FakeIdentityCenter()
        self.by_role.assignments = self.center.assignments
        self.in_management = FakeIdentityCenter()  # under the role for that account's own access
        self.in_management.assignments = self.center.assignments
        elsewhere = {MANAGEMENT: cast(Any, self.in_management)} if apart else {}
        self.told: list[Finding] = []
        self.sweeps = Sweeps()
        self.removals = Removals()
        reader = Reader(
            policy=self.world.admitter.policy,
            organizations=Organizations(cast(Any, self.world.organizations), MANAGEMENT),
            center=IdentityCenter(cast(Any, self.center), INSTANCE, apart=elsewhere),
            principals=IdentityCenter(cast(Any, self.by_role), INSTANCE),
            store=IdentityStore(cast(Any, self.world.store), "d-9067f01234"),
            off_limits=off_limits or {},
        )
        self.reconciler = Reconciler(
            reader,
            lambda findings: self.tell(findings),  # which a test may replace
            "https://runbooks.test",
            cast(Any, self.sweeps),
            cast(Any, self.removals),
            self.world.clock,
            self.world.clock.sleep,
        )

    def tell(self, findings: Sequence[Finding]) -> None:
        self.told += findings

    def run(self, scope: Scope | None = None, seconds: float = 870) -> Reconciliation:
        now: datetime = self.world.clock.now
        return self.reconciler.run(scope or Scope(), since=now, deadline=now + timedelta(seconds=seconds))

    def give(self, account: str, group: str, permission_set: str) -> None:
        self.center.assignments.add(AccountAssignment(account, f"arn:of:{permission_set}", f"id-of-{group}"))

    def access(self) -> set[tuple[str, str, str]]:
        return {
            (
                a.account_id,
                a.principal_id.removeprefix("id-of-"),
                a.permission_set_arn.removeprefix("arn:of:"),
            )
            for a in self.center.assignments
        }

    def writes(self) -> int:
        return self.center.calls["create_account_assignment"] + self.center.calls["delete_account_assignment"]


def opened(done: Reconciliation) -> dict[str, Finding]:
    return {finding.key: finding for finding in done.findings if finding.state is State.OPEN}
