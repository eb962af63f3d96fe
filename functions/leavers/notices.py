"""What on-call is told about the deny: its end, its room, who meddled with it, who still tries."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.person_access import Reach
from functions.bus import BusError
from functions.finding import Finding, Severity, State
from functions.leavers.findings import Wording
from functions.leavers.lacking import lacking
from functions.leavers.partial_notices import PartialNotices
from functions.leavers.record import Record
from functions.leavers.rules import Findings
from functions.leavers.writing import Report

NEARLY = 0.8
"""Share of the room that may be used before on-call hears of it."""


@dataclass(frozen=True)
class Notices:
    """Writes the findings; `wording` knows the runbook and the console."""

    wording: Wording

    def settled(self, record: Record, left: Reach) -> list[Finding]:
        """The deny of somebody was due: it has ended, or it stays because they could still come in."""
        stays = self.wording.finding(
            key=f"leaver/{record.key}/stays",
            severity=Severity.WARNING,
            title=f"The deny of {record.who} stays: they still have access",
            subject=record.who,
            since=record.since or record.deny_until or datetime.now(UTC),
            why="It was due, but as long as assignments, memberships or entitlements give them access, a "
            "portal session that nobody has ended could begin new role sessions.",
            actions=(
                f"Take them out, in Okta or here: {self.wording.console.user(record.user_id)}",
                "Then nothing is to be done: it ends by itself.",
            ),
            facts={
                "Groups with access": ", ".join(left.groups) or "none",
                "Assignments of their own": ", ".join(
                    f"{arn} in {account}" for account, arn in left.assignments
                )
                or "none",
                "Entitlements of their own": ", ".join(each.role_arn for each in left.entitlements) or "none",
            },
        )
        if left and record.open:
            return [stays]
        return [stays.cleared(), *([self.wording.ended(record).cleared()] if record.lifted else [])]

    def written(self, reports: Sequence[Report], now: datetime) -> list[Finding]:
        """Each place of deny policies: its room, and what somebody else had changed there."""
        return [
            finding
            for report in reports
            for finding in ([self._unwritten(report, now)] if report.failed else self._found(report, now))
        ]

    def _found(self, report: Report, now: datetime) -> list[Finding]:
        return [
            self._unwritten(report, now).cleared(),
            self._capacity(report, now),
            self._repaired(report, now),
            PartialNotices(self.wording).waiting(report.title, report.waiting, now),
            *lacking(self.wording, report, now),
        ]

    def _unwritten(self, report: Report, now: datetime) -> Finding:
        return self.wording.finding(
            key=f"leavers/unwritten/{report.title}",
            severity=Severity.PAGE,
            title=f"The {report.title} cannot be written",
            subject=report.title,
            since=now,
            why=f"{report.failed or 'Nothing'}. Whoever stands in them stays denied; whoever leaves now is "
            "not denied there, and who has come back stays denied too long.",
            actions=(
                "Do what the error says: the runbook lists the words. The next look, within 15 minutes, "
                "writes them and clears this.",
                "If it cannot wait for a leaver: attach a deny by hand, as the runbook shows.",
            ),
        )

    def _capacity(self, report: Report, now: datetime) -> Finding:
        full = bool(report.left_over)
        found = self.wording.finding(
            key=f"leavers/capacity/{report.title}",
            severity=Severity.PAGE if full else Severity.WARNING,
            title=f"No room left in the {report.title}"
            if full
            else f"The {report.title} are {report.used:.0%} full",
            subject=report.title,
            since=now,
            why=f"{report.people} people stand in them. "
            + (
                f"For these there is no room, so they are NOT denied there: {', '.join(report.left_over)}."
                if full
                else "When they are full, the next leaver cannot be denied there."
            ),
            actions=(
                "Raise deny_policies, deny_policy_size or deny_management_policies in cdk.json, as far as "
                "AWS's quotas go, and deploy.",
                "See `ostiary leavers` for whose deny ends when.",
            ),
            facts={"Used": f"{report.used:.0%}"},
        )
        return found if full or report.used >= NEARLY else found.cleared()

    def _repaired(self, report: Report, now: datetime) -> Finding:
        found = self.wording.finding(
            key=f"leavers/tampered/{report.title}",
            severity=Severity.PAGE,
            title=f"Somebody changed the {report.title}; they are restored",
            subject=report.title,
            since=now,
            why=f"{'; '.join(report.repaired) or 'Nothing'}. For a while leavers may not have been denied.",
            actions=(
                "CloudTrail of the management account tells who: UpdatePolicy, DetachPolicy, DeletePolicy, "
                "CreatePolicyVersion.",
            ),
        )
        return found if report.repaired else found.cleared()

    def signed_in(self, entry_key: str, who: str, user_id: str, event: str, at: datetime) -> Finding:
        """Somebody whose access has ended tries to come in: told once for each hour."""
        return self.wording.finding(
            key=f"leaver/{entry_key}/tripwire/{at.astimezone(UTC):%Y-%m-%dT%H}",
            severity=Severity.PAGE,
            title=f"{who} has left, and still signs in to AWS",
            subject=who,
            since=at,
            why=f"CloudTrail recorded {event} by their user id. What they call is denied while the deny "
            "holds, but their portal session lives.",
            actions=(
                f"End their portal session now: {self.wording.console.user(user_id)} (Active sessions).",
                "Look for what they did since: CloudTrail, userIdentity.onBehalfOf.userId.",
            ),
            facts={"Identity Center user": user_id},
        )


class Told:
    """On-call hears of every writing that something is wrong with; at a check, of what is in order too.

    That policies cannot be written is told at a check alone: until then each leaver's own step says so.
    """

    def __init__(
        self, findings: Findings, notices: Notices, now: Callable[[], datetime], *, log: Logger
    ) -> None:
        self._findings = findings
        self._notices = notices
        self._now = now
        self._log = log

    def written(self, reports: Sequence[Report], *, check: bool) -> bool:
        """Put the findings of a writing, and say whether they are on the bus."""
        found = self._notices.written([each for each in reports if check or not each.failed], self._now())
        told = [finding for finding in found if check or finding.state is State.OPEN]
        try:
            if told:
                self._findings.put_findings(told)
        except (BusError, ClientError, BotoCoreError) as error:
            self._log.warning("not told, and told by the next writing: %s", error)
            return False
        return True
