"""Plans and explanations, for people and for programs."""

from collections.abc import Iterable, Mapping
from typing import Any

from rich.console import Console
from rich.table import Table
from rich.text import Text

from functions.accounts.plan import Blocked, Plan, Step, Unwanted
from functions.accounts.why import Explanation
from functions.policy.selectors import Account

Row = tuple[str, str, str, str, str]


def account_names(accounts: Iterable[Account]) -> dict[str, str]:
    """Names by account id."""
    return {account.id: account.name for account in accounts}


def plan_json(made: Plan, names: Mapping[str, str]) -> dict[str, Any]:
    """A plan for programs: each entry with its reasons."""
    return {
        "create": [_step(step, names) for step in made.create],
        "remove": [_unwanted(item, names) for item in made.remove],
        "blocked": [_blocked(item, names) for item in made.blocked],
        "kept": [_unwanted(item, names) for item in made.kept],
        "unchanged": len(made.unchanged),
    }


def show_plan(made: Plan, names: Mapping[str, str], console: Console) -> None:
    """A plan for people: what changes, then what cannot, then what stays though nobody wants it."""
    rows: list[Row] = []
    for sign, entries in (
        ("+", [_step(step, names) for step in made.create]),
        ("-", [_unwanted(item, names) for item in made.remove]),
        ("!", [_blocked(item, names) for item in made.blocked]),
        ("=", [_unwanted(item, names) for item in made.kept]),
    ):
        rows += [
            (
                sign,
                f"{e['account']} {e['name']}",
                e["permission_set"],
                e["principal"],
                "; ".join(e["because"]),
            )
            for e in entries
        ]
    if rows:
        table = Table("", "account", "permission set", "principal", "because", box=None, pad_edge=False)
        for row in rows:
            table.add_row(*(Text(cell) for cell in row))
        console.print(table)
    console.print(
        f"{len(made.create)} to make (+), {len(made.remove)} to take away (-), "
        f"{len(made.blocked)} blocked (!), {len(made.kept)} unwanted that stay (=), "
        f"{len(made.unchanged)} as they should be.",
        markup=False,
        soft_wrap=True,
    )


def explanation_json(found: Explanation) -> dict[str, Any]:
    """An explanation for programs."""
    return {
        "who": found.who,
        "account": {
            "id": found.account.id,
            "name": found.account.name,
            "ou_path": found.account.ou_path,
            "state": found.account.state,
        },
        "access": [
            {
                "permission_set": item.permission_set,
                "through": item.through,
                "there": item.there,
                "because": list(item.reasons),
            }
            for item in found.access
        ],
        "because_not": list(found.because_not),
    }


def show_explanation(found: Explanation, console: Console) -> None:
    """An explanation for people."""
    where = f"{found.account.name} ({found.account.id}, OU {found.account.ou_path})"

    def say(text: str) -> None:
        console.print(text, markup=False, soft_wrap=True)

    if not any(item.usable for item in found.access):
        say(f"{found.who} cannot get into {where}.")
    else:
        say(f"{found.who} in {where}:")
    for item in found.access:
        say(f"  {item.verdict}")
        for reason in item.reasons:
            say(f"    because {reason}")
    for sentence in found.because_not:
        say(f"  {sentence}")


def _step(step: Step, names: Mapping[str, str]) -> dict[str, Any]:
    wanted = step.wanted
    return _entry(
        wanted.account_id, names, wanted.permission_set, wanted.principal.name, wanted.principal.type
    ) | {"because": list(wanted.reasons)}


def _blocked(item: Blocked, names: Mapping[str, str]) -> dict[str, Any]:
    wanted = item.wanted
    entry = _entry(
        wanted.account_id, names, wanted.permission_set, wanted.principal.name, wanted.principal.type
    )
    return entry | {"because": [item.why, *wanted.reasons]}


def _unwanted(item: Unwanted, names: Mapping[str, str]) -> dict[str, Any]:
    there = item.assignment
    entry = _entry(there.account_id, names, item.permission_set, item.principal, there.principal_type)
    return entry | {"because": [item.why]}


def _entry(
    account: str, names: Mapping[str, str], permission_set: str, who: str, kind: str
) -> dict[str, Any]:
    return {
        "account": account,
        "name": names.get(account, ""),
        "permission_set": permission_set,
        "principal": who,
        "type": kind,
    }
