"""A whole group was deleted in Okta: everybody who was in it has lost it.

Okta, "Event types": `group.lifecycle.delete` names the group alone, and no page says that its members'
removals are events of their own. Until group push has told Identity Center, which nobody waits for either,
Identity Center says who is in the group, and each of them has lost it as if Okta had said so.
"""

import time
from collections.abc import Callable, Iterable
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Protocol

from aws_lambda_powertools import Logger

from functions.aws.ledger import LedgerConflictError
from functions.aws.people import Person
from functions.leavers.decide import Ignored, Unclear
from functions.leavers.documents import loss_document
from functions.leavers.groups import Access, GroupChanges, Losses
from functions.leavers.partial import GroupChange, Loss, Pair
from functions.leavers.partial_notices import PartialNotices
from functions.leavers.rules import Findings
from functions.leavers.story import OutOfTimeError
from functions.okta.event_types import GROUP_DELETE
from functions.okta.log_event import USER_GROUP, LogEvent

EVERYBODY = "everybody"
"""In the place of a person: what all of them lost with a group has been looked into. It denies nothing."""

TIME_FOR_MEMBERS = 20.0
"""Seconds in which another member is begun with; the message then comes again for the others."""


class Members(Protocol):
    """Who is in a group. Raises ClientError or BotoCoreError where an answer is not complete."""

    def of(self, group_id: str) -> Iterable[Person]: ...


class GroupEvents:
    """All that Okta tells of groups: of one person and a group, or of a group that is gone."""

    def __init__(
        self,
        changes: GroupChanges,
        ledger: Losses,
        access: Access,
        members: Members,
        findings: Findings,
        notices: PartialNotices,
        *,
        granted: Callable[[str], bool],
        keep_deny: timedelta,
        log: Logger,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`granted`: whether a grant of the access policy speaks of a group of this name."""
        self._changes = changes
        self._ledger = ledger
        self._access = access
        self._members = members
        self._findings = findings
        self._notices = notices
        self._granted = granted
        self._keep_deny = keep_deny
        self._log = log
        self._clock = clock

    def admit(self, event: LogEvent) -> bool:
        """As GroupChanges.admit. Raises OutOfTimeError if members are left to begin with."""
        if event.event_type != GROUP_DELETE:
            return self._changes.admit(event)
        deleted = decide_deletion(event)
        if isinstance(deleted, Unclear):
            self._findings.put_findings([self._notices.unclear(deleted)])
            return False
        why = deleted.why if isinstance(deleted, Ignored) else self._changes.unwanted(deleted)
        if why or isinstance(deleted, Ignored):
            self._log.info("ignored: %s", why, extra={"uuid": event.uuid})
            return False
        # Known of all, it may still not be in the deny policies, if the function died before their turn.
        return self._key(deleted) in self._ledger.of(EVERYBODY) or self._lost_by_all(deleted)

    def write(self) -> None:
        """As GroupChanges.write."""
        self._changes.write()

    def _lost_by_all(self, deleted: GroupChange) -> bool:
        group_id, given = self._access.of_group(deleted.group)
        if group_id is None:
            if self._granted(deleted.group):
                self._findings.put_findings([self._notices.members_unknown(deleted)])
            return False
        changed = self._lost_by_each(deleted, group_id, given) if given else False
        self._set_over(deleted)
        return changed

    def _lost_by_each(self, deleted: GroupChange, group_id: str, given: frozenset[Pair]) -> bool:
        until, changed = self._clock() + TIME_FOR_MEMBERS, False
        for person in self._members.of(group_id):
            if self._clock() > until:
                raise OutOfTimeError(f"some of {deleted.group} are left; the message comes again for them")
            change = replace(deleted, okta_id=person.okta_id or person.user_id, login=person.user_name)
            changed |= self._changes.lost(change, group_id, person.user_id, given)
        return changed

    def _set_over(self, deleted: GroupChange) -> None:
        """An event that comes again finds the group gone, and must not say that its members are not known."""
        at, until = deleted.published, deleted.published + self._keep_deny
        marker = Loss(self._key(deleted), True, at, deleted.trigger, until, group=deleted.group)
        with suppress(LedgerConflictError):  # Another instance has said the same.
            self._ledger.write(marker.key, loss_document(marker), after=0)

    def _key(self, deleted: GroupChange) -> str:
        return f"{EVERYBODY}#{deleted.group_id}"


def decide_deletion(event: LogEvent) -> GroupChange | Ignored | Unclear:
    """What `group.lifecycle.delete` says; the person is still to be filled in."""
    if event.result != "SUCCESS":
        return Ignored(f"it did not happen: outcome {event.result}")
    groups = {group.id: group for group in event.of_type(USER_GROUP)}
    if len(groups) != 1:
        return Unclear(f"{event.event_type} names {len(groups)} groups, not one", event.uuid, event.published)
    (group,) = groups.values()
    if not group.display_name:
        return Unclear(f"{event.event_type} does not name its group", event.uuid, event.published)
    return GroupChange("", None, group.id, group.display_name, False, event.uuid, event.published)
