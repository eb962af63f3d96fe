"""May an assignment that no grant wants be taken away? `accounts` of access.yaml has the last word."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from functions.aws.identity_center import AccountAssignment
from functions.policy.globs import matches
from functions.policy.selectors import Account, selected
from functions.policy.upkeep import Accounts, Protected


@dataclass(frozen=True, slots=True)
class Unwanted:
    """An assignment that is there and that no grant wants. `why` says why it goes, or why it stays."""

    assignment: AccountAssignment
    permission_set: str
    principal: str
    why: str


@dataclass(frozen=True)
class Verdict:
    """What goes, and what stays for its reason."""

    remove: tuple[Unwanted, ...]
    kept: tuple[Unwanted, ...]


def permit(rules: Accounts, candidates: Iterable[Unwanted], accounts: Mapping[str, Account]) -> Verdict:
    """What of the unwanted may go in one run. More than `max_removals` is none at all: so many at once are
    rather a mistake in the file, or in the reading, than what somebody meant."""
    kept: list[Unwanted] = []
    remove: list[Unwanted] = []
    for item in candidates:
        shield = protection(rules.protected, item, accounts.get(item.assignment.account_id))
        if shield:
            kept.append(replace(item, why=shield))
        elif rules.prune != "enforce":
            kept.append(replace(item, why=f"{item.why}; it stays because of prune: {rules.prune}"))
        else:
            remove.append(item)
    if len(remove) > rules.max_removals:
        many = f"it stays because {len(remove)} removals are more than max_removals: {rules.max_removals}"
        kept += [replace(item, why=f"{item.why}; {many}") for item in remove]
        remove = []
    return Verdict(tuple(remove), tuple(kept))


def unchanged(items: Iterable[Unwanted], changed: Collection[str]) -> Verdict:
    """What of it may still go: nothing in accounts (ids) that have changed since they were read."""
    doubt = "its account has changed since it was read, and is compared again"
    return Verdict(
        tuple(item for item in items if item.assignment.account_id not in changed),
        tuple(replace(item, why=doubt) for item in items if item.assignment.account_id in changed),
    )


def together(items: Sequence[Unwanted], noted: Collection[AccountAssignment], most: int) -> Verdict:
    """What of it may go now that single comparisons have noted these removals within an hour, its own among
    them. Each comparison is small; `max_removals` counts them as if they were one run."""
    if len(noted) <= most:
        return Verdict(tuple(items), ())
    many = (
        f"it stays because comparisons of single accounts and groups would remove {len(noted)} within an "
        f"hour, more than max_removals: {most}; the next reconcile of the whole organization decides"
    )
    return Verdict((), tuple(replace(item, why=f"{item.why}; {many}") for item in items))


def protection(protected: Protected, item: Unwanted, account: Account | None) -> str | None:
    """Which line of `protected` holds the assignment; None if none does."""
    kind = "group" if item.assignment.principal_type == "GROUP" else "user"
    shapes = protected.groups if kind == "group" else protected.users
    for shape in shapes:
        if matches(item.principal, shape):
            return f"protected {kind} {shape}"
    for shape in protected.permission_sets:
        if matches(item.permission_set, shape):
            return f"protected permission set {shape}"
    where = selected(protected.accounts, account) if account else None
    return f"protected account: {where}" if where else None
