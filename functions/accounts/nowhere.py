"""Grants that reach no account, and places that access.yaml names and nobody has. Pure."""

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from datetime import date

from functions.policy import AccessPolicy
from functions.policy.filters import AccountFilter, Selector
from functions.policy.globs import matches
from functions.policy.grants import Grant
from functions.policy.mistakes import nearest
from functions.policy.roster import Roster, units
from functions.policy.selectors import Account


@dataclass(frozen=True)
class Nowhere:
    """A line of the access policy, in a few words, and what of it names nothing."""

    line: str
    why: str


def nowhere(policy: AccessPolicy, accounts: Collection[Account], today: date) -> tuple[Nowhere, ...]:
    """What names nothing in these accounts, which are all of an organization, on a day (in UTC).

    An OU counts as there if an account is in it or below it. A tag that no account has is no mistake by
    itself: accounts get their tags later. A grant that reaches no account at all is told whatever it says.
    """
    roster, known = Roster(accounts), _Known.of(accounts)
    found: list[Nowhere] = []
    for number, grant in enumerate(policy.grants, start=1):
        if grant.ended(today):
            continue
        line = f"grant {number} ({_who(grant)})"
        wrong = [why for each in (*grant.accounts, *grant.except_) for why in known.missing(each)]
        filtered = any(isinstance(each, AccountFilter) for each in grant.accounts)
        if filtered and next(roster.reached(grant), None) is None:
            wrong = [f"it reaches no account{': ' if wrong else ''}{'; '.join(wrong)}"]
        found += [Nowhere(line, "; ".join(wrong))] if wrong else []
    protected = [why for each in policy.accounts.protected.accounts for why in known.missing(each)]
    return (*found, *([Nowhere("accounts.protected", "; ".join(protected))] if protected else []))


@dataclass(frozen=True)
class _Known:
    """What an organization has that a filter can name."""

    ids: frozenset[str]
    names: frozenset[str]
    units: frozenset[str]

    @classmethod
    def of(cls, accounts: Iterable[Account]) -> "_Known":
        every = list(accounts)
        return cls(
            frozenset(each.id for each in every),
            frozenset(each.name for each in every),
            frozenset(unit for each in every for unit in units(each.ou_path)),
        )

    def missing(self, selector: Selector) -> Iterator[str]:
        """What of it is not there, each with the nearest that is."""
        if not isinstance(selector, AccountFilter):
            return
        for id_ in selector.id:
            if id_ not in self.ids:
                yield f"no account has the id {id_}{_near(id_, self.ids)}"
        for name in selector.name:
            if name not in self.names and not any(matches(each, name) for each in self.names):
                yield f"no account is called {name}{_near(name, self.names)}"
        for unit in selector.ou:
            if unit != "/" and unit not in self.units:
                yield f"no account is in OU {unit}{_near(unit, self.units)}"
        for inner in (*selector.and_, *selector.or_, *selector.not_):
            yield from self.missing(inner)


def _near(wrong: str, known: Iterable[str]) -> str:
    near = nearest(wrong, known)
    return f" (did you mean {near}?)" if near else ""


def _who(grant: Grant) -> str:
    return ", ".join((*grant.names, *grant.patterns, *grant.people))
