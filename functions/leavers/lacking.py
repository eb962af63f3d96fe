"""What on-call is told of a policy of the management account that is missing, or that roles lack. Pure."""

from collections.abc import Iterator
from datetime import datetime

from functions.aws.deny_health import NOT_CARRIED, NOT_THERE
from functions.finding import Finding, Severity
from functions.leavers.findings import Wording
from functions.leavers.writing import Report

TO_DO = {
    NOT_THERE: (
        "Deploy the organization stack, with the management account's credentials: npx cdk deploy "
        "ostiary-organization. Its role may then make the policy, and does within 15 minutes.",
        "If no deny is wanted in the management account: deny_management_policies 0, and deploy all three.",
    ),
    NOT_CARRIED: (
        "A permission set has lost its reference to it, or is not provisioned with it yet: npx cdk deploy "
        "ostiary-permission-sets. If that changes nothing, leaver.md has the two commands.",
    ),
}


def lacking(wording: Wording, report: Report, now: datetime) -> Iterator[Finding]:
    """Open while a policy lacks, clear when all are there and carried alike; none where it is not asked."""
    if report.lacks is None:
        return
    said = "; ".join(f"{lack.policy} {lack.what}" for lack in report.lacks)
    kinds = dict.fromkeys(lack.what for lack in report.lacks)
    found = wording.finding(
        key=f"leavers/missing/{report.title}",
        severity=Severity.PAGE if any(lack.urgent for lack in report.lacks) else Severity.WARNING,
        title=f"Of the {report.title}, {len(report.lacks)} do not deny as they should",
        subject=report.title,
        since=now,
        why=f"{said or 'Nothing'}. No service control policy binds that account: who has left may still act "
        "there under a permission set that lacks one of them, for as long as their session lives.",
        actions=tuple(action for kind in kinds for action in TO_DO[kind]),
        facts={lack.policy: lack.what for lack in report.lacks},
    )
    yield found if report.lacks else found.cleared()
