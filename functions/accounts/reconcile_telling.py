"""Which findings a comparison reports, open or clear: no more than it has looked at. Pure."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date, datetime

from functions.accounts.apply import Applied, Removed
from functions.accounts.findings import about_principals
from functions.accounts.nowhere import nowhere
from functions.accounts.plan import Picture, Plan, Unwanted
from functions.accounts.reconcile_findings import (
    about_accounts,
    about_nowhere,
    about_reading,
    about_removals,
    about_repairs,
    about_unwanted,
)
from functions.accounts.reconcile_scope import Scope
from functions.finding import Finding, State
from functions.policy import AccessPolicy
from functions.policy.expand import Directory, Principal


@dataclass(frozen=True)
class Told:
    """What a comparison has seen and done. `whole`: all that anybody has in each account was read, not only
    what some principals have. `off_limits` are accounts (ids) that were not looked into; `again` are those
    that changed meanwhile; `handed_over`: what is missing is made elsewhere."""

    policy: AccessPolicy
    scope: Scope
    picture: Picture
    whole: bool
    off_limits: frozenset[str]
    plan: Plan
    applied: Applied
    removed: Removed
    again: frozenset[str]
    handed_over: bool
    since: datetime
    today: date
    runbooks: str

    def findings(self) -> list[Finding]:
        """A part says what is wrong, and nothing about what it has not looked at. Where something could not
        be read, nothing is called right: what nobody saw may be what was wrong."""
        found = [*(self._everything() if self.scope.everything else self._part())]
        return [each for each in found if each.state is State.OPEN] if self.picture.gaps else found

    def _part(self) -> Iterator[Finding]:
        # One group may have all it wants where another has not: only one account's look clears an account.
        yield from (each for each in self._accounts() if self.scope.account or each.state is State.OPEN)
        if not self.scope.account:
            yield from self._principals()
        if self.policy.accounts.prune != "off":
            yield about_removals(self.plan, self.removed, self.since, self.runbooks, self.scope)
            yield about_unwanted(self._unwanted(), self.since, self.runbooks, self.scope)

    def _everything(self) -> Iterator[Finding]:
        since, books, gaps = self.since, self.runbooks, self.picture.gaps
        yield from self._accounts()
        yield from self._principals()
        yield about_reading(gaps, since, books)
        yield about_repairs(self.applied.created, since, books)
        yield about_removals(self.plan, self.removed, since, books)
        unwanted = [] if self.policy.accounts.prune == "off" else self._unwanted()
        yield about_unwanted(unwanted, since, books)
        if not gaps:
            yield about_nowhere(nowhere(self.policy, self.picture.accounts, self.today), since, books)
        if self.whole:
            yield from self._accounts_without(unwanted)

    def _accounts(self) -> list[Finding]:
        names = {a.id: a.name for a in self.picture.accounts if a.state == "ACTIVE"}
        meant = {} if self.handed_over else names
        return about_accounts(self.plan, self.applied, meant, self.since, self.runbooks)

    def _accounts_without(self, unwanted: Iterable[Unwanted]) -> Iterator[Finding]:
        """A look into one account may have told what is gone by now, or is wanted by now."""
        left = {item.assignment.account_id for item in unwanted} | self.again | self.off_limits
        left |= {item.assignment.account_id for item, _ in self.removed.failed}
        for account in self.picture.accounts:
            if account.state == "ACTIVE" and account.id not in left:
                yield about_unwanted([], self.since, self.runbooks, Scope(account=account.id))

    def _principals(self) -> list[Finding]:
        unresolved = [each.wanted for each in self.plan.blocked if not each.wanted.principal.id]
        missing = {each.principal for each in unresolved}
        directory = self.picture.directory
        group = self.scope.group_id or directory.groups.get(self.scope.group or "")
        named = [
            each
            for each in _named(self.policy, directory, self.today)
            if (each.id or each in missing) and (self.scope.everything or each.id == group)
        ]
        return about_principals(named, unresolved, directory, self.since, self.runbooks)

    def _unwanted(self) -> list[Unwanted]:
        return [item for item in self.plan.kept if item.why.startswith("no grant wants it")]


def _named(policy: AccessPolicy, directory: Directory, today: date) -> Iterator[Principal]:
    """Whom grants that have not ended give by name, each once."""
    grants = [grant for grant in policy.grants if not grant.ended(today)]
    for name in sorted({name for grant in grants for name in grant.names}):
        yield Principal(name, directory.groups.get(name, ""))
    for name in sorted({name for grant in grants for name in grant.people}):
        yield Principal(name, directory.users.get(name, ""), "USER")
