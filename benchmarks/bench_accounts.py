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
from datetime import UTC, datetime
from typing import Any, cast

from rich.console import Console
from rich.table import Table

from benchmarks.line import Line, line
from benchmarks.organization import EVERYWHERE, LONG, SIZES, Company, Size
from benchmarks.progress import told
from functions.accounts.admit import Admitter
from functions.accounts.provisioning import Provisioner
from functions.accounts.reconcile import Reconciler
from functions.accounts.reconcile_read import Reader
from functions.accounts.reconcile_scope import Scope
from functions.aws.identity_center import AccountAssignment
from functions.aws.permission_set_state import PermissionSetState
from functions.aws.permission_sets import KEEP_SECONDS
from functions.aws.turns import ACCOUNTS
from functions.policy import AccessPolicy
from sandbox.identity import INSTANCE_ARN, MANAGEMENT_ACCOUNT, Settings, serve

AWS_RATE, MOST_OUTSTANDING = 20, 15
"""IAM Identity Center User Guide, "Quotas"."""

GRANTS = (1, 12, 45)


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
    reconciler = Reconciler(reader, lambda _findings: None, "https://runbooks.test", *[cast(Any, None)] * 2)
    company.calls()
    center.permission_set_arns(company.policy.permission_sets.keys())
    yield Figure(f"{name}: learning every name", company.calls(), "calls")
    by_group: dict[str, int] = {}
    for each in there:
        by_group[each.principal_id] = by_group.get(each.principal_id, 0) + 1
    floor = sum(math.ceil(count / 100) for count in by_group.values())
    _run(reconciler, len(there))
    yield Figure(f"{name}: reconcile, nothing changed", company.calls(), "calls", floor, "≤ 1.1")
    state = PermissionSetState(company.client("sso-admin"), INSTANCE_ARN)
    now = datetime.now(UTC)
    provisioner = Provisioner(company.policy, center, state, (), "https://runbooks.test")
    provisioner.run(None, since=now, deadline=now + LONG)
    # What a set is takes five calls, and which accounts have an older state of it one.
    yield Figure(
        f"{name}: permission sets, nothing changed", company.calls(), "calls", 6 * company.size.sets, "≤ 1.1"
    )
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


def opened(line: Line, seconds: float) -> Iterator[Figure]:
    """Account joined → last assignment, with AWS's limits: 20 calls a second, 15 requests under way."""
    limits = Settings(account_seconds=0, assignment_seconds=seconds, sso_admin_per_second=AWS_RATE)
    for grants in GRANTS:
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
            admitter = company.admitter(line.pace(ACCOUNTS))
            admitter.center.permission_set_arns(company.policy.permission_sets.keys())
            server._state.settings = limits
            company.calls()
            begin = time.monotonic()
            made = company.join("new", admitter)
            took = time.monotonic() - begin
            aim = "≤ 15" if made <= MOST_OUTSTANDING else ""
            what = f"account joined → last of {made} assignments, {seconds:g} s each"
            yield Figure(what, took, "s", least(made, seconds), "≤ 1.25")
            yield Figure(f"{what}: calls", company.calls(), "calls", made + 1, aim)


def least(made: int, seconds: float) -> float:
    """Seconds that AWS's limits leave to somebody who has all 20 calls, and knows when each request ends."""
    return max(math.ceil(made / MOST_OUTSTANDING) * seconds, made / AWS_RATE + seconds)


def show(figures: Sequence[Figure]) -> None:
    table = Table("what", "measured", "floor", "ratio", "aim")
    for each in figures:
        floor = _digits(each.floor, each.unit) if each.floor else ""
        ratio = f"{each.ratio:.2f}" if each.ratio else ""
        table.add_row(each.what, f"{_digits(each.value, each.unit)} {each.unit}", floor, ratio, each.aim)
    Console(width=140).print(table)


def _digits(value: float, unit: str) -> str:
    return f"{value:,.0f}" if unit == "calls" else f"{value:.1f}"


def _what(figure: Figure) -> str:
    return figure.what


def main() -> None:
    """Print a table, or JSON."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--seconds", type=float, nargs="*", default=[3.0, 6.0], help="for each assignment")
    parser.add_argument("--seconds-alone", action="store_true", help="leave out the counts of calls")
    asked = parser.parse_args()
    with line() as turns:
        figures = [figure for seconds in asked.seconds for figure in told(opened(turns, seconds), _what)]
    if not asked.seconds_alone:
        figures += [figure for size in SIZES for figure in told(counted(size), _what)]
    if asked.json:
        print(json.dumps([{**vars(each), "ratio": each.ratio} for each in figures], indent=1))
    else:
        show(figures)


if __name__ == "__main__":
    main()
