"""Without anybody asking: denies that are due end, and the policies are what they should be."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.deny_policies import DenyPolicyError
from functions.aws.lease import LeaseLostError
from functions.aws.ledger import LedgerConflictError
from functions.aws.people import Person
from functions.aws.person_access import Reach
from functions.bus import BusError
from functions.leavers.book import Book, open_entry
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.notices import Notices
from functions.leavers.record import Record
from functions.leavers.renderer import RendererBusyError
from functions.leavers.rules import Findings, Rules

SNAPSHOT_AGE = timedelta(hours=6)
"""How old the snapshot of the directory may be before it is taken anew."""


TIME_FOR_DUE = timedelta(seconds=20)
"""From the run's beginning on, in which another deny that is due is looked into. Each costs up to a few
calls of the 18 a second that Identity Center gives, and the function has a minute for everything."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Reachability(Protocol):
    def reach(self, user_id: str) -> Reach: ...


class Snapshot(Protocol):
    def taken_at(self) -> datetime | None: ...
    def find(self, okta_ids: Sequence[str]) -> Mapping[str, Person]: ...
    def refresh(self, people: Iterable[Person], now: datetime) -> int: ...


class Directory(Protocol):
    def everybody(self) -> Iterable[Person]: ...


class Resumption(Protocol):
    def run(self) -> None: ...
    def search_again(self, seed: Record) -> None: ...


class Checker(Protocol):
    def bring_up_to_date(self, *, check: bool = False) -> frozenset[str]: ...


class Upkeep:
    """What schedules start. Everything can be repeated."""

    def __init__(
        self,
        ledger: OpenRevocations,
        book: Book,
        access: Reachability,
        renderer: Checker,
        snapshot: Snapshot,
        directory: Directory,
        findings: Findings,
        notices: Notices,
        rules: Rules,
        resumption: Resumption,
        *,
        now: Callable[[], datetime],
        log: Logger,
    ) -> None:
        self._ledger = ledger
        self._book = book
        self._access = access
        self._renderer = renderer
        self._snapshot = snapshot
        self._directory = directory
        self._findings = findings
        self._notices = notices
        self._rules = rules
        self._resumption = resumption
        self._now = now
        self._log = log

    def run(self) -> None:
        """See to it that the policies say what they should, end what is due, carry on with what was left,
        look through the directory.

        Raises StepsFailedError if somebody's deny could not be looked into (all others have been) or the
        policies could not be written; ClientError or BotoCoreError if the directory could not be read.
        """
        try:
            self._reconcile()
        finally:  # What follows does not need the policies.
            self._resumption.run()
            self._look_through()

    def _look_through(self) -> None:
        taken_at = self._snapshot.taken_at()
        if taken_at is None or self._now() - taken_at >= SNAPSHOT_AGE:
            changed = self._snapshot.refresh(self._directory.everybody(), self._now())
            self._log.info("the directory was looked through", extra={"changed": changed})
            self._search_again()

    def _search_again(self) -> None:
        """Those whom nobody could identify, and whom the directory has shown now."""
        unknown = {
            entry["okta_id"]: entry
            for entry in self._ledger.open_entries()
            if entry["okta_id"] and not entry["user_id"]
        }
        for okta_id in self._snapshot.find(list(unknown)) if unknown else ():
            self._resumption.search_again(_seed(unknown[okta_id]))

    def _reconcile(self) -> None:
        """The policies first: nothing waits for those whose deny is due, however many they are."""
        until, failures = self._now() + TIME_FOR_DUE, list[str]()
        try:
            self._renderer.bring_up_to_date(check=True)
        except (DenyPolicyError, LeaseLostError, RendererBusyError) as error:
            failures.append(str(error))
        ended, unknown = self._settle(until)
        if unknown:
            failures.append(f"whether the deny may end is not known of {', '.join(unknown)}")
        try:
            if ended:
                self._renderer.bring_up_to_date()
        except (DenyPolicyError, LeaseLostError, RendererBusyError) as error:
            failures.append(str(error))
        if failures:
            raise StepsFailedError("; ".join(dict.fromkeys(failures)))

    def _settle(self, until: datetime) -> tuple[bool, list[str]]:
        """Those who are due, the longest first, until then; who is left is the next run's.

        Whether any deny has ended, and of whom it could not be said.
        """
        ended, unknown = False, list[str]()
        for entry in due(self._ledger.open_entries(), self._now()):
            if self._now() > until:
                break
            try:
                ended |= self._settled(entry)
            except (ClientError, BotoCoreError, BusError, LedgerConflictError) as error:
                self._log.warning("whether the deny of %s may end: %s", entry["person"], error)
                unknown.append(str(entry["person"]))
        return ended, unknown

    def _settled(self, entry: Mapping[str, Any]) -> bool:
        """Whether the deny has ended."""
        seed = _seed(entry)
        before = self._book.latest(seed)
        if before.open and before.user_id is None:
            self._resumption.search_again(seed)
            return False
        left = self._access.reach(before.user_id) if before.user_id and before.open else Reach()
        change = partial(self._change, reachable=bool(left))
        after = self._book.change(seed, {"change": "deny due"}, change).record
        self._findings.put_findings(self._notices.settled(after, left))
        return open_entry(after) is None

    def _change(self, record: Record, *, reachable: bool) -> Record:
        if not record.is_due(self._now()):
            return record
        return record.settled(reachable, self._now(), self._rules.keep_deny)


def _seed(entry: Mapping[str, Any]) -> Record:
    return Record(entry["person"], entry["okta_id"], entry["login"], entry["user_id"])


def due(entries: Sequence[Mapping[str, Any]], now: datetime) -> list[Mapping[str, Any]]:
    """Whose deny was promised no longer than until now, the earliest first."""
    ends = [(datetime.fromisoformat(each["deny_until"]), each) for each in entries if each["deny_until"]]
    return [each for at, each in sorted(ends, key=lambda end: (end[0], end[1]["person"])) if at <= now]
