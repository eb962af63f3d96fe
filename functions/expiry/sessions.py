"""Permission sets whose sessions outlast what the access policy allows. Pure."""

from collections.abc import Mapping
from datetime import timedelta

from functions.expiry.check import Desk, Found, Guide
from functions.finding import Finding, Severity
from functions.policy.durations import iso_duration
from functions.policy.permission_sets import PermissionSet

GUIDE = Guide(
    why=(
        "A role session cannot be ended, only denied. The longer it may run, the longer a stolen one works "
        "where no deny policy binds: in the management account, and through roles that it assumed in turn."
    ),
    actions=(
        "Shorten `session` of the permission sets listed below in access.yaml, and deploy.",
        "Or, if the longer session is meant, raise `watch: {session_limit: ...}` there.",
    ),
    runbook="session-duration.md",
)


def examine(sets: Mapping[str, PermissionSet], limit: timedelta, desk: Desk) -> Finding:
    """One finding over all permission sets of access.yaml."""
    over = {name: each.session for name, each in sorted(sets.items()) if each.session > limit}
    if not over:
        found = Found(None, f"No permission set's session is longer than {_hours(limit)}")
    else:
        found = Found(
            Severity.WARNING,
            f"Sessions of {', '.join(over)} are longer than {_hours(limit)}",
            {name: _hours(session) for name, session in over.items()},
        )
    return desk.write("sessions/duration", "Permission sets of access.yaml", found, GUIDE)


def _hours(span: timedelta) -> str:
    return iso_duration(span).removeprefix("PT").lower()
