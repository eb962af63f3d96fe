"""What on-call should know of catch-up: it stands still, or something can never be read any more."""

from datetime import datetime, timedelta

from functions.catchup.follow import Tally
from functions.catchup.question import has_gap
from functions.finding import Finding, Severity
from functions.okta.errors import OktaRefusedError

LATE = timedelta(minutes=15)
"""Three runs missed. Until then trouble with Okta is nobody's business but Okta's."""


def findings(tally: Tally, now: datetime, runbooks: str) -> list[Finding]:
    """Both checks, open or clear."""
    runbook = f"{runbooks.rstrip('/')}/catch-up.md"
    late = _late(tally, runbook)
    gap = _gap(tally, now, runbook)
    is_late = tally.trouble is not None and (
        isinstance(tally.trouble, OktaRefusedError) or now - tally.position.reached > LATE
    )
    return [late if is_late else late.cleared(), gap if has_gap(tally.position, now) else gap.cleared()]


def _late(tally: Tally, runbook: str) -> Finding:
    return Finding(
        key="watch/catch-up",
        severity=Severity.WARNING,
        title="Okta's System Log cannot be read",
        subject="Okta's System Log",
        since=tally.position.reached,
        why=(
            "What the event hook misses now is not made up for: somebody whose departure it lost keeps their "
            "AWS access until the log is read again. Nothing is lost, for Okta keeps the log for 90 days."
        ),
        actions=(
            "Read the error below: it says what Okta refused, or that Okta did not answer.",
            "If Okta is down (status.okta.com), wait: reading goes on from where it was by itself.",
            "If the sign-in is refused, put valid credentials with the scope okta.logs.read into the secret.",
            "End the access of somebody who left meanwhile by hand: ostiary revoke PERSON --reason ... --yes",
        ),
        runbook=runbook,
        facts={"Read until": tally.position.reached.isoformat(), "Error": str(tally.trouble or "none")},
    )


def _gap(tally: Tally, now: datetime, runbook: str) -> Finding:
    return Finding(
        key="watch/catch-up-gap",
        severity=Severity.WARNING,
        title="A part of Okta's System Log was never read and is gone",
        subject="Okta's System Log",
        since=tally.position.gap or now,
        why=(
            "Catch-up stood still for more than the 90 days for which Okta keeps its log. Somebody who left "
            "in the part that is gone, and whose event the hook lost, may still have AWS access."
        ),
        actions=(
            "Compare who has AWS access with who is active in Okta: the access review does.",
            "Find out why catch-up stood still: its alarm (ostiary-catchup-lag) rang all that time.",
        ),
        runbook=runbook,
        facts={"Found": (tally.position.gap or now).isoformat()},
    )
