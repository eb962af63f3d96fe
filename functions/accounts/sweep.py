"""Reads an organization account by account in several runs, and puts the picture together at the end.

From a delegated administrator there is no other way, and one run is too short for a large organization. What
each run has read is kept; only the last one, which has all of it, plans. So nothing is removed on part of the
picture, and `max_removals` counts the whole.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from botocore.exceptions import BotoCoreError, ClientError

from functions import bus
from functions.accounts.reconcile_read import Reader, Seen
from functions.accounts.reconcile_scope import RECONCILE, Scope
from functions.aws.identity_center import AccountAssignment
from functions.aws.sweep_store import Stretch, SweepStore
from functions.bus import BusEvent

MOST = 250
"""Accounts of one run: what they have fits into one item of the table."""

MARGIN = timedelta(seconds=60)
"""Left for the one account that is being read when time is up."""


@dataclass(frozen=True)
class GoesOn:
    """There is more to read: the event that the next run begins with."""

    sweep: str
    number: int
    calls: int | None = None

    def event(self) -> BusEvent:
        """`sweep` names the reading, `number` its next stretch, `calls` what one run may take at most."""
        scope = {"sweep": self.sweep, "number": self.number}
        calls = {} if self.calls is None else {"calls": self.calls}
        return BusEvent(bus.ACCOUNTS, RECONCILE, {"scope": scope, **calls})


@dataclass(frozen=True)
class Sweeper:
    """One run's part of it."""

    reader: Reader
    store: SweepStore
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)

    def step(self, scope: Scope, deadline: datetime) -> GoesOn | Seen:
        """Read the next stretch, or, when nothing is left, everything that was found.

        Twice the same step changes nothing. Raises ClientError or BotoCoreError if what everything depends on
        cannot be read; an account that cannot be read is tried once more at the end and is a gap then.
        """
        sweep, number = str(scope.sweep), scope.number
        next_one = GoesOn(sweep, number + 1, scope.calls)
        stretches = self.store.stretches(sweep)
        if number < len(stretches):
            return next_one  # delivered again: this one is done
        accounts = self.reader.organizations.accounts(with_tags=False)
        done = {account for stretch in stretches for account in stretch.accounts}
        left = sorted(a.id for a in self.reader.ready(accounts) if a.id not in done)
        if not left:
            return self._together(stretches)
        stretch = self._read(left[:MOST], deadline, scope.calls)
        self.store.put(sweep, number, stretch, self.clock().timestamp())
        return next_one

    def _read(self, accounts: Iterable[str], deadline: datetime, calls: int | None) -> Stretch:
        """At least one account, whatever it takes: else no run would come further."""
        found: set[AccountAssignment] = set()
        read: set[str] = set()
        failed: set[str] = set()
        for account in accounts:
            spent = len(read | failed) + len({(each.account_id, each.permission_set_arn) for each in found})
            over = self.clock() > deadline - MARGIN or (calls is not None and spent >= calls)
            if (read or failed) and over:
                break
            try:
                found |= self.reader.center.assignments(account)
                read.add(account)
            except (ClientError, BotoCoreError):
                failed.add(account)
        return Stretch(frozenset(read), frozenset(failed), frozenset(found))

    def _together(self, stretches: list[Stretch]) -> Seen:
        read = {account for stretch in stretches for account in stretch.read}
        found = [assignment for stretch in stretches for assignment in stretch.assignments]
        failed = {account for stretch in stretches for account in stretch.failed} - read
        return self.reader.of_accounts(failed, frozenset(read), found)
