"""Ostiary's own keys to Okta: the event hook, its secret, the service app's scopes. Pure."""

from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import counted, days, moment
from functions.finding import Finding, Severity
from functions.okta import scopes
from functions.okta.event_types import CONSUMED

HOOK_PATH = "/okta/events"
"""How the address of our event hook ends, whatever domain it has."""

_RUNBOOK = "own-keys.md"

HOOK = Guide(
    why=(
        "Okta's event hook is how Ostiary hears within seconds that somebody left. Without it, their access "
        "to AWS ends only when the System Log is read the next time, or not at all."
    ),
    actions=(
        "Okta > Workflow > Event Hooks: find the hook whose URL ends in /okta/events. If there is none, "
        "create it as the runbook says.",
        "Unverified: press Verify. If that fails, the secret in Okta and in Secrets Manager (ostiary/hook) "
        "differ, or the API is down.",
        "Inactive: press Activate.",
        "Event types missing: edit the hook and add the ones listed below.",
        "Deactivate and activate a test user, and see on-call's message about a leaver.",
    ),
    runbook=_RUNBOOK,
)

SECRET = Guide(
    why=(
        "One static header value is all that tells Okta's deliveries from anybody else's. The longer it "
        "lives, the more backups, screens and people have seen it."
    ),
    actions=(
        "It is replaced every month by itself; find in the log of ostiary-rotate why it was not.",
        "`ostiary okta rotate --yes` replaces it now; no delivery is refused meanwhile.",
        "If Okta refuses that, replace it by hand: the runbook has the commands.",
    ),
    runbook=_RUNBOOK,
)

GRANTS = Guide(
    why="What Okta does not grant, Ostiary cannot do when it is needed; nobody notices before that.",
    actions=(
        "Okta > Applications > the service app of Ostiary > Okta API Scopes: grant the scopes listed below.",
        "The same app > Admin roles: the role still covers the AWS app and all people.",
        "All scopes are missing: the app is inactive, or does not have the public half of the KMS key.",
    ),
    runbook=_RUNBOOK,
)


def hook(hooks: Iterable[Mapping[str, Any]], desk: Desk) -> Finding:
    """Okta API, "List all event hooks": ours is there, verified, active and carries what is consumed."""
    return desk.write("okta/hook", "Okta's event hook for Ostiary", _hook(hooks), HOOK)


def _hook(hooks: Iterable[Mapping[str, Any]]) -> Found:
    ours = [hook for hook in hooks if _address(hook).rstrip("/").endswith(HOOK_PATH)]
    if not ours:
        return Found(Severity.PAGE, "Okta has no event hook for Ostiary: nobody hears when people leave")
    works = [hook for hook in ours if _working(hook)]
    if not works:
        states = {_address(hook): f"{hook.get('status')}, {hook.get('verificationStatus')}" for hook in ours}
        return Found(Severity.PAGE, "Okta's event hook for Ostiary is switched off or unverified", states)
    missing = CONSUMED - {item for hook in works for item in _items(hook)}
    if missing:
        return Found(
            Severity.WARNING,
            f"Okta's event hook for Ostiary lacks {counted(len(missing), 'event type')}",
            {"Missing": ", ".join(sorted(missing))},
        )
    return Found(None, "Okta's event hook for Ostiary is verified, active and complete")


def secret_age(created: datetime, most_days: int, desk: Desk) -> Finding:
    """`created`: when the version of the hook's secret that is in use was made."""
    age = desk.now - created
    facts = {"Made": moment(created)}
    if age <= timedelta(days=most_days):
        found = Found(None, "The event hook's secret is young enough", facts)
    else:
        due = created + timedelta(days=most_days)
        found = Found(Severity.INFO, f"The event hook's secret is {days(age):.0f} days old", facts, due)
    return desk.write("okta/hook-secret", "Secret ostiary/hook", found, SECRET)


def grants(refused: Mapping[str, str], desk: Desk) -> Finding:
    """`refused`: the scopes for which Okta gives no token, and its words."""
    if not refused:
        found = Found(None, "Okta grants every scope that Ostiary asks for")
    else:
        severity = Severity.PAGE if scopes.USERS_MANAGE in refused else Severity.WARNING
        title = f"Okta does not grant {counted(len(refused), 'scope')} to Ostiary"
        found = Found(severity, title, {scope: f"needed for {scopes.NEEDED[scope]}" for scope in refused})
    return desk.write("okta/grants", "Okta service app of Ostiary", found, GRANTS)


def _working(hook: Mapping[str, Any]) -> bool:
    return (hook.get("status"), hook.get("verificationStatus")) == ("ACTIVE", "VERIFIED")


def _address(hook: Mapping[str, Any]) -> str:
    inner: Any = hook
    for name in ("channel", "config", "uri"):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return str(inner or "")


def _items(hook: Mapping[str, Any]) -> tuple[str, ...]:
    events = hook.get("events")
    items = events.get("items") if isinstance(events, Mapping) else None
    return tuple(items) if isinstance(items, list) else ()
