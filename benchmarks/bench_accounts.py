"""What access costs: calls of sso-admin, and seconds until an account is open.

Calls are counted by the sandbox's identity plane, in organizations of the size that other tools were measured
in: 200 accounts, 30 permission sets, 40 groups, 2,400 assignments; and 1,000, 100, 120, 12,000.
"""

import argparse
import json
import math
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any, cast

import boto3
from botocore.config import Config
from rich.console import Console
from rich.table import Table

from functions.accounts.admit import Admitter
from functions.accounts.pacing import ACCOUNTS, Pace
from functions.accounts.plan import Picture, plan_all
from functions.accounts.reconcile import Reconciler
from functions.accounts.reconcile_read import Reader
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.permission_sets import KEEP_SECONDS
from functions.policy import AccessPolicy
from functions.policy.expand import Directory
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT, Settings, serve
from sandbox.identity.server import IdentityServer
from sandbox.identity.sso_admin.book import Assignment, Book

EVERYWHERE = 8
"""Groups that every account has; another 4 of its 12 are its own."""
LONG = timedelta(hours=3)


@dataclass(frozen=True)
class Figure:
    """One row: what was counted, and the floor or aim that it is held to."""

    what: str
    value: float
    unit: str
    floor: float | None = None
    aim: str = ""

    @property
    def ratio(self) -> float | None:
        return self.value / self.floor if self.floor else None


@dataclass(frozen=True)
class Size:
    accounts: int
    sets: int
    groups: int

    @property
    def name(self) -> str:
        return f"{self.accounts} accounts, {self.sets} sets, {self.groups} groups"

    def grants(self) -> list[dict[str, Any]]:
        """12 an account: 8 everywhere, 4 by the accounts' names."""
        small = self.groups - EVERYWHERE
        names: dict[int, list[str]] = {group: [] for group in range(EVERYWHERE, self.groups)}
        for account in range(self.accounts):
            for k in range(4):
                names[EVERYWHERE + (4 * account + k) % small].append(f"a{account}")
        chosen: list[dict[str, Any]] = [{"accounts": "all"} for _ in range(EVERYWHERE)]
        chosen += [{"accounts": {"name": each or ["nobody"]}} for each in names.values()]
        return [
            {"group": f"g{number}", "permission_set": f"S{number % self.sets}", **where}
            for number, where in enumerate(chosen)
        ]

    def policy(self) -> AccessPolicy:
        raw = {"permission_sets": {f"S{n}": {} for n in range(self.sets)}, "grants": self.grants()}
        return AccessPolicy.model_validate(raw, context={})


SIZES = (Size(200, 30, 40), Size(1000, 100, 120))


class Company:
    """One organization on the identity plane, everything assigned."""

    def __init__(self, server: IdentityServer, size: Size) -> None:
        self.server = server
        self.size = size
        self.policy = size.policy()
        self.organizations = self._client("organizations")
        self.organizations.create_organization(FeatureSet="ALL")
        self._fill()
        self.seconds = 0.0

    def _client(self, service: Any) -> Any:
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.server.url,
            aws_access_key_id=MANAGEMENT_ACCOUNT,
            aws_secret_access_key="sandbox",  # noqa: S106 - the identity plane checks none
            config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
        )

    def _fill(self) -> None:
        sso, store = self._client("sso-admin"), self._client("identitystore")
        for number in range(self.size.sets):
            sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name=f"S{number}")
        for number in range(self.size.groups):
            store.create_group(IdentityStoreId=IDENTITY_STORE_ID, DisplayName=f"g{number}")
        for number in range(self.size.accounts):
            self.request(f"a{number}")
        self.server.settle(300)

    def request(self, name: str) -> None:
        self.organizations.create_account(Email=f"{name}@example.com", AccountName=name)

    def center(self, pace: Pace | None = None) -> IdentityCenter:
        client = self._client("sso-admin")
        if pace:
            pace.hold(client)
        return IdentityCenter(client, INSTANCE_ARN, clock=lambda: self.seconds)

    def store(self) -> IdentityStore:
        return IdentityStore(self._client("identitystore"), IDENTITY_STORE_ID)

    def reader(self) -> Organizations:
        return Organizations(self.organizations, MANAGEMENT_ACCOUNT)

    def assign_all(self) -> set[AccountAssignment]:
        """Written into the plane's own book, which listens for departures: its API makes 15 at a time."""
        app: Any = self.server._server.app
        (book,) = (each.__self__ for each in app._members.on_departure if isinstance(each.__self__, Book))
        accounts = self.reader().accounts(with_tags=False)
        directory = Directory(self.store().all_groups())
        sets = self.center().all_permission_sets()
        todo = plan_all(self.policy, Picture(accounts, sets, directory, ()), _today())
        for step in todo.create:
            each = step.assignment
            made = Assignment(
                each.account_id, each.permission_set_arn, each.principal_type, each.principal_id
            )
            book.assignments[made] = None
            book.provision(each.permission_set_arn, each.account_id)
        return {step.assignment for step in todo.create}

    def calls(self) -> int:
        """Of sso-admin, since the last time this was asked."""
        counted = sum(self.server.faults.calls().get("sso-admin", {}).values())
        self.server.faults.reset()
        return counted

    def admitter(self, pace: Pace | None = None) -> Admitter:
        return Admitter(self.policy, self.reader(), self.center(pace), self.store(), "https://runbooks.test")

    def join(self, name: str, admitter: Admitter) -> int:
        """A new account's name and its access: how many assignments were made."""
        self.request(name)
        self.server.settle(300)
        account = next(a for a in self.reader().accounts(with_tags=False) if a.name == name)
        now = datetime.now(UTC)
        admission = admitter.admit(account.id, since=now, deadline=now + LONG)
        if admission is None or admission.applied.failed:
            raise RuntimeError(f"account {name} did not get its access")
        return len(admission.applied.created)


def counted(size: Size) -> Iterator[Figure]:
    """Calls for one account, and for all."""
    with serve(settings=Settings(account_seconds=0, assignment_seconds=0.2)) as server:
        company = Company(server, size)
        company.policy = _with_newcomers(company.policy)
        admitter = company.admitter()
        company.calls()
        yield from _one_account(company, admitter)
    with serve(settings=Settings(account_seconds=0)) as server:
        company = Company(server, size)
        there = company.assign_all()
        yield from _everything(company, there)


def _with_newcomers(policy: AccessPolicy) -> AccessPolicy:
    """Four of the small groups are given to accounts that join, which makes their grants 12."""
    raw = json.loads(policy.to_json())
    for grant in raw["grants"][EVERYWHERE : EVERYWHERE + 4]:
        grant["accounts"] = {"name": ["new-*"]}
    return AccessPolicy.model_validate(raw, context={})


def _one_account(company: Company, admitter: Admitter) -> Iterator[Figure]:
    name = company.size.name
    made = company.join("new-0", admitter)
    cold = company.calls()
    made = company.join("new-1", admitter)
    warm = company.calls()
    yield Figure(f"{name}: one new account, {made} grants, names known", warm, "calls", made + 1, "≤ 15")
    yield Figure(f"{name}: the same, names learned first", cold, "calls")
    company.seconds += KEEP_SECONDS
    company.join("new-2", admitter)
    yield Figure(f"{name}: the same, list of names refreshed", company.calls(), "calls")


def _everything(company: Company, there: set[AccountAssignment]) -> Iterator[Figure]:
    name, center = company.size.name, company.center()
    reader = Reader(
        company.policy,
        company.reader(),
        center,
        company.center(),
        company.store(),
        {MANAGEMENT_ACCOUNT: "not here"},
    )
    reconciler = Reconciler(reader, lambda _findings: None, "https://runbooks.test", cast(Any, None))
    company.calls()
    center.permission_set_arns(company.policy.permission_sets.keys())
    yield Figure(f"{name}: learning every name", company.calls(), "calls")
    by_group: dict[str, int] = {}
    for each in there:
        by_group[each.principal_id] = by_group.get(each.principal_id, 0) + 1
    floor = sum(math.ceil(count / 100) for count in by_group.values())
    _run(reconciler, len(there))
    yield Figure(f"{name}: reconcile, nothing changed", company.calls(), "calls", floor, "≤ 1.1")
    pairs = {(each.account_id, each.permission_set_arn) for each in there}
    company.server.faults.set(
        [{"operation": "ListAccountAssignmentsForPrincipal", "error": "AccessDeniedException"}]
    )
    company.calls()
    _run(reconciler, len(there))
    delegated = company.size.accounts + len(pairs)
    yield Figure(f"{name}: from a delegated administrator", company.calls(), "calls", delegated, "≤ 1.05")


def _run(reconciler: Reconciler, unchanged: int) -> None:
    now = datetime.now(UTC)
    done = reconciler.run(Scope(), since=now, deadline=now + LONG)
    if (len(done.plan.unchanged), len(done.plan.create), done.handed_over) != (unchanged, 0, ()):
        raise RuntimeError("something was found to have changed")


def opened(seconds: float) -> Iterator[Figure]:
    """Account joined → last assignment, with AWS's limits: 20 calls a second, 15 requests under way."""
    limits = Settings(account_seconds=0, assignment_seconds=seconds, sso_admin_per_second=20)
    for grants in (12, 45):
        with serve(settings=Settings(account_seconds=0)) as server:
            company = Company(server, Size(1, 12, 60))
            raw = {
                "permission_sets": {f"S{n}": {} for n in range(12)},
                "grants": [
                    {"group": f"g{n}", "permission_set": f"S{n % 12}", "accounts": "all"}
                    for n in range(grants)
                ],
            }
            company.policy = AccessPolicy.model_validate(raw, context={})
            admitter = company.admitter(Pace(ACCOUNTS))
            admitter.center.permission_set_arns(company.policy.permission_sets.keys())
            server._state.settings = limits
            company.calls()
            begin = time.monotonic()
            made = company.join("new", admitter)
            took = time.monotonic() - begin
            bound = max(math.ceil(made / 15) * seconds, made / 20 + seconds)
            what = f"account joined → last of {made} assignments, {seconds:g} s each"
            yield Figure(what, took, "s", bound)
            yield Figure(f"{what}: calls", company.calls(), "calls", made + 1)


def _today() -> date:
    return datetime.now(UTC).date()


def show(figures: Sequence[Figure]) -> None:
    table = Table("what", "measured", "floor", "ratio", "aim")
    for each in figures:
        floor = _digits(each.floor, each.unit) if each.floor else ""
        ratio = f"{each.ratio:.2f}" if each.ratio else ""
        table.add_row(each.what, f"{_digits(each.value, each.unit)} {each.unit}", floor, ratio, each.aim)
    Console(width=140).print(table)


def _digits(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "calls" else f"{value:.1f}"


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    asked = parser.parse_args()
    figures = [*opened(3.0), *(figure for size in SIZES for figure in counted(size))]
    if asked.json:
        print(json.dumps([{**vars(each), "ratio": each.ratio} for each in figures], indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()
