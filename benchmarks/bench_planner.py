"""What planning alone costs: CPU seconds and memory, over sizes, with everything read already.

    python -m benchmarks.bench_planner [--json]

The floor of the same run is the least that any planner does: make as many assignments as are wanted, and
compare them with as many that are there.
"""

import json
import sys
import time
import tracemalloc
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import date
from typing import TypeVar

from rich.console import Console
from rich.table import Table

from benchmarks.progress import told
from functions.accounts.plan import Picture, plan_all
from functions.aws.identity_center import AccountAssignment
from functions.policy import AccessPolicy
from functions.policy.expand import Directory
from functions.policy.selectors import Account

T = TypeVar("T")
TODAY = date(2026, 11, 22)
SIZES = ((875, 500), (1750, 500), (3500, 500), (7000, 500), (7000, 125), (7000, 250))
"""Accounts and grants; Identity Center's quota is 7,000 accounts."""

SETS, STAGES, TEAMS = 40, 4, 50


@dataclass(frozen=True)
class Row:
    """One size, all right already and all to make: CPU seconds, and MiB at the peak of the latter."""

    accounts: int
    grants: int
    wanted: int
    nothing_changed: float
    all_to_make: float
    floor: float
    peak_mib: float

    @property
    def microseconds(self) -> float:
        """For each assignment that is wanted."""
        return self.all_to_make / self.wanted * 1e6

    @property
    def ratio(self) -> float:
        """To the floor."""
        return self.nothing_changed / self.floor


def main() -> None:
    """Measure and print."""
    sizes = (measure(*size) for size in SIZES)
    rows = list(told(sizes, lambda row: f"{row.accounts:,} accounts, {row.grants} grants"))
    if "--json" in sys.argv:
        print(
            json.dumps([asdict(row) | {"us": row.microseconds, "ratio": row.ratio} for row in rows], indent=1)
        )
        return
    table = Table(title="The planner alone")
    for name in (
        *("accounts", "grants", "wanted", "right, s", "to make, s"),
        *("µs each", "floor, s", "ratio", "MiB"),
    ):
        table.add_column(name, justify="right")
    for row in rows:
        table.add_row(
            *(f"{row.accounts:,}", f"{row.grants:,}", f"{row.wanted:,}"),
            *(f"{row.nothing_changed:.2f}", f"{row.all_to_make:.2f}", f"{row.microseconds:.1f}"),
            *(f"{row.floor:.2f}", f"{row.ratio:.1f}", f"{row.peak_mib:.0f}"),
        )
    Console(width=120).print(table)


def measure(accounts: int, grants: int) -> Row:
    """Plan an organization of this size from nothing, and again when all is there."""
    policy, seen = organization(accounts, grants)
    made, all_to_make = timed(lambda: plan_all(policy, seen, TODAY))
    there = frozenset(step.assignment for step in made.create)
    full = Picture(seen.accounts, seen.permission_sets, seen.directory, there)
    again, nothing_changed = timed(lambda: plan_all(policy, full, TODAY))
    if again.create or len(again.unchanged) != len(there):
        raise AssertionError("the second plan is not empty")
    keys = [(a.account_id, a.permission_set_arn, a.principal_id) for a in there]
    _, floor = timed(lambda: {AccountAssignment(*key) for key in keys} - there)
    del made, again
    tracemalloc.start()
    plan_all(policy, seen, TODAY)
    peak = tracemalloc.get_traced_memory()[1] / 2**20
    tracemalloc.stop()
    return Row(accounts, grants, len(there), nothing_changed, all_to_make, floor, peak)


def organization(accounts: int, grants: int) -> tuple[AccessPolicy, Picture]:
    """50 teams with an OU each and 4 stages below; grants to a team's OU, to one of its stages, by tag within
    it, and one shape of names with a group for every tenth account."""
    members = tuple(
        Account(
            f"{n:012d}",
            f"account-{n}",
            f"/Teams/Team{n % TEAMS}/Stage{n // TEAMS % STAGES}",
            {"team": f"team{n % TEAMS}", "stage": f"stage{n // TEAMS % STAGES}"},
        )
        for n in range(accounts)
    )
    written: list[dict[str, object]] = [
        {
            "group": f"group-{n}",
            "permission_set": f"Set{n % SETS}",
            "accounts": _where(n),
        }
        for n in range(grants - 1)
    ]
    written.append({"groups": "aws-{account}-{permission_set}"})
    raw = {"permission_sets": {f"Set{n}": {} for n in range(SETS)}, "grants": written}
    names = [f"group-{n}" for n in range(grants - 1)]
    names += [f"aws-account-{n}-Set{n % SETS}" for n in range(0, accounts, 10)]
    directory = Directory({name: f"id-of-{name}" for name in names})
    policy = AccessPolicy.model_validate(raw, context={})
    return policy, Picture(members, {f"Set{n}": f"arn:{n}" for n in range(SETS)}, directory, frozenset())


def _where(number: int) -> dict[str, object]:
    team, stage = number % TEAMS, number // TEAMS % STAGES
    ways: tuple[dict[str, object], ...] = (
        {"ou": f"/Teams/Team{team}"},
        {"ou": f"/Teams/Team{team}/Stage{stage}"},
        {"tag": {"team": f"team{team}", "stage": f"stage{stage}"}},
    )
    return ways[number % len(ways)]


def timed(call: Callable[[], T]) -> tuple[T, float]:
    """The answer and the CPU seconds it took, which a busy machine does not stretch."""
    start = time.process_time()
    answer = call()
    return answer, time.process_time() - start


if __name__ == "__main__":
    main()
