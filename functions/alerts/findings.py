"""What alerts has to say of itself. Pure."""

from datetime import datetime

from functions.alerts.route import KEY
from functions.finding import Finding, Severity

RUNBOOK = "alerts.md"


def channel_down(name: str, error: str, now: datetime, runbooks: str) -> Finding:
    """A channel takes no message. Its `cleared()` says that it takes them again."""
    return Finding(
        key=f"{KEY}{name}",
        severity=Severity.WARNING,
        title=f"Alerts do not reach {name}",
        subject=f"alert channel {name}",
        since=now,
        why=(
            f"Who reads {name} alone does not hear of findings. They were sent to another channel instead, "
            f"and are sent to {name} again with the next report of each."
        ),
        actions=(
            "Read the error below.",
            f"If {name} itself is down, wait: this clears with the first message that it takes.",
            "If the address or the key is refused, put a valid one into the secret ostiary/channels.",
        ),
        runbook=f"{runbooks.rstrip('/')}/{RUNBOOK}",
        facts={"Error": error},
    )
