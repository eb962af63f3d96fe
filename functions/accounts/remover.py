"""Takes away what no grant wants: looked at once more, counted, told, and only then asked for."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from functions.accounts.apply import Removed, Timing, remove
from functions.accounts.plan import Plan
from functions.accounts.reconcile_findings import about_removals
from functions.accounts.reconcile_read import Reader, Seen
from functions.accounts.reconcile_scope import Scope
from functions.accounts.removals import Verdict, together, unchanged
from functions.aws.removal_store import RemovalStore
from functions.finding import Finding
from functions.policy.selectors import Account

UNTOUCHED = Removed((), ())

WINDOW = timedelta(hours=1)
"""In which comparisons of single accounts and groups are counted together: a script that moves a whole OU is
through by then, and who looks at what it was told has had the time to."""


@dataclass(frozen=True)
class Removal:
    """How it ended. `plan` is what was really to go; `again` are accounts (ids) that changed while this went
    on, to be compared anew: what was read of them may be wrong by now."""

    plan: Plan
    removed: Removed = UNTOUCHED
    again: tuple[str, ...] = ()


@dataclass(frozen=True)
class Remover:
    """`tell` puts findings on the bus: a plan of removals is told before the first of them."""

    reader: Reader
    tell: Callable[[Sequence[Finding]], None]
    store: RemovalStore
    runbooks: str

    def run(self, todo: Plan, scope: Scope, seen: Seen, since: datetime, timing: Timing) -> Removal:
        """Take away what `todo` removes. Raises UnfinishedError at the deadline, ClientError or BotoCoreError
        if something cannot be read: the whole is then to be repeated.

        An account may be moved there and back within seconds. What its first place did not want must not go
        once it is back, so each account that loses something is looked at right before, and right after:
        whoever heard of a change in between found the assignment still there.
        """
        if not todo.remove:
            return Removal(todo)
        changed = self.reader.changed(_losing(todo, seen))
        todo = _held(todo, unchanged(todo.remove, changed))
        if not scope.everything:
            todo = self._counted(todo, timing.clock())
        removed = UNTOUCHED
        if todo.remove:
            self.tell([about_removals(todo, None, since, self.runbooks, scope)])
            removed = remove(todo.remove, self.reader.center, timing)
            changed |= self.reader.changed(_losing(todo, seen))
        return Removal(todo, removed, tuple(sorted(changed)))

    def _counted(self, todo: Plan, now: datetime) -> Plan:
        """Noted before it is counted: of two comparisons at once, neither overlooks the other."""
        if not todo.remove:
            return todo
        name = self.store.note([item.assignment for item in todo.remove], now)
        most = self.reader.policy.accounts.max_removals
        verdict = together(todo.remove, self.store.since(now - WINDOW), most)
        if not verdict.remove:
            self.store.withdraw(name, now)
        return _held(todo, verdict)


def _losing(todo: Plan, seen: Seen) -> list[Account]:
    ids = {item.assignment.account_id for item in todo.remove}
    return [account for account in seen.picture.accounts if account.id in ids]


def _held(todo: Plan, verdict: Verdict) -> Plan:
    return replace(todo, remove=verdict.remove, kept=(*todo.kept, *verdict.kept))
