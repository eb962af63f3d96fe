"""An access policy from what exists, so that the first plan of an existing organization is empty."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pydantic import ValidationError

from functions.accounts.adopt_sets import adopt_sets
from functions.accounts.snapshot import Snapshot
from functions.policy.expand import Principal
from functions.policy.filters import AccountFilter
from functions.policy.grants import Grant
from functions.policy.patterns import is_pattern
from functions.policy.selectors import Account, is_under

Where = str | Mapping[str, Any]


APART = (
    "member accounts have this permission set too; give the management account one of its own, assign that, "
    "and take this one away there"
)
"""Because sets of the management account refer to policies that member accounts do not have."""


@dataclass(frozen=True)
class Adopted:
    """The policy as plain data, and what could not be put into it, each with the reason."""

    policy: dict[str, Any]
    left_out: tuple[str, ...]


def adopt(seen: Snapshot) -> Adopted:
    """Permission sets as they are; for each principal and set one grant, to `all`, OUs or accounts."""
    names = {known.arn: name for name, known in seen.permission_sets.items()}
    people = {id_: Principal(name, id_) for name, id_ in seen.directory.groups.items()}
    people |= {id_: Principal(name, id_, "USER") for name, id_ in seen.directory.users.items()}
    open_ = [account for account in seen.accounts if account.id not in seen.off_limits]
    ready = {account.id: account for account in open_ if account.state == "ACTIVE"}
    there = [item for item in seen.assignments if item.account_id in ready]
    home = [item.permission_set_arn for item in there if ready[item.account_id].is_management]
    both = set(home) & {item.permission_set_arn for item in there if not ready[item.account_id].is_management}
    sets = adopt_sets(seen.permission_sets, {names.get(arn, "") for arn in home})
    reached: dict[tuple[Principal, str], set[str]] = defaultdict(set)
    left_out = [f"account {id_}: {reason}" for id_, reason in sorted(seen.off_limits.items())]
    left_out += sets.left_out
    for item in sorted(there, key=lambda a: (a.account_id, a.permission_set_arn, a.principal_id)):
        principal, name = people.get(item.principal_id), names.get(item.permission_set_arn)
        if principal is None:
            left_out.append(
                f"{item.principal_id} in {item.account_id}: Identity Center has nobody of this id"
            )
        elif name is None:
            left_out.append(f"{principal.said} in {item.account_id}: its permission set is not known")
        elif not _can_be_written(principal):
            left_out.append(f"{principal.said} in {item.account_id}: its name cannot be written into a grant")
        elif item.permission_set_arn in both and ready[item.account_id].is_management:
            left_out.append(f"{principal.said} in {item.account_id}, {name}: {APART}")
        elif name in sets.sets:
            reached[principal, name].add(item.account_id)
    grants = _grants(reached, list(ready.values()))
    return Adopted({"permission_sets": sets.sets, "grants": grants}, tuple(left_out))


def _can_be_written(principal: Principal) -> bool:
    """Does the name in a grant mean that name? `team-*` would mean many, `team-{x}` nothing."""
    word = "group" if principal.type == "GROUP" else "user"
    grant = {word: principal.name, "permission_set": "Any", "accounts": "all"}
    return not is_pattern(principal.name) and _holds(Grant, grant)


def _holds(model: type[Grant] | type[AccountFilter], written: Mapping[str, Any]) -> bool:
    try:
        model.model_validate(written)
    except ValidationError:
        return False
    return True


def _grants(
    reached: Mapping[tuple[Principal, str], set[str]], accounts: list[Account]
) -> list[dict[str, Any]]:
    together: dict[tuple[str, frozenset[str], str], list[str]] = defaultdict(list)
    for (principal, name), ids in sorted(reached.items(), key=lambda each: (each[0][1], each[0][0].name)):
        together[name, frozenset(ids), principal.type].append(principal.name)
    grants = []
    for (name, where_to, kind), who in together.items():
        word = "group" if kind == "GROUP" else "user"
        said: dict[str, Any] = {word: who[0]} if len(who) == 1 else {f"{word}s": who}
        where = list(_where(where_to, accounts))
        grants.append({**said, "permission_set": name, "accounts": where[0] if len(where) == 1 else where})
    return grants


def _where(ids: frozenset[str], accounts: Iterable[Account]) -> Iterator[Where]:
    """The shortest way to say exactly these accounts."""
    members = [account for account in accounts if not account.is_management]
    if any(account.is_management and account.id in ids for account in accounts):
        yield "management"
    wanted = ids & {account.id for account in members}
    if not wanted:
        return
    if len(wanted) == len(members) and len(members) > 1:
        yield "all"
        return
    units = sorted({a.ou_path for a in members if a.id in wanted and a.ou_path != "/"}, key=len)
    chosen: list[str] = []
    covered: set[str] = set()
    for unit in units:
        inside = {a.id for a in members if is_under(a.ou_path, unit)}
        fits = len(inside) > 1 and inside <= wanted and not inside <= covered
        if fits and _holds(AccountFilter, {"ou": unit}):
            chosen.append(unit)
            covered |= inside
    if chosen:
        yield {"ou": chosen[0] if len(chosen) == 1 else chosen}
    rest = sorted(wanted - covered)
    if rest:
        yield {"id": rest[0] if len(rest) == 1 else rest}
