"""Alarms on what Ostiary promises, and on silence: a watch that does not run finds nothing."""

from aws_cdk import Duration

from infra.resources import metrics
from infra.resources.alarms import PERIOD, Alarms, Bell

REVOCATION_SECONDS = 60
"""Most take a few seconds. A minute covers a mass departure: the deny policies are written once for all of
it, and AWS takes two writes a second."""

ADMISSION_SECONDS = 600
"""An account is minutes old before AWS lets Identity Center into it; what is then missing takes seconds."""

EXPIRY_WATCH = "expiry"


def promises(alarms: Alarms) -> None:
    """The two clocks, and the two silences."""
    alarms.ring(
        Bell(
            "revocation-slow",
            REVOCATION_SECONDS,
            f"Somebody left and could still use AWS for more than {REVOCATION_SECONDS} seconds. Look for "
            "throttling of UpdatePolicy in the log of leavers, and for a lag of Okta's event hook.",
            "leaver.md",
        ),
        metrics.revocation(PERIOD, "max"),
    )
    alarms.ring(
        Bell(
            "admission-slow",
            ADMISSION_SECONDS,
            f"A new account had to wait for its access for more than {ADMISSION_SECONDS // 60} minutes. Read "
            "the log of accounts: which assignment was late, and what AWS said.",
            "account.md",
        ),
        metrics.admission(PERIOD, "max"),
    )
    alarms.ring(
        Bell(
            "watch-silent",
            1,
            "The daily watch over certificates, tokens and keys has not run for 30 hours: none of them would "
            "be noticed. Look at the schedule ostiary-expiry-daily and at the log of expiry.",
            "alerts.md",
            # It runs at six, so four periods of six hours out of five may be empty, but never all five.
            periods=5,
            silence_rings=True,
            below=True,
        ),
        metrics.watch_reported(EXPIRY_WATCH, Duration.hours(6)),
    )
    alarms.ring(
        Bell(
            "alerts-silent",
            1,
            "Nobody has counted the open findings for an hour, so perhaps nobody tells them either. Look at "
            "the schedule ostiary-alerts-count and at the log of alerts.",
            "alerts.md",
            silence_rings=True,
            below=True,
        ),
        metrics.open_findings("page", Duration.hours(1), "n"),
    )
