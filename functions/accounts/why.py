"""Why somebody can get into an account, and why not."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from functions.accounts.snapshot import Snapshot
from functions.policy import AccessPolicy
from functions.policy.expand import Principal, expand
from functions.policy.filters import ALL
from functions.policy.grants import Grant
from functions.policy.misses import missed
from functions.policy.patterns import fits
from functions.policy.roster import Roster
from functions.policy.selectors import Account, reach, selected


@dataclass(frozen=True)
class Access:
    """One permission set in the account: whether it is there, through whom, and which grants want it.

    `state` is the account's: only in an ACTIVE one is anything made, and can anything be used.
    """

    permission_set: str
    through: str
    there: bool
    reasons: tuple[str, ...]
    state: str = "ACTIVE"

    @property
    def usable(self) -> bool:
        """Can it be used now, as far as the account goes?"""
        return self.there and self.state == "ACTIVE"

    @property
    def verdict(self) -> str:
        """In one sentence."""
        if self.state != "ACTIVE":
            is_ = "has" if self.there else "would have"
            return f"{is_} {self.permission_set} through {self.through}, but the account is {self.state}"
        if self.there and self.reasons:
            return f"can use {self.permission_set} through {self.through}"
        if self.there:
            return f"can use {self.permission_set} through {self.through}, though no grant wants it"
        return f"should have {self.permission_set} through {self.through}, but it is not there (yet)"


@dataclass(frozen=True)
class Explanation:
    """What somebody has in an account, and what comes near without giving it."""

    who: str
    account: Account
    access: tuple[Access, ...]
    because_not: tuple[str, ...]


class NobodyError(ValueError):
    """Identity Center knows no group and no user of this name."""


def why(policy: AccessPolicy, seen: Snapshot, who: str, account: Account, today: date) -> Explanation:
    """Explain on a day (in UTC). `who` is a group's display name or a user name. Raises NobodyError."""
    principals = _principals(seen, who)
    expansion = expand(policy, [account], seen.directory, today)
    ids = {principal.id: principal for principal in principals}
    reasons = {
        (w.permission_set, w.principal.id): w.reasons for w in expansion.wanted if w.principal.id in ids
    }
    names = {known.arn: name for name, known in seen.permission_sets.items()}
    there = {
        (names.get(a.permission_set_arn, a.permission_set_arn), a.principal_id)
        for a in seen.assignments
        if a.account_id == account.id and a.principal_id in ids
    }
    access = tuple(
        Access(key[0], ids[key[1]].said, key in there, reasons.get(key, ()), account.state)
        for key in sorted(there | reasons.keys())
    )
    off = [each.said for each in principals if each.type == "USER" and each.id in seen.disabled]
    near = [f"{each} is disabled in Identity Center: no new sign-in; live sessions may go on" for each in off]
    if account.state != "ACTIVE":
        near.append(f"{account.name} is {account.state}: nobody gets in, and nothing is made there")
    near += [
        sentence
        for number, grant in enumerate(policy.grants, start=1)
        for sentence in _near(number, grant, policy, account, principals, today)
    ]
    return Explanation(who, account, access, tuple(near))


def _principals(seen: Snapshot, who: str) -> tuple[Principal, ...]:
    """The group; or the user, and the groups that the user is in."""
    if who in seen.directory.users:
        user_id = seen.directory.users[who]
        groups = [
            Principal(name, id_)
            for name, id_ in sorted(seen.directory.groups.items())
            if user_id in seen.memberships.get(id_, ())
        ]
        return (Principal(who, user_id, "USER"), *groups)
    if who in seen.directory.groups:
        return (Principal(who, seen.directory.groups[who]),)
    raise NobodyError(f"Identity Center has no user and no group {who}")


def _near(
    number: int,
    grant: Grant,
    policy: AccessPolicy,
    account: Account,
    principals: tuple[Principal, ...],
    today: date,
) -> Iterator[str]:
    """A grant that means somebody else here, or the same people elsewhere, or did until some day."""
    gives = f"grant {number} gives {grant.permission_set or 'a permission set'}"
    meant = [principal.said for principal in principals if _means(grant, principal, policy, account)]
    reached = reach(grant, account) is not None
    if meant and grant.ended(today):
        if reached:
            yield f"{gives} to {', '.join(meant)} here until {grant.until}, which is over"
    elif meant and not reached:
        excepted = selected(grant.except_, account)
        why_not = f"except says {excepted}" if excepted else missed(grant.accounts or (ALL,), account)
        yield f"{gives} to {', '.join(meant)}, but not here: {why_not}"
    elif reached and not meant and not grant.ended(today):
        others = [*(f"group {name}" for name in (*grant.names, *grant.patterns)), *grant.people]
        yield f"{gives} here to {', '.join(others)}; {principals[0].name} is not among them"


def _means(grant: Grant, principal: Principal, policy: AccessPolicy, account: Account) -> bool:
    if principal.type == "USER":
        return principal.name in grant.people
    known = Roster([account]).vocabulary(policy.permission_sets)
    return principal.name in grant.names or any(
        fits(pattern, principal.name, known) for pattern in grant.patterns
    )
