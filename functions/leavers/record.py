"""What the ledger knows of one person, and how events change it. Pure.

For every reason the newest event counts, left or back, by `published`. So the order in which events arrive
does not matter, and neither do duplicates; of two at the same instant, leaving counts.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Self

from functions.leavers.decide import Leaver, Reason, Return
from functions.leavers.marks import Mark, newest
from functions.leavers.taken import Taken


class StepState(StrEnum):
    """How a step stands. Only a failed one is repeated; a doubtful one needs a person."""

    DONE = "done"
    NOTHING = "nothing to do"
    DOUBTFUL = "doubtful"
    FAILED = "failed"


@dataclass(frozen=True)
class StepOutcome:
    """What came of a step, when, and in words for on-call."""

    state: StepState
    at: datetime
    note: str = ""

    @property
    def final(self) -> bool:
        """Whether the step need not run again."""
        return self.state is not StepState.FAILED


@dataclass(frozen=True)
class Occasion:
    """The event whose steps are being carried out."""

    trigger: str
    published: datetime
    reason: str
    note: str = ""


@dataclass(frozen=True)
class Record:
    """One person: why they are out, since when, and how far the steps of the newest occasion have come.

    `narrowed`: they have come back, and only what their sessions from before it call is denied. Either deny
    ends at `deny_until`, that of a leaver not before they have had nothing to come in with for long enough,
    since `clean_since`; then the revocation is `lifted`, whether or not they are back.

    `groups`: the newest that Okta has said of each since they left, by its id in Identity Center.
    """

    key: str
    okta_id: str | None
    login: str | None
    user_id: str | None = None
    marks: Mapping[Reason, Mark] = field(default_factory=dict)
    deny_until: datetime | None = None
    occasion: Occasion | None = None
    steps: Mapping[str, StepOutcome] = field(default_factory=dict)
    triggers: tuple[str, ...] = ()
    taken: Taken = field(default_factory=Taken)
    narrowed: datetime | None = None
    clean_since: datetime | None = None
    lifted: bool = False
    groups: Mapping[str, Mark] = field(default_factory=dict)

    @property
    def open(self) -> bool:
        """Whether there is a revocation now: any reason for which the person is gone."""
        return any(mark.gone for mark in self.marks.values())

    @property
    def reasons(self) -> tuple[Reason, ...]:
        """The reasons that hold now, oldest first."""
        gone = [(mark.at, reason) for reason, mark in self.marks.items() if mark.gone]
        return tuple(reason for _, reason in sorted(gone))

    @property
    def since(self) -> datetime | None:
        """Since when the person is gone; None if they are not."""
        return min((mark.at for mark in self.marks.values() if mark.gone), default=None)

    @property
    def who(self) -> str:
        """How to call them in a message."""
        return self.login or self.okta_id or self.user_id or self.key

    def _called(self, told: str | None) -> str | None:
        """The directory's name, once it is known, before Okta's: the access policy protects by it."""
        return (self.login if self.user_id else None) or told or self.login

    def unfinished_since(self, last: str) -> datetime | None:
        """When a step of the newest occasion was last tried; None if there is none, or `last` is done."""
        if self.occasion is None or self.is_final(last):
            return None
        return max((outcome.at for outcome in self.steps.values()), default=self.occasion.published)

    def is_final(self, step: str) -> bool:
        outcome = self.steps.get(step)
        return outcome is not None and outcome.final

    def left(self, leaver: Leaver, now: datetime, keep_deny: timedelta) -> Self:
        """With this event known; the same object if it changes nothing."""
        mark = Mark(True, leaver.published, leaver.trigger)
        marks = newest(self.marks, {leaver.reason: mark})
        if marks == self.marks:
            return self
        new = replace(self, marks=marks, login=self._called(leaver.login))
        new = replace(new, triggers=_seen(self.triggers if self.open else (), leaver.trigger))
        latest = max((m.at for m in self.marks.values() if m.gone), default=None)
        if latest is not None and leaver.published <= latest:
            return new
        return replace(
            new,
            deny_until=now + keep_deny,
            occasion=Occasion(leaver.trigger, leaver.published, leaver.reason.value, leaver.note),
            steps={},
            narrowed=None,
            clean_since=None,
            lifted=False,
            groups=self.groups if self.open or self.taken else {},
        )

    def returned(self, back: Return, now: datetime, keep_deny: timedelta) -> Self:
        """With this event known; the same object if it changes nothing."""
        mark = Mark(False, back.published, back.trigger)
        marks = newest(self.marks, dict.fromkeys(back.lifts, mark))
        if marks == self.marks:
            return self
        new = replace(self, marks=marks, login=self._called(back.login))
        if not self.open or new.open:
            return new
        old_sessions = self.user_id is not None and not self.lifted
        return replace(
            new,
            deny_until=now + keep_deny if old_sessions else None,
            narrowed=back.published if old_sessions else None,
            occasion=Occasion(back.trigger, back.published, "return"),
            steps={},
            triggers=(back.trigger,),
            clean_since=None,
            lifted=False,
        )

    def spared(self, trigger: str, now: datetime) -> Self:
        """Back for every reason, with no session denied: the access policy protects them. The same object if
        nothing is open."""
        if not self.open:
            return self
        at = max(now, *(mark.at + timedelta(microseconds=1) for mark in self.marks.values()))
        back = Return(self.okta_id, self.login, frozenset(self.reasons), trigger, at)
        return replace(self.returned(back, now, timedelta()), narrowed=None, deny_until=None)

    def is_due(self, now: datetime) -> bool:
        """Whether a deny is there that was promised no longer than until now."""
        denied = (self.open and not self.lifted) or self.narrowed is not None
        return denied and self.deny_until is not None and self.deny_until <= now

    def cleaned(self, now: datetime, keep_deny: timedelta) -> Self:
        """From now on nothing is left that could begin a session; those that run end within `keep_deny`."""
        return replace(self, clean_since=now, deny_until=now + keep_deny)

    def settled(self, reachable: bool, now: datetime, keep_deny: timedelta) -> Self:
        """With the deny lifted if it may be; otherwise it stays for another `keep_deny`.

        `reachable`: something still gives them access. They then may have begun a session just now.
        """
        if self.narrowed is not None:
            return replace(self, narrowed=None, deny_until=None)
        if reachable:
            return replace(self, clean_since=None, deny_until=now + keep_deny)
        if self.user_id is None:
            return replace(self, deny_until=now + keep_deny)  # They were never denied.
        if self.clean_since is None:
            return self.cleaned(now, keep_deny)
        return replace(self, lifted=True)

    @property
    def lost_groups(self) -> frozenset[str]:
        """Groups that Okta has taken them out of: they are not put back when they return."""
        return frozenset(group for group, mark in self.groups.items() if mark.gone)

    def told_of_groups(self, told: Mapping[str, Mark]) -> Self:
        """With what Okta says of their groups, which matters as long as something is to be put back."""
        if not self.open and not self.taken:
            return self
        return replace(self, groups=newest(self.groups, told))

    def with_step(self, name: str, outcome: StepOutcome) -> Self:
        return replace(self, steps={**self.steps, name: outcome})


def _seen(triggers: tuple[str, ...], trigger: str) -> tuple[str, ...]:
    return triggers if trigger in triggers else (*triggers, trigger)
