"""The AWS app's sign-on policy in Okta: does it demand a second factor, and did somebody touch it? Pure."""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.wording import moment, some_of
from functions.finding import Finding, Severity
from functions.okta.log_event import LogEvent

RECENT = timedelta(days=7)
"""For so long a change of the policy is told; whoever made it has answered by then."""

DEEDS = {"policy.rule.delete": "deleted", "policy.rule.deactivate": "deactivated"}
FILTER = " or ".join(f'eventType eq "{kind}"' for kind in sorted(DEEDS))
"""What takes a rule out of force, for the System Log."""

_POLICY_IN_ADDRESS = re.compile(r"/policies/(\w+)/rules/")
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
        "A rule that was deleted or deactivated: make it again, or activate it, above the rules that ask for "
        "less.",
        "Nothing else is to be done: this clears a week after the change.",
    ),
    runbook=_RUNBOOK,
)


class PolicyUnreadableError(ValueError):
    """Okta's answer does not tell which policy the app has, or what a rule demands."""


@dataclass(frozen=True)
class Rule:
    """One rule of the policy. `is_ours`: not untouched as Okta made it by itself."""

    name: str
    lets_in: bool
    active: bool
    second_factor: bool
    changed: datetime
    is_ours: bool

    @property
    def opens(self) -> bool:
        """Whether it lets people in with one factor."""
        return self.active and self.lets_in and not self.second_factor


@dataclass(frozen=True)
class Gone:
    """A rule that was deleted or deactivated lately; of a deleted one only the System Log still tells."""

    name: str
    at: datetime
    deed: str


def policy_id(app: Mapping[str, Any]) -> str:
    """Okta API, "Retrieve an application": the link to its policy. Raises PolicyUnreadableError."""
    try:
        return str(app["_links"]["accessPolicy"]["href"]).rstrip("/").rpartition("/")[2]
    except (KeyError, TypeError) as error:
        raise PolicyUnreadableError(f"app {app.get('id')} names no sign-on policy (no {error})") from error


def read_rules(rules: Iterable[Mapping[str, Any]]) -> tuple[Rule, ...]:
    """All of them, in force or not. Raises PolicyUnreadableError.

    Okta API, "List all policy rules".
    """
    try:
        return tuple(_read(rule) for rule in rules)
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise PolicyUnreadableError(f"a rule of the sign-on policy is unreadable: {error!r}") from error


def read_gone(events: Iterable[Mapping[str, Any]], policy: str, now: datetime) -> tuple[Gone, ...]:
    """What FILTER found in the System Log within a week, of this policy. Raises LogEventError.

    Okta names the policy as a target, or only in the address that was called. An event that names none is
    taken for ours: one question too many is better than a rule whose end nobody saw.
    """
    found = {}
    for raw in events:
        event = LogEvent.parse(raw)
        policies = {target.id for target in event.of_type("PolicyEntity")} | set(_called(raw))
        if (
            event.result != "SUCCESS"
            or now - event.published > RECENT
            or (policies and policy not in policies)
        ):
            continue
        for rule in event.of_type("PolicyRule"):
            found[rule.id] = Gone(rule.display_name or rule.id, event.published, DEEDS[event.event_type])
    return tuple(found.values())


def examine(
    app_id: str, rules: Sequence[Rule], gone: Sequence[Gone], *, demanded: bool, desk: Desk
) -> tuple[Finding, ...]:
    """Two findings: the second factor, and a change within the last week."""
    subject = f"Sign-on policy of Okta app {app_id}"
    changes = _changes(rules, gone, desk)
    return (
        desk.write(f"sign-on/{app_id}/factor", subject, _factor(rules, changes, demanded), FACTOR),
        desk.write(f"sign-on/{app_id}/changed", subject, _changed(changes), CHANGED),
    )


@dataclass(frozen=True)
class _Change:
    name: str
    at: datetime
    says: str


def _changes(rules: Sequence[Rule], gone: Sequence[Gone], desk: Desk) -> tuple[_Change, ...]:
    """Of the last week, the oldest first; of one that was deactivated and is there, the rule itself tells."""
    seen = [
        _Change(rule.name, rule.changed, f"{_state(rule)}; last changed {moment(rule.changed)}")
        for rule in rules
        if rule.is_ours and desk.now - rule.changed <= RECENT
    ]
    there = {change.name for change in seen} | {rule.name for rule in rules if rule.active}
    seen += [
        _Change(each.name, each.at, f"{each.deed} {moment(each.at)}")
        for each in gone
        if each.name not in there or each.deed == DEEDS["policy.rule.delete"]
    ]
    return tuple(sorted(seen, key=lambda change: change.at))


def _factor(rules: Sequence[Rule], changes: Sequence[_Change], demanded: bool) -> Found:
    open_doors = [rule for rule in rules if rule.opens]
    if not demanded or not open_doors:
        return Found(None, "The AWS app's sign-on policy is as strict as access.yaml wants it")
    facts = {change.name: change.says for change in changes}
    facts |= {rule.name: f"{_state(rule)}; last changed {moment(rule.changed)}" for rule in open_doors}
    return Found(
        # What has always been so waits for the morning; what somebody has just weakened does not.
        Severity.PAGE if changes else Severity.WARNING,
        "The AWS app's sign-on policy lets people in without a second factor",
        {f"Rule {name}": says for name, says in facts.items()},
        changes[0].at if changes else min(rule.changed for rule in open_doors),
    )


def _changed(changes: Sequence[_Change]) -> Found:
    if not changes:
        return Found(None, "Nobody changed the AWS app's sign-on policy within a week")
    return Found(
        Severity.WARNING,
        f"The AWS app's sign-on policy was changed: {some_of([change.name for change in changes])}",
        {f"Rule {change.name}": change.says for change in changes},
        changes[0].at,
    )


def _state(rule: Rule) -> str:
    if not rule.active:
        return "deactivated"
    if not rule.lets_in:
        return "denies"
    return "two factors" if rule.second_factor else "one factor"


def _read(rule: Mapping[str, Any]) -> Rule:
    made, changed, sign_on = rule["created"], rule["lastUpdated"], rule["actions"]["appSignOn"]
    return Rule(
        name=str(rule["name"]),
        lets_in=sign_on.get("access") != "DENY",
        active=rule["status"] == "ACTIVE",
        second_factor=_second_factor(sign_on.get("verificationMethod") or {}),
        changed=datetime.fromisoformat(changed),
        is_ours=made != changed or not rule.get("system", False),
    )


def _called(raw: Mapping[str, Any]) -> list[str]:
    """The policies in the address that whoever changed the rule called."""
    inner: Any = raw
    for name in ("debugContext", "debugData", "requestUri"):
        inner = inner.get(name) if isinstance(inner, Mapping) else None
    return _POLICY_IN_ADDRESS.findall(inner) if isinstance(inner, str) else []


def _second_factor(method: Mapping[str, Any]) -> bool:
    """Okta, "Access policies": assurance with a factor mode, or chains of methods, each with a next step."""
    if method.get("type") == "AUTH_METHOD_CHAIN":
        chains = method.get("chains") or ()
        return bool(chains) and all(chain.get("next") for chain in chains)
    return method.get("factorMode") == "2FA"
