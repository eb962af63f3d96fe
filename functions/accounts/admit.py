"""Lets one account in: describe it, expand the grants that match, make what is missing, say how it went."""

import time
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime

from functions.accounts.apply import NOTHING, Applied, apply
from functions.accounts.findings import about_access, about_principals
from functions.accounts.plan import Blocked, Plan, plan
from functions.accounts.refusals import all_refused
from functions.aws.identity_center import IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.finding import Finding
from functions.policy import AccessPolicy
from functions.policy.expand import Directory, Expansion, expand, names_to_look_up
from functions.policy.selectors import Account

GONE = frozenset({"SUSPENDED", "PENDING_CLOSURE", "CLOSED"})
"""Organizations User Guide, "Account states": nobody can be let into these."""

SLOW = "takes longer than usual"
"""Part of Identity Center's reason while a very new account is still being prepared for it."""


class NotReadyError(Exception):
    """The account cannot take assignments yet. The queue brings the event back later."""


@dataclass(frozen=True)
class Admission:
    """What was done for an account, and what on-call should know of it."""

    account: Account
    plan: Plan
    applied: Applied
    findings: tuple[Finding, ...]

    @property
    def slow(self) -> bool:
        """Some assignment failed only because the account is so new: worth another try."""
        return any(SLOW in failed.reason for failed in self.applied.failed)

    @property
    def refused(self) -> bool:
        """AWS let nothing at all through, for want of a right."""
        return all_refused(self.applied.created, [failed.reason for failed in self.applied.failed])


@dataclass(frozen=True)
class Admitter:
    """The policy and the gateways that it takes."""

    policy: AccessPolicy
    organizations: Organizations
    center: IdentityCenter
    store: IdentityStore
    runbooks: str
    off_limits: Mapping[str, str] = field(default_factory=dict)
    """Accounts where this hub may neither read nor change access, each with the reason."""
    apart: Collection[str] = ()
    """Accounts that `reconcile` alone brings to what the policy wants."""
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep

    def admit(self, account_id: str, *, since: datetime, deadline: datetime) -> Admission | None:
        """Bring the account's access to what the policy wants; None for an account that is closed.

        Raises NotReadyError, AccountUnknownError, UnfinishedError or ClientError when the whole is to be
        repeated: nothing is lost by that, for what exists is not made again.
        """
        account = self.organizations.account(account_id)
        if account.state in GONE:
            return None
        if account.state != "ACTIVE":
            raise NotReadyError(f"account {account_id} is {account.state}, not ACTIVE")
        today = self.today()
        directory = self._directory(account, today)
        expansion = expand(self.policy, [account], directory, today)
        todo, applied = self._bring_about(account_id, expansion, deadline)
        findings = (
            about_access(account, todo, applied, since, self.runbooks),
            *about_principals(expansion.named, expansion.unresolved, directory, since, self.runbooks),
        )
        return Admission(account, todo, applied, findings)

    def _bring_about(self, account_id: str, expansion: Expansion, deadline: datetime) -> tuple[Plan, Applied]:
        why = self.off_limits.get(account_id)
        if why:
            return Plan((), (), tuple(Blocked(wanted, why) for wanted in expansion.wanted)), NOTHING
        arns = self.center.permission_set_arns({wanted.permission_set for wanted in expansion.wanted})
        there = self.center.assignments(account_id, arns.values())
        todo = plan(expansion, arns, there)
        applied = apply(todo, self.center, clock=self.clock, sleep=self.sleep, deadline=deadline)
        return todo, self._look_again(account_id, applied) if applied.failed else applied

    def today(self) -> date:
        """The day in UTC, by which grants end."""
        return self.clock().astimezone(UTC).date()

    def _directory(self, account: Account, today: date) -> Directory:
        names = names_to_look_up(self.policy, account, today)
        groups = self.store.all_groups() if names.every_group else self.store.group_ids(names.groups)
        return Directory(groups, self.store.user_ids(names.users))

    def _look_again(self, account_id: str, applied: Applied) -> Applied:
        """A failure is a failure only if the assignment is not there: the same event, delivered twice at
        once, makes two requests for one assignment. Names that led to a failure are learned anew."""
        self.store.forget()
        self.center.forget()
        arns = {failed.step.assignment.permission_set_arn for failed in applied.failed}
        there = self.center.assignments(account_id, arns)
        return replace(applied, failed=tuple(f for f in applied.failed if f.step.assignment not in there))
