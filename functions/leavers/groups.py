"""Somebody was added to a group or removed from it: what they lost goes into the ledger, then is denied."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.ledger import LedgerConflictError, Stored
from functions.aws.people import AmbiguousPersonError
from functions.leavers.book import Book
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.decide import Ignored, Unclear
from functions.leavers.documents import loss_document, loss_from
from functions.leavers.identify import Directory
from functions.leavers.marks import Mark
from functions.leavers.partial import (
    GroupChange,
    Look,
    Loss,
    Pair,
    decide_group,
    heard,
    is_news,
    matters,
)
from functions.leavers.partial_notices import PartialNotices
from functions.leavers.record import Record
from functions.leavers.rules import Findings, Rules
from functions.okta.log_event import LogEvent

CONFLICTS = 10
"""Times that a loss is read again because somebody else changed it, before the queue gets its turn."""


class Losses(Protocol):
    """The ledger as this needs it."""

    def of(self, person: str) -> Mapping[str, Stored]: ...
    def all(self) -> Mapping[str, Stored]: ...
    def write(self, key: str, document: Mapping[str, Any], *, after: int) -> None: ...
    def delete(self, key: str, *, after: int) -> None: ...


class Access(Protocol):
    """What groups and people have. Raises ClientError or BotoCoreError where an answer is not complete."""

    def of_group(self, name: str) -> tuple[str | None, frozenset[Pair]]: ...
    def of_person(self, user_id: str) -> Mapping[str, frozenset[Pair]]: ...


class Writer(Protocol):
    def bring_up_to_date(self) -> frozenset[str]: ...


class GroupChanges:
    """Everything is idempotent: an event that comes again is looked into again.

    Okta's word goes into the ledger before anybody looks what was lost by it, so of two changes that are
    worked on at the same time at least one knows of both.
    """

    def __init__(
        self,
        ledger: Losses,
        book: Book,
        access: Access,
        directory: Directory,
        writer: Writer,
        findings: Findings,
        notices: PartialNotices,
        rules: Rules,
        *,
        denied: bool,
        now: Callable[[], datetime],
        log: Logger,
    ) -> None:
        """`denied`: whether the access policy wants sessions of lost groups denied at all."""
        self._ledger = ledger
        self._book = book
        self._access = access
        self._directory = directory
        self._writer = writer
        self._findings = findings
        self._notices = notices
        self._rules = rules
        self._denied = denied
        self._now = now
        self._log = log

    def admit(self, event: LogEvent) -> bool:
        """Write into the ledger what the event changes, and say whether that calls for a `write`.

        Raises whatever kept Identity Center or the ledger from a complete answer: nothing is guessed.
        """
        change = decide_group(event)
        if isinstance(change, Unclear):
            self._findings.put_findings([self._notices.unclear(change)])
            return False
        if isinstance(change, Ignored):
            self._log.info("ignored: %s", change.why, extra={"uuid": event.uuid})
            return False
        group_id, given = self._access.of_group(change.group)
        if group_id is None:
            return False
        user_id = self._person(change) if self._concerns_sessions(change, given) else None
        if user_id is None:
            self._remember(change, group_id)
            return False
        return self._taken_in(change, group_id, user_id, given)

    def lost(self, change: GroupChange, group_id: str, user_id: str, given: frozenset[Pair]) -> bool:
        """As `admit`, of a removal that Okta has not told by itself, but of somebody's group that is gone."""
        stored = self._ledger.of(change.okta_id).get(change.key)
        known = loss_from(change.key, stored.document) if stored else None
        if known is not None and known.trigger == change.trigger and known.lost:
            return True
        return not self.unwanted(change) and self._taken_in(change, group_id, user_id, given)

    def _taken_in(self, change: GroupChange, group_id: str, user_id: str, given: frozenset[Pair]) -> bool:
        before = self._note(heard(change, group_id, user_id, self._rules.keep_deny), change)
        if before is None:
            return False  # Stale.
        self._remember(change, group_id)
        return self._denied and (self._look_at(change, given) or bool(before.lost))

    def write(self) -> None:
        """Bring the deny policies up to what the ledger says. Raises what kept them from being written."""
        self._writer.bring_up_to_date()

    def upkeep(self) -> None:
        """Forget what is over; look again where Identity Center had not heard of the removal.

        Raises StepsFailedError if one of them could not be looked at; all others have been.
        """
        failed, changed = [], False
        for key, stored in self._ledger.all().items():
            try:
                changed |= self._kept_up(loss_from(key, stored.document), stored.version)
            except (ClientError, BotoCoreError, LedgerConflictError) as error:
                self._log.warning("what %s lost: %s", key, error)
                failed.append(key)
        if changed:
            self._writer.bring_up_to_date()
        if failed:
            raise StepsFailedError(f"what was lost is not known of {', '.join(failed)}")

    def unwanted(self, change: GroupChange) -> str:
        """Why nothing is to be done for it; nothing if something is."""
        if not self._denied:
            return "the access policy leaves sessions of lost groups alone"
        return self._passed_over(change)

    def _concerns_sessions(self, change: GroupChange, given: frozenset[Pair]) -> bool:
        why = self._passed_over(change)
        if why:
            self._log.info("ignored: %s", why, extra={"uuid": change.trigger})
        return not why and bool(given or self._ledger.of(change.okta_id))

    def _passed_over(self, change: GroupChange) -> str:
        if not matters(change, self._now(), self._rules.keep_deny):
            return "every session from before it has ended by itself"
        return "the person is protected" if self._rules.protects(change.login) else ""

    def _person(self, change: GroupChange) -> str | None:
        try:
            person = self._directory.by_okta(change.okta_id, change.login)
        except AmbiguousPersonError as error:
            doubt = Unclear(str(error), change.trigger, change.published)
            self._findings.put_findings([self._notices.unclear(doubt)])
            return None
        protected = person is not None and self._rules.protects(person.user_name)
        return None if person is None or protected else person.user_id

    def _remember(self, change: GroupChange, group_id: str) -> None:
        """Of a leaver, too, Okta may say that they are no longer in it: then no return gives it back.

        Whoever leaves at the same time has either a record by now, or takes stock later than the ledger has
        Okta's word.
        """
        seed = Record(f"okta:{change.okta_id}", change.okta_id, change.login)
        what = "group given" if change.joined else "group lost"
        told = {"change": what, "group": group_id, "trigger": change.trigger}
        mark = {group_id: Mark(not change.joined, change.published, change.trigger)}
        self._book.change(seed, told, lambda record: record.told_of_groups(mark))

    def _note(self, loss: Loss, change: GroupChange) -> Loss | None:
        """Write down Okta's word, and return what stood there before it; None if that is newer.

        An event that has come before finds its own word, and what was lost by it; after a return, what had
        been lost until then, as it may not have come to be written that nothing of it is denied any more.
        """
        for _ in range(CONFLICTS):
            stored = self._ledger.of(change.okta_id).get(loss.key)
            known = loss_from(loss.key, stored.document) if stored else None
            if known is not None and known.trigger == change.trigger:
                return known
            if not is_news(change, known):
                return None
            if known is not None and change.joined:
                loss = replace(loss, lost=known.lost)
            try:
                self._ledger.write(loss.key, loss_document(loss), after=stored.version if stored else 0)
            except LedgerConflictError:
                continue
            return known or loss
        raise LedgerConflictError(f"{loss.key} changes faster than it can be written")

    def _look_at(self, change: GroupChange, given: frozenset[Pair]) -> bool:
        """After a removal, at what was lost by it; after an addition, at what others need not deny.

        Whether anything is or was denied by what has been looked at.
        """
        stored = self._ledger.of(change.okta_id)
        known = {key: loss_from(key, each.document) for key, each in stored.items()}
        denied = False
        for key, loss in known.items():
            if change.joined and not loss.joined:
                after = loss.regained(given)
            elif loss.trigger == change.trigger and not change.joined:
                after = self._looked(loss, given, known.values())
            else:
                continue
            self._replace(loss, after, stored[key].version)
            denied = denied or bool(loss.lost or after.lost)
        return denied

    def _looked(self, loss: Loss, given: frozenset[Pair], known: Iterable[Loss]) -> Loss:
        """The time is taken before anything is asked: what is then found no more had ended at that time.

        What has been lost stays lost where the group no longer gives it, or is gone.
        """
        at = self._now()
        gone = {each.group_id for each in known if not each.joined}
        access = self._access.of_person(loss.user_id)
        back = [self._access.of_group(each.group)[1] for each in known if each.joined]
        shown = [pairs for principal, pairs in access.items() if principal not in gone]
        lingering = [access.get(group_id, frozenset()) for group_id in gone]
        look = Look(
            at, given | set(loss.lost), frozenset().union(*shown, *back), frozenset().union(*lingering)
        )
        return loss.seen(look, self._rules.keep_deny)

    def _kept_up(self, loss: Loss, version: int) -> bool:
        """Whether the deny policies may have to change."""
        if loss.until <= self._now():
            self._ledger.delete(loss.key, after=version)
        elif self._denied and loss.unsettled(self._now()):
            _, given = self._access.of_group(loss.group)
            others = [loss_from(key, each.document) for key, each in self._ledger.of(loss.person).items()]
            after = self._looked(loss, given, others)
            self._replace(loss, after, version)
            return after.lost != loss.lost or after.looked != loss.looked
        return False

    def _replace(self, before: Loss, after: Loss, version: int) -> None:
        if after != before:
            self._ledger.write(after.key, loss_document(after), after=version)


def denying(losses: Losses, now: datetime) -> list[Loss]:
    """What the deny policies are to say beside the leavers."""
    known = [loss_from(key, stored.document) for key, stored in losses.all().items()]
    return [loss for loss in known if loss.denies(now)]
