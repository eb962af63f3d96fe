"""What became of Okta's provisioning to Identity Center: people, groups, and the switch for leavers. Pure."""

from collections.abc import Iterable, Mapping
from typing import Any

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import counted, some_of
from functions.finding import Finding, Severity

RUNBOOK = "provisioning.md"

FEATURE = "USER_PROVISIONING"

PEOPLE = Guide(
    why=(
        "Identity Center did not take what Okta sent about these people: their names, their status, or that "
        "they left. Whoever left stays enabled in AWS until it arrives."
    ),
    actions=(
        "Okta > Dashboard > Tasks: read what Identity Center answered for each of them.",
        "Correct the cause: most often an attribute that is missing, taken, or of a form that AWS refuses.",
        "Press Retry Selected there. The people leave the list.",
        "If everybody fails: the SCIM access token has ended; see its runbook.",
    ),
    runbook=RUNBOOK,
)

GROUPS = Guide(
    why=(
        "A group whose push fails keeps in AWS the members that it had. Whoever was taken out of it in Okta "
        "keeps its access to AWS, and whoever was put in waits."
    ),
    actions=(
        "Okta > Applications > the AWS app > Push Groups: read the error beside each group.",
        "Correct the cause: most often a group of the same name in Identity Center, or a member who was not "
        "provisioned.",
        "Press Push now for the group. Its status becomes Active.",
    ),
    runbook=RUNBOOK,
)

DEACTIVATION = Guide(
    why=(
        "With this switch off, Okta tells Identity Center nothing when somebody is deactivated or loses the "
        "app. They stay enabled in AWS for ever. Ostiary's deny ends with its record; this does not."
    ),
    actions=(
        "Okta > Applications > the AWS app > Provisioning > To App > Edit: switch Deactivate Users on, Save.",
        'List who left meanwhile: Okta > Reports > System Log, eventType eq "user.lifecycle.deactivate".',
        "Check in IAM Identity Center > Users that each of them is disabled; treat the others as leavers.",
        "Find out who switched it off and why: System Log, target the AWS app.",
    ),
    runbook=RUNBOOK,
)


def people(app_id: str, users: Iterable[Mapping[str, Any]], desk: Desk) -> Finding:
    """Okta API, "List all application users": syncState ERROR or OUT_OF_SYNC."""
    failing: dict[str, list[str]] = {"ERROR": [], "OUT_OF_SYNC": []}
    for user in users:
        if (state := user.get("syncState")) in failing:
            failing[state].append(_name(user))
    wrong = [name for names in failing.values() for name in names]
    facts = {state: some_of(names) for state, names in failing.items() if names}
    if wrong:
        title = f"Okta could not provision {len(wrong)} {'person' if len(wrong) == 1 else 'people'} to AWS"
        found = Found(Severity.WARNING, title, facts)
    else:
        found = Found(None, "Okta provisioned everybody to AWS")
    return desk.write(f"provisioning/{app_id}/people", f"Okta app {app_id}", found, PEOPLE)


def groups(app_id: str, mappings: Iterable[Mapping[str, Any]], desk: Desk) -> Finding:
    """Okta API, "List all group push mappings": status ERROR, and why."""
    failing = {
        str(mapping.get("sourceGroupId")): str(mapping.get("errorSummary") or "no reason given")
        for mapping in mappings
        if mapping.get("status") == "ERROR"
    }
    if failing:
        reasons = [f"{group}: {reason}" for group, reason in sorted(failing.items())]
        title = f"Okta cannot push {counted(len(failing), 'group')} to AWS"
        found = Found(Severity.WARNING, title, {"Groups by Okta id": some_of(reasons)})
    else:
        found = Found(None, "Okta pushes every group to AWS")
    return desk.write(f"provisioning/{app_id}/groups", f"Okta app {app_id}", found, GROUPS)


def deactivation(app_id: str, features: Iterable[Mapping[str, Any]], desk: Desk) -> Finding:
    """Okta API, "List all features for an application": the switch Deactivate Users."""
    status = next((_switch(feature) for feature in features if feature.get("name") == FEATURE), "not set up")
    if status == "ENABLED":
        found = Found(None, "Okta tells AWS when somebody is deactivated")
    else:
        title = "Okta does not tell AWS when somebody is deactivated: Deactivate Users is off"
        found = Found(Severity.WARNING, title, {"lifecycleDeactivate": status})
    return desk.write(f"provisioning/{app_id}/deactivation", f"Okta app {app_id}", found, DEACTIVATION)


def _switch(feature: Mapping[str, Any]) -> str:
    inner: Any = feature
    for name in ("capabilities", "update", "lifecycleDeactivate", "status"):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return str(inner or "not set up")


def _name(user: Mapping[str, Any]) -> str:
    credentials = user.get("credentials")
    name = credentials.get("userName") if isinstance(credentials, Mapping) else None
    return str(name or user.get("id"))
