"""Keeps every account at the latest state of each permission set, and says where one is not."""

import time
from collections import deque
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from functions.accounts.apply import Timing, Work
from functions.accounts.provisioning_findings import about_definition, about_provisioning
from functions.accounts.set_drift import differences
from functions.aws.identity_center import IdentityCenter
from functions.aws.permission_set_state import PermissionSetState
from functions.finding import Finding
from functions.policy import AccessPolicy

FEW = 15
"""So many accounts are asked for one by one, which tells each one's reason; more are asked for together."""

ELSEWHERE = (
    "a delegated administrator may not provision in the management account; the next deployment of "
    "ostiary-permission-sets does"
)


@dataclass(frozen=True)
class Provisioner:
    """`off_limits` are accounts that this hub may not change; `apart` says for an account who provisions it
    instead of `state`."""

    policy: AccessPolicy
    center: IdentityCenter
    state: PermissionSetState
    off_limits: Collection[str]
    runbooks: str
    clock: Callable[[], datetime] = lambda: datetime.now(UTC)
    sleep: Callable[[float], None] = time.sleep
    apart: Mapping[str, PermissionSetState] = field(default_factory=dict)

    def run(self, only: str | None, *, since: datetime, deadline: datetime) -> list[Finding]:
        """All sets of the policy, or the one of this ARN; findings, open or clear, for each.

        A set that is not what access.yaml says is told and not spread: somebody changed it by hand. Raises
        UnfinishedError, ClientError or BotoCoreError when the whole is to be repeated.
        """
        arns = self.center.permission_set_arns(self.policy.permission_sets.keys())
        found: list[Finding] = []
        for name, arn in sorted(arns.items()):
            if only in (None, arn):
                found += self._one(name, arn, since, Timing(self.clock, self.sleep, deadline))
        return found

    def _one(self, name: str, arn: str, since: datetime, timing: Timing) -> list[Finding]:
        wrong = differences(self.policy.permission_sets[name], self.state.definition(arn))
        stale = self.state.outdated(arn)
        if wrong:
            reasons = dict.fromkeys(stale, "it is not what access.yaml says")
        else:
            reasons = self._provision(arn, stale, timing) if stale else {}
        return [
            about_definition(name, wrong, since, self.runbooks),
            about_provisioning(name, reasons, since, self.runbooks),
        ]

    def _provision(self, arn: str, stale: Collection[str], timing: Timing) -> dict[str, str]:
        """Which accounts still have an older state afterwards, each with the reason."""
        if len(stale) > FEW and not set(stale) & {*self.off_limits, *self.apart}:
            self._follow(self.state, arn, [None], timing)
            stale = self.state.outdated(arn)
        failed = {account: ELSEWHERE for account in stale if account in self.off_limits}
        mine = [account for account in stale if account not in {*self.off_limits, *self.apart}]
        failed |= self._follow(self.state, arn, mine, timing)
        for account in set(stale) & set(self.apart):
            failed |= self._follow(self.apart[account], arn, [account], timing)
        return failed

    def _follow(
        self, state: PermissionSetState, arn: str, targets: Collection[str | None], timing: Timing
    ) -> dict[str, str]:
        """Ask for each, wait for its end; what failed, with AWS's reason."""
        work = Work(deque(targets), lambda each: state.provision(arn, each), state.provisionings)
        work.run(timing)
        return {account: reason for account, reason in work.failed if account}
