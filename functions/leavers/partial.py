"""Somebody lost a group, not everything: which of their sessions end, and how long that is said. Pure.

What the group alone gave is lost: (account, permission set) pairs that no other group and no assignment of
their own gives. Of sessions of these pairs, those are denied that were issued before they were lost
(aws:TokenIssueTime). So whoever gets a pair back works at once in a new session, and nothing must be lifted.

Of groups that Okta has spoken of lately, Okta's word counts; of all others, what Identity Center shows, which
hears of a change only later. So of two groups that are lost at once neither keeps alive what both gave.
"""

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Self

from functions.leavers.decide import Ignored, Unclear
from functions.okta import event_types as okta
from functions.okta.log_event import USER, USER_GROUP, LogEvent

Pair = tuple[str, str]
"""An account's id and a permission set's name: one role, and all sessions of it."""

SETTLED = timedelta(minutes=10)
"""So long after a removal a look is the last: what Okta pushed before it has arrived by then, or failed."""


@dataclass(frozen=True)
class GroupChange:
    """Somebody was added to a group in Okta, or removed from it. Group push keeps a group's name."""

    okta_id: str
    login: str | None
    group_id: str
    group: str
    joined: bool
    trigger: str
    published: datetime

    @property
    def key(self) -> str:
        """Of one person and one group, events before and after count as one story."""
        return f"{self.okta_id}#{self.group_id}"


@dataclass(frozen=True)
class Look:
    """What a person had `at` one time, as the group they were removed from is concerned.

    `given` has the pairs of the group, `kept` what other groups and assignments of their own give.
    `lingering` are pairs that Identity Center still shows through groups that Okta has taken them out of:
    they could begin sessions of these until now.
    """

    at: datetime
    given: frozenset[Pair]
    kept: frozenset[Pair]
    lingering: frozenset[Pair]


@dataclass(frozen=True)
class Loss:
    """The newest that Okta said of one person and one group, and what was lost by it.

    `joined`: they are in it, and nothing is denied (`lost` is what had been). Otherwise sessions of the pairs
    in `lost` are denied that were issued before an instant from `earliest` to `latest`; `kept` are the other
    pairs of these permission sets. `looked`: when Identity Center no longer showed the lost pairs; None while
    it does.
    """

    key: str
    joined: bool
    at: datetime
    trigger: str
    until: datetime
    login: str | None = None
    group: str = ""
    group_id: str = ""
    user_id: str = ""
    lost: tuple[Pair, ...] = ()
    kept: tuple[Pair, ...] = ()
    looked: datetime | None = None

    @property
    def person(self) -> str:
        """Their Okta id."""
        return self.key.partition("#")[0]

    @property
    def earliest(self) -> datetime:
        """Sessions are stamped with whole seconds: from the next one on, nothing from before is missed."""
        whole = self.at.replace(microsecond=0)
        return whole if whole == self.at else whole + timedelta(seconds=1)

    @property
    def latest(self) -> datetime:
        """At the look nothing gave them these pairs: whatever session is older than that has no ground."""
        return max(self.earliest, self.looked.replace(microsecond=0)) if self.looked else self.earliest

    @property
    def who(self) -> str:
        """How to call them in a message."""
        return self.login or self.user_id or self.key

    def denies(self, now: datetime) -> bool:
        """Whether there still is anything to deny."""
        return not self.joined and bool(self.lost) and self.until > now

    def unsettled(self, now: datetime) -> bool:
        """Whether somebody must look again: Identity Center may not have heard of all that led to it."""
        settled = self.looked is not None and self.looked >= self.at + SETTLED
        return not self.joined and not settled and self.until > now

    def seen(self, look: Look, keep_deny: timedelta) -> Self:
        """The same removal after another look: what others give by now is not denied any more."""
        lost = look.given - look.kept
        new = replace(self, lost=tuple(sorted(lost)), kept=_spared(lost, look.kept))
        if lost & look.lingering:
            return new
        return replace(new, looked=look.at, until=look.at + keep_deny)

    def regained(self, pairs: frozenset[Pair]) -> Self:
        """Another group gives these pairs: they are not denied."""
        lost = frozenset(self.lost) - pairs
        return replace(self, lost=tuple(sorted(lost)), kept=_spared(lost, pairs | set(self.kept)))


def decide_group(event: LogEvent) -> GroupChange | Ignored | Unclear:
    """What an event of the type group.user_membership.* says."""
    if event.result != "SUCCESS":
        return Ignored(f"it did not happen: outcome {event.result}")
    users = {user.id: user for user in event.of_type(USER)}
    groups = {group.id: group for group in event.of_type(USER_GROUP)}
    if len(users) != 1 or len(groups) != 1:
        why = f"{event.event_type} names {len(users)} users and {len(groups)} groups, not one of each"
        return Unclear(why, event.uuid, event.published)
    (user,), (group,) = users.values(), groups.values()
    if not group.display_name:
        return Unclear(f"{event.event_type} does not name its group", event.uuid, event.published)
    return GroupChange(
        user.id,
        user.alternate_id,
        group.id,
        group.display_name,
        event.event_type == okta.GROUP_MEMBERSHIP_ADD,
        event.uuid,
        event.published,
    )


def is_news(change: GroupChange, known: Loss | None) -> bool:
    """Whether it is newer than what is known. Of two at the same instant being in the group counts: the deny
    is there to end what is over, and must not meet who has a right."""
    mine = (change.published, change.joined, change.trigger)
    return known is None or mine > (known.at, known.joined, known.trigger)


def matters(change: GroupChange, now: datetime, keep_deny: timedelta) -> bool:
    """No session from before an older change is alive: it denies nothing, and undoes no removal either."""
    return change.published + keep_deny > now


def heard(change: GroupChange, group_id: str, user_id: str, keep_deny: timedelta) -> Loss:
    """Okta's word, before anybody has looked what was lost by it."""
    until = change.published + keep_deny
    told = Loss(change.key, change.joined, change.published, change.trigger, until)
    return replace(told, login=change.login, group=change.group, group_id=group_id, user_id=user_id)


def _spared(lost: frozenset[Pair], kept: Collection[Pair]) -> tuple[Pair, ...]:
    """What a statement about all accounts must leave out: the other pairs of the sets that are lost."""
    sets = {permission_set for _, permission_set in lost}
    return tuple(sorted(pair for pair in kept if pair[1] in sets))
