"""Keeps access true: compares what the policy wants with what is there, repairs, and removes as allowed."""

import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime

from functions import bus
from functions.accounts.apply import NOTHING, Applied, Removed, Timing, UnfinishedError, apply
from functions.accounts.events import RECONCILE_ACCOUNT
from functions.accounts.plan import Blocked, Plan, plan_all
from functions.accounts.reconcile_findings import about_reading
from functions.accounts.reconcile_read import Reader, Seen, TooLargeError
from functions.accounts.reconcile_scope import Scope, inside
from functions.accounts.reconcile_telling import Told
from functions.accounts.refusals import all_refused
from functions.accounts.remover import UNTOUCHED, Removal, Remover
from functions.accounts.sweep import GoesOn, Sweeper
from functions.aws.removal_store import RemovalStore
from functions.aws.sweep_store import SweepStore
from functions.bus import BusEvent
from functions.finding import Finding
from functions.policy.expand import Principal

CALLS_PER_SECOND = 3.0
"""What a run can count on: beside another one and two instances of `accounts`, all busy, it has 3 of every 16
turns (functions.aws.turns)."""

CALLS_PER_CREATION = 1.4
"""One to ask, and its part of the looks at how it stands."""

EMPTY = Plan((), (), ())

LATER = "the next reconcile of the whole organization may remove it"

DELEGATED = (
    "a delegated administrator may not assign in the management account; assign it there with the management "
    "account's own rights, or run the hub in the management account"
)
"""IAM Identity Center User Guide, "Delegated administration"."""


@dataclass(frozen=True)
class Reconciliation:
    """What came of it. `handed_over` are accounts that were too much for one run, now each an event; `again`
    are accounts that changed while the run was at it; `look` are those where only a look of their own can
    tell what is left."""

    plan: Plan
    applied: Applied = NOTHING
    removed: Removed = UNTOUCHED
    findings: tuple[Finding, ...] = ()
    gaps: tuple[str, ...] = ()
    handed_over: tuple[str, ...] = ()
    goes_on: GoesOn | None = None
    again: tuple[str, ...] = ()
    look: tuple[str, ...] = ()

    @property
    def refused(self) -> bool:
        """AWS let nothing at all through, for want of a right."""
        reasons = [failed.reason for failed in self.applied.failed]
        reasons += [reason for _, reason in self.removed.failed]
        return all_refused((*self.applied.created, *self.removed.removed), reasons)

    def events(self) -> list[BusEvent]:
        """The work that is left: an event for each account, so that each fails and is retried alone; or one
        for the next run of a reading that is too long for this one."""
        if self.goes_on:
            return [self.goes_on.event()]
        because = "reconcile found more than fits into one run"
        handed_over = [
            BusEvent(bus.ACCOUNTS, RECONCILE_ACCOUNT, {"account": account, "because": because})
            for account in self.handed_over
        ]
        looks = [inside(account, remove=False) for account in self.look if account not in self.again]
        return [*handed_over, *(inside(account) for account in self.again), *looks]


@dataclass(frozen=True)
class Reconciler:
    """`tell` puts findings on the bus: a plan of removals is told before the first of them."""

    reader: Reader
    tell: Callable[[Sequence[Finding]], None]
    runbooks: str
    sweeps: SweepStore
    removals: RemovalStore
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    def run(self, scope: Scope, *, since: datetime, deadline: datetime) -> Reconciliation:
        """Compare and mend. Raises UnfinishedError, ClientError or BotoCoreError when the whole is to be
        repeated: what was done by then is found done."""
        try:
            seen = self._read(scope, deadline)
        except TooLargeError as large:
            if not scope.everything:
                return Reconciliation(EMPTY, handed_over=tuple(account.id for account in large.accounts))
            seen = GoesOn(since.isoformat(), 0, scope.calls)
        if isinstance(seen, GoesOn):
            return Reconciliation(EMPTY, goes_on=seen)
        todo = self._plan(scope, seen)
        if not scope.remove:
            later = tuple(replace(item, why=f"{item.why}; {LATER}") for item in todo.remove)
            todo = replace(todo, remove=(), kept=(*todo.kept, *later))
        applied, handed_over = self._repair(todo, deadline)
        removal = self._remove(todo, scope, seen, since, deadline)
        gaps, again = seen.picture.gaps, removal.again
        lost = {item.assignment.account_id for item in removal.removed.removed}
        done = Reconciliation(
            removal.plan,
            applied,
            removal.removed,
            gaps=gaps,
            handed_over=handed_over,
            again=again,
            # Read by principal, an account may have what nobody saw: what a look of its own has told of it
            # is only its own to repeat or to clear.
            look=() if seen.whole or scope.account else tuple(sorted(lost)),
        )
        return replace(done, findings=tuple(self._findings(scope, seen, done, since)))

    def unreadable(self, error: Exception, since: datetime) -> Finding:
        """What everything depends on could not be read."""
        return about_reading([str(error)], since, self.runbooks)

    def _budget(self, deadline: datetime) -> int:
        return int((deadline - self.clock()).total_seconds() * CALLS_PER_SECOND * 0.8)

    def _read(self, scope: Scope, deadline: datetime) -> Seen | GoesOn:
        if scope.sweep:
            return Sweeper(self.reader, self.sweeps, self.clock).step(scope, deadline)
        if scope.account:
            return self.reader.account(scope.account)
        if scope.everything:
            return self.reader.all(budget=scope.budget(self._budget(deadline)), today=self._today())
        return self.reader.group(scope)

    def _plan(self, scope: Scope, seen: Seen) -> Plan:
        """What is to be done of it: nothing for principals that were not read, or not asked for; nothing
        where the hub may not."""
        todo = plan_all(self.reader.policy, seen.picture, self._today())
        off = self.reader.off_limits
        group_id = scope.group_id or (seen.picture.directory.groups.get(scope.group) if scope.group else None)
        meant = _Meant(seen.unread, None if scope.everything or scope.account else group_id or "nobody")
        mine = [step for step in todo.create if meant(step.wanted.principal)]
        denied = [Blocked(s.wanted, off[s.wanted.account_id]) for s in mine if s.wanted.account_id in off]
        return replace(
            todo,
            create=tuple(step for step in mine if step.wanted.account_id not in off),
            blocked=(*(b for b in todo.blocked if meant(b.wanted.principal)), *denied),
            remove=tuple(item for item in todo.remove if item.assignment.account_id not in off),
        )

    def _repair(self, todo: Plan, deadline: datetime) -> tuple[Applied, tuple[str, ...]]:
        """What fits into this run is made; otherwise every account that misses something is handed over."""
        accounts = tuple(dict.fromkeys(step.wanted.account_id for step in todo.create))
        if len(todo.create) * CALLS_PER_CREATION > self._budget(deadline):
            return NOTHING, accounts
        center = self.reader.center
        try:
            applied = apply(todo, center, clock=self.clock, sleep=self.sleep, deadline=deadline)
        except UnfinishedError:
            return NOTHING, accounts
        return applied, ()

    def _remove(self, todo: Plan, scope: Scope, seen: Seen, since: datetime, deadline: datetime) -> Removal:
        remover = Remover(self.reader, self.tell, self.removals, self.runbooks)
        return remover.run(todo, scope, seen, since, Timing(self.clock, self.sleep, deadline))

    def _findings(self, scope: Scope, seen: Seen, done: Reconciliation, since: datetime) -> list[Finding]:
        return Told(
            policy=self.reader.policy,
            scope=scope,
            picture=seen.picture,
            whole=seen.whole,
            off_limits=frozenset(self.reader.off_limits),
            plan=done.plan,
            applied=done.applied,
            removed=done.removed,
            again=frozenset(done.again),
            handed_over=bool(done.handed_over),
            since=since,
            today=self._today(),
            runbooks=self.runbooks,
        ).findings()

    def _today(self) -> date:
        return self.clock().astimezone(UTC).date()


@dataclass(frozen=True)
class _Meant:
    """Is a principal part of this run?"""

    unread: frozenset[str]
    only: str | None

    def __call__(self, principal: Principal) -> bool:
        return principal.id not in self.unread and self.only in (None, principal.id)
