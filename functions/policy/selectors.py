"""Does a grant reach this account, and why."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from functions.policy.filters import ALL, MANAGEMENT, AccountFilter, Selector
from functions.policy.globs import matches
from functions.policy.grants import Grant


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
    why = selected(grant.accounts or (ALL,), account)
    if why is None or selected(grant.except_, account) is not None:
        return None
    return why


def selected(selectors: Iterable[Selector], account: Account) -> str | None:
    """Which of the selectors holds the account, in words; None if none does."""
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
    found = [
        *_match_place(wanted, account),
        *(_match_tag(key, values, account) for key, values in wanted.tag.items()),
        *(_match_filter(inner, account) for inner in wanted.and_),
    ]
    if wanted.or_:
        found.append(_first(_match_filter(inner, account) for inner in wanted.or_))
    found += [None if _match_filter(inner, account) else f"not ({said(inner)})" for inner in wanted.not_]
    reasons = [reason for reason in found if reason is not None]
    return ", ".join(reasons) if len(reasons) == len(found) else None


def _match_place(wanted: AccountFilter, account: Account) -> list[str | None]:
    found: list[str | None] = []
    if wanted.id:
        found.append(_first(f"id {item}" for item in wanted.id if item == account.id))
    if wanted.name:
        found.append(_first(f"name {item}" for item in wanted.name if matches(account.name, item)))
    if wanted.ou and wanted.direct:
        found.append(_first(f"directly in OU {item}" for item in wanted.ou if item == account.ou_path))
    elif wanted.ou:
        found.append(_first(f"OU {item}" for item in wanted.ou if is_under(account.ou_path, item)))
    return found


def _match_tag(key: str, values: Iterable[str], account: Account) -> str | None:
    tagged = account.tags.get(key)
    if tagged is None or not any(matches(tagged, value) for value in values):
        return None
    return f"tag {key}={tagged}"


def said(wanted: AccountFilter) -> str:
    """A filter in words, for where it is the filter's silence that counts."""
    words = [f"tag {key}={'|'.join(values)}" for key, values in wanted.tag.items()]
    for what, values in (("id", wanted.id), ("name", wanted.name), ("OU", wanted.ou)):
        if values:
            words.append(
                f"{'directly in ' if wanted.direct and what == 'OU' else ''}{what} {'|'.join(values)}"
            )
    words += [said(inner) for inner in wanted.and_]
    if wanted.or_:
        words.append(" or ".join(said(inner) for inner in wanted.or_))
    words += [f"not ({said(inner)})" for inner in wanted.not_]
    return ", ".join(words)


def is_under(path: str, ancestor: str) -> bool:
    """Is the OU `path` this OU, or anywhere below it?"""
    return path == ancestor or path.startswith(ancestor.rstrip("/") + "/")


def _first(reasons: Iterable[str | None]) -> str | None:
    return next((reason for reason in reasons if reason is not None), None)
