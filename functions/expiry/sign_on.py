"""The AWS app's sign-on policy in Okta: does it demand a second factor, and did somebody touch it? Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import moment, some_of
from functions.finding import Finding, Severity

RECENT = timedelta(days=7)
"""For so long a change of the policy is told; whoever made it has answered by then."""

_RUNBOOK = "sign-on-policy.md"

FACTOR = Guide(
    why=(
        "Whoever has a password of somebody with access to AWS is in AWS: this policy lets them in without a "
        "second factor."
    ),
    actions=(
        "Okta > Security > Authentication policies > the policy of the AWS app: open the rules listed below.",
        'Ask who changed them: System Log, eventType sw "policy.rule". If nobody knows, treat it as an '
        "intrusion: set the rule back first, then call security.",
        "Set 'User must authenticate with' to any two factor types, and Save.",
        "If one factor is meant: say so with `watch: {second_factor: false}` in access.yaml.",
    ),
    runbook=_RUNBOOK,
)

CHANGED = Guide(
    why="Who may sign in to AWS, and how, was changed. Somebody besides the author should know.",
    actions=(
        'Okta > Reports > System Log, eventType sw "policy.rule" or "policy.lifecycle": who?',
        "Ask that person. If they do not know of it, set the rule back and call security.",
        "Nothing else is to be done: this clears a week after the change.",
    ),
    runbook=_RUNBOOK,
)


class PolicyUnreadableError(ValueError):
    """Okta's answer does not tell which policy the app has, or what a rule demands."""


@dataclass(frozen=True)
class Rule:
    """One active rule of the policy that lets people in. `is_ours`: not the one that Okta made by itself."""

    name: str
    second_factor: bool
    changed: datetime
    is_ours: bool


def policy_id(app: Mapping[str, Any]) -> str:
    """Okta API, "Retrieve an application": the link to its policy. Raises PolicyUnreadableError."""
    try:
        return str(app["_links"]["accessPolicy"]["href"]).rstrip("/").rpartition("/")[2]
    except (KeyError, TypeError) as error:
        raise PolicyUnreadableError(f"app {app.get('id')} names no sign-on policy (no {error})") from error


def read_rules(rules: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """Those that are active and let people in. Raises PolicyUnreadableError.

    Okta API, "List all policy rules".
    """
    try:
        return tuple(
            _read(rule)
            for rule in rules
            if rule["status"] == "ACTIVE" and rule["actions"]["appSignOn"].get("access") != "DENY"
        )
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PolicyUnreadableError(f"a rule of the sign-on policy is unreadable: {error!r}") from error


def examine(app_id: str, rules: Sequence[Rule], *, demanded: bool, desk: Desk) -> tuple[Finding, ...]:
    """Two findings: the second factor, and a change within the last week."""
    subject = f"Sign-on policy of Okta app {app_id}"
    return (
        desk.write(f"sign-on/{app_id}/factor", subject, _factor(rules, demanded, desk), FACTOR),
        desk.write(f"sign-on/{app_id}/changed", subject, _changed(rules, desk), CHANGED),
    )


def _factor(rules: Sequence[Rule], demanded: bool, desk: Desk) -> Found:
    open_doors = [rule for rule in rules if not rule.second_factor]
    if not demanded or not open_doors:
        return Found(None, "The AWS app's sign-on policy is as strict as access.yaml wants it")
    just_now = any(_recent(rule, desk) for rule in open_doors)
    return Found(
        # What has always been so waits for the morning; what somebody has just weakened does not.
        Severity.PAGE if just_now else Severity.WARNING,
        "The AWS app's sign-on policy lets people in without a second factor",
        {f"Rule {rule.name}": f"one factor; last changed {moment(rule.changed)}" for rule in open_doors},
    )


def _changed(rules: Sequence[Rule], desk: Desk) -> Found:
    recent = [rule for rule in rules if _recent(rule, desk)]
    if not recent:
        return Found(None, "Nobody changed the AWS app's sign-on policy within a week")
    return Found(
        Severity.WARNING,
        f"The AWS app's sign-on policy was changed: {some_of([rule.name for rule in recent])}",
        {f"Rule {rule.name}": f"last changed {moment(rule.changed)}" for rule in recent},
    )


def _recent(rule: Rule, desk: Desk) -> bool:
    return rule.is_ours and desk.now - rule.changed <= RECENT


def _read(rule: Mapping[str, Any]) -> Rule:
    made, changed = rule["created"], rule["lastUpdated"]
    return Rule(
        name=str(rule["name"]),
        second_factor=_second_factor(rule["actions"]["appSignOn"].get("verificationMethod") or {}),
        changed=datetime.fromisoformat(changed),
        is_ours=made != changed or not rule.get("system", False),
    )


def _second_factor(method: Mapping[str, Any]) -> bool:
    """Okta, "Access policies": assurance with a factor mode, or chains of methods, each with a next step."""
    if method.get("type") == "AUTH_METHOD_CHAIN":
        chains = method.get("chains") or ()
        return bool(chains) and all(chain.get("next") for chain in chains)
    return method.get("factorMode") == "2FA"
