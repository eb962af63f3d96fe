"""What the access policy wants, each assignment with the grants that want it."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Literal

from functions.policy.grants import Grant
from functions.policy.model import AccessPolicy
from functions.policy.patterns import readings
from functions.policy.roster import Roster
from functions.policy.selectors import Account, reach

PrincipalType = Literal["GROUP", "USER"]


@dataclass(frozen=True)
class Directory:
    """Ids of Identity Center by the names that people use: display names of groups, user names."""

    groups: Mapping[str, str] = field(default_factory=dict)
    users: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Names:
    """What to look up before `expand`. Shapes of group names can only be tried on all groups there are."""

    groups: frozenset[str]
    users: frozenset[str]
    every_group: bool


@dataclass(frozen=True, slots=True)
class Principal:
    """Who gets something. `id` is empty where Identity Center does not know the name."""

    name: str
    id: str = ""
    type: PrincipalType = "GROUP"

    @property
    def said(self) -> str:
        """`group audit`, `user kim@example.com`."""
        return f"{self.type.lower()} {self.name}"


@dataclass(frozen=True, slots=True)
class Wanted:
    """An assignment the policy wants: a principal gets a permission set in an account.

    `reasons` holds one sentence for each grant that wants it: two grants may want the same thing.
    """

    account_id: str
    permission_set: str
    principal: Principal
    reasons: tuple[str, ...]


@dataclass(frozen=True)
class Expansion:
    """All that the policy says about some accounts.

    `unresolved` is wanted for a principal that Identity Center does not know; `ended` was wanted until a
    day that is over. `named` are the principals that living grants give by name, known or not.
    """

    wanted: tuple[Wanted, ...]
    unresolved: tuple[Wanted, ...]
    ended: tuple[Wanted, ...]
    named: frozenset[Principal]


def names_to_look_up(policy: AccessPolicy, account: Account, today: date) -> Names:
    """Names that could get something in this account."""
    grants = [g for g in policy.grants if not g.ended(today) and reach(g, account) is not None]
    return Names(
        groups=frozenset(name for grant in grants for name in grant.names),
        users=frozenset(name for grant in grants for name in grant.people),
        every_group=any(grant.patterns for grant in grants),
    )


def expand(policy: AccessPolicy, accounts: Iterable[Account], directory: Directory, today: date) -> Expansion:
    """What the policy wants in these accounts on a day (in UTC).

    `directory` must be whole for `names_to_look_up`: a name that is missing there counts as one that does
    not exist. The time this takes grows with what is wanted, not with accounts times grants.
    """
    roster = Roster(accounts)
    wanted, unresolved, ended = _Heap(), _Heap(), _Heap()
    named: set[Principal] = set()
    for number, grant in enumerate(policy.grants, start=1):
        over = grant.ended(today)
        found = [*_by_name(grant, directory), *_by_shape(grant, policy, roster, directory)]
        for principal, permission_set, shape, reading in found:
            said = f"grant {number}{f' (ended {grant.until})' if over else ''}: {principal.said}{shape}"
            heap = ended if over else wanted if principal.id else unresolved
            reached = False
            for account, why in roster.spoken_of(grant, reading):
                reached = True
                heap.add(account.id, permission_set, principal, f"{said}, {why}")
            if reached and not shape and not over:
                named.add(principal)
    return Expansion(wanted.all(), unresolved.all(), ended.all(), frozenset(named))


_Found = tuple[Principal, str, str, Mapping[str, str]]


def _by_name(grant: Grant, directory: Directory) -> Iterator[_Found]:
    # A grant by name has its permission set: the model lets no other through.
    for name in grant.names:
        yield Principal(name, directory.groups.get(name, "")), grant.permission_set or "", "", {}
    for name in grant.people:
        yield Principal(name, directory.users.get(name, ""), "USER"), grant.permission_set or "", "", {}


def _by_shape(grant: Grant, policy: AccessPolicy, roster: Roster, directory: Directory) -> Iterator[_Found]:
    # A name never means a set of the management account's own, unless the grant is for that account.
    sets = policy.given_to_members() if grant.beyond_management else policy.permission_sets
    known = roster.vocabulary(sets)
    for pattern in grant.patterns:
        for name, group_id in directory.groups.items():
            for reading in readings(pattern, name, known):
                permission_set = grant.permission_set or reading["permission_set"]
                yield Principal(name, group_id), permission_set, f" has the shape {pattern}", reading


class _Heap:
    """Wanted things, each once, with all its reasons."""

    def __init__(self) -> None:
        self._reasons: dict[tuple[str, str, Principal], tuple[str, ...]] = {}
        self._said: dict[str, tuple[str, ...]] = {}

    def add(self, account_id: str, permission_set: str, principal: Principal, reason: str) -> None:
        key = (account_id, permission_set, principal)
        one = self._said.setdefault(reason, (reason,))  # thousands of accounts share few reasons
        before = self._reasons.get(key)
        if before is None:
            self._reasons[key] = one
        elif reason not in before:
            self._reasons[key] = before + one

    def all(self) -> tuple[Wanted, ...]:
        return tuple(Wanted(*key, reasons) for key, reasons in self._reasons.items())
