"""What the access policy wants in one account, each assignment with the grants that want it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from functions.policy.grants import Grant
from functions.policy.model import AccessPolicy
from functions.policy.selectors import Account, reach


@dataclass(frozen=True)
class Wanted:
    """An assignment the policy wants: a group gets a permission set in an account.

    `reasons` holds one sentence for each grant that wants it: two grants may want the same thing.
    """

    account_id: str
    permission_set: str
    group: str
    group_id: str
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Unresolved:
    """A grant reaches the account but names a group that Identity Center does not know."""

    group: str
    permission_set: str
    reason: str


@dataclass(frozen=True)
class Expansion:
    """All that the policy says about one account. `named` are the groups that grants give by name."""

    wanted: tuple[Wanted, ...]
    unresolved: tuple[Unresolved, ...]
    named: frozenset[str]


@dataclass(frozen=True)
class _Candidate:
    group: str
    permission_set: str
    reason: str
    by_name: bool


def group_names(policy: AccessPolicy, account: Account) -> frozenset[str]:
    """Names of all groups that could get something in this account: what to look up before `expand`."""
    return frozenset(candidate.group for candidate in _candidates(policy, account))


def expand(policy: AccessPolicy, account: Account, directory: Mapping[str, str]) -> Expansion:
    """What the policy wants in this account.

    `directory` maps display names to group ids and must be whole for `group_names(policy, account)`: a
    name that is missing there counts as a group that does not exist.
    """
    wanted: dict[tuple[str, str], Wanted] = {}
    unresolved: list[Unresolved] = []
    candidates = list(_candidates(policy, account))
    for found in candidates:
        group_id = directory.get(found.group)
        key = (found.group, found.permission_set)
        if group_id is not None:
            reasons = wanted[key].reasons if key in wanted else ()
            wanted[key] = Wanted(
                account.id, found.permission_set, found.group, group_id, (*reasons, found.reason)
            )
        elif found.by_name:
            unresolved.append(Unresolved(found.group, found.permission_set, found.reason))
    named = frozenset(found.group for found in candidates if found.by_name)
    return Expansion(tuple(wanted.values()), tuple(unresolved), named)


def _candidates(policy: AccessPolicy, account: Account) -> Iterator[_Candidate]:
    for number, grant in enumerate(policy.grants, start=1):
        why = reach(grant, account)
        if why is None:
            continue
        for group in grant.names:
            # A grant by name has its permission set: the model lets no other through.
            yield _Candidate(
                group, grant.permission_set or "", f"grant {number}: group {group}, {why}", by_name=True
            )
        yield from _by_pattern(number, grant, account, policy.permission_sets, why)


def _by_pattern(
    number: int, grant: Grant, account: Account, permission_sets: Iterable[str], why: str
) -> Iterator[_Candidate]:
    """Every name that the pattern can take for this account, so that no name has to be taken apart.

    Taking `aws-data-lake-ReadOnly` apart would be guesswork where names hold hyphens themselves.
    """
    known = (grant.permission_set,) if grant.permission_set else tuple(permission_sets)
    for pattern in grant.patterns:
        names = {
            (pattern.format(account=said, permission_set=permission_set), permission_set)
            for said in (account.name, account.id)
            for permission_set in known
        }
        for group, permission_set in sorted(names):
            reason = f"grant {number}: group {group} has the shape {pattern}, {why}"
            yield _Candidate(group, permission_set, reason, by_name=False)
