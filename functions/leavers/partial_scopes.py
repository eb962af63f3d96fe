"""What a partial loss denies, as a policy says it: which roles, whose sessions, issued before when. Pure.

IAM Identity Center User Guide, "Referencing permission sets in resource policies": a role is called
AWSReservedSSO_<permission set>_<unique suffix> and stands under aws-reserved/sso.amazonaws.com, followed by
the Region unless that is us-east-1. The suffix has 16 characters, a permission set's name at most 32 and a
role's 64, so that no name is cut off, and 16 times `?` keeps Developer_Extra out of what concerns Developer.
"""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from functions.leavers.partial import Loss, Pair

EVERYWHERE = "*"
PATTERNS = 8
"""Roles in one statement, at most: about 900 characters, which a policy of the smallest size has left."""

ROLE = "role/aws-reserved/sso.amazonaws.com*/AWSReservedSSO_{name}_" + "?" * 16


@dataclass(frozen=True, order=True)
class Scope:
    """Roles by pattern: those that `like` matches but `unlike` does not."""

    like: tuple[str, ...]
    unlike: tuple[str, ...] = ()

    def conditions(self) -> dict[str, Any]:
        """As a policy says it (IAM User Guide, "ARN condition operators")."""
        said: dict[str, Any] = {"ArnLike": {"aws:PrincipalArn": list(self.like)}}
        return said | ({"ArnNotLike": {"aws:PrincipalArn": list(self.unlike)}} if self.unlike else {})


@dataclass(frozen=True, order=True)
class Rule:
    """One statement but for the people: sessions of these roles, issued `before` that instant."""

    before: str
    scope: Scope


@dataclass(frozen=True)
class Place:
    """Somebody in a rule. `who` is what on-call calls them."""

    rule: Rule
    user_id: str
    who: str


def role(account: str, name: str) -> str:
    """All roles that this permission set can have in this account; `*` for every account."""
    return f"arn:aws:iam::{account}:{ROLE.format(name=name)}"


def scopes(lost: Collection[Pair], kept: Collection[Pair]) -> tuple[Scope, ...]:
    """The fewest words for exactly these pairs, given which other ones of their sets the person keeps.

    In accounts that are neither, they have no such session, so a set that is kept nowhere is named once for
    all accounts, and one that is kept in few is named for all but these.
    """
    listed, scoped = [], []
    for name in sorted({name for _, name in lost}):
        mine = sorted(account for account, each in lost if each == name)
        spared = sorted(account for account, each in kept if each == name)
        if not spared:
            listed.append(role(EVERYWHERE, name))
        elif len(spared) < len(mine) and len(spared) < PATTERNS:
            unlike = tuple(role(account, name) for account in spared)
            scoped.append(Scope((role(EVERYWHERE, name),), unlike))
        else:
            listed += [role(account, name) for account in mine]
    chunks = (tuple(listed[at : at + PATTERNS]) for at in range(0, len(listed), PATTERNS))
    return (*(Scope(chunk) for chunk in chunks), *scoped)


def places(losses: Iterable[Loss], binds: Callable[[str], bool]) -> list[Place]:
    """Who stands in which statement of the policies that bind these accounts, with as few statements as the
    instants allow.

    For each loss any instant from `earliest` to `latest` is right. Of people with the same scope, those whose
    spans have an instant in common share a statement: the earliest end among them, so it is later than each
    one's own removal, and no later than the look that found that nothing gives them the pairs. Whoever has
    lost the same twice is denied as of the second time.
    """
    waiting: dict[Scope, dict[str, Loss]] = defaultdict(dict)
    for loss in losses:
        lost = [pair for pair in loss.lost if binds(pair[0])]
        for scope in scopes(lost, [pair for pair in loss.kept if binds(pair[0])]):
            known = waiting[scope].get(loss.user_id)
            if known is None or (known.latest, known.key) < (loss.latest, loss.key):
                waiting[scope][loss.user_id] = loss
    return [place for scope in sorted(waiting) for place in _bundled(scope, waiting[scope])]


def _bundled(scope: Scope, people: Mapping[str, Loss]) -> Iterable[Place]:
    instant: datetime | None = None
    for loss in sorted(people.values(), key=lambda each: (each.latest, each.user_id)):
        if instant is None or loss.earliest > instant:
            instant = loss.latest
        yield Place(Rule(f"{instant.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}", scope), loss.user_id, loss.who)
