"""Does a grant reach this account, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fnmatch import fnmatchcase

from functions.policy.grants import ALL, MANAGEMENT, AccountFilter, Grant, Selector


@dataclass(frozen=True)
class Account:
    """An AWS account as the organization sees it.

    `ou_path` is made of OU names: `/` for the root, `/Workloads/Production` below it. `state` is one of
    PENDING_ACTIVATION, ACTIVE, SUSPENDED, PENDING_CLOSURE, CLOSED (Organizations API Reference, "Account").
    """

    id: str
    name: str
    ou_path: str
    tags: Mapping[str, str] = field(default_factory=dict)
    state: str = "ACTIVE"
    is_management: bool = False


def reach(grant: Grant, account: Account) -> str | None:
    """Why the grant's `accounts` and `except` let it reach the account; None if they do not.

    A grant whose groups' names carry the account needs no `accounts`: it then reaches all but the
    management account, and the name decides.
    """
    why = _first_match(grant.accounts or (ALL,), account)
    if why is None or _first_match(grant.except_, account) is not None:
        return None
    return why


def _first_match(selectors: Iterable[Selector], account: Account) -> str | None:
    return next((why for selector in selectors if (why := _match(selector, account))), None)


def _match(selector: Selector, account: Account) -> str | None:
    if selector == MANAGEMENT:
        return "management account" if account.is_management else None
    if account.is_management:
        return None
    if isinstance(selector, AccountFilter):
        return _match_filter(selector, account)
    return "all accounts"


def _match_filter(wanted: AccountFilter, account: Account) -> str | None:
    found: list[str | None] = []
    if wanted.id:
        found.append(next((f"id {item}" for item in wanted.id if item == account.id), None))
    if wanted.name:
        found.append(next((f"name {item}" for item in wanted.name if fnmatchcase(account.name, item)), None))
    if wanted.ou:
        found.append(next((f"OU {item}" for item in wanted.ou if is_under(account.ou_path, item)), None))
    for key, values in wanted.tag.items():
        found.append(f"tag {key}={account.tags[key]}" if account.tags.get(key) in values else None)
    reasons = [reason for reason in found if reason is not None]
    return ", ".join(reasons) if len(reasons) == len(found) else None


def is_under(path: str, ancestor: str) -> bool:
    """Is the OU `path` this OU, or anywhere below it?"""
    return path == ancestor or path.startswith(ancestor.rstrip("/") + "/")
