"""What an admission leaves behind for those who look later: a log line of ids, and the product's clock."""

from datetime import datetime

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric

from functions.accounts.admit import Admission
from functions.accounts.events import AccountChange, Kind

CLOCK = "AccountJoinedToAccess"
"""Seconds from AWS's event to the last assignment seen SUCCEEDED, for accounts that joined."""


def report(change: AccountChange, admission: Admission, happened: datetime, logger: Logger) -> None:
    """Log what was done and why; measure how long people waited, where nothing is missing."""
    applied = admission.applied
    logger.info(
        "access",
        extra={
            "account": change.account_id,
            "change": change.kind.value,
            "unchanged": len(admission.plan.unchanged),
            "made": [
                {"assignment": vars(step.assignment), "because": step.wanted.reasons}
                for step in applied.created
            ],
            "not_made": [
                {"assignment": vars(item.step.assignment), "reason": item.reason} for item in applied.failed
            ],
        },
    )
    whole = not applied.failed and not admission.plan.blocked
    if change.kind is Kind.JOINED and whole and applied.finished is not None:
        seconds = (applied.finished - happened).total_seconds()
        with single_metric(name=CLOCK, unit=MetricUnit.Seconds, value=seconds):
            pass
