"""The rules of a sign-on policy of Okta, and what became of them lately, as Okta tells it. Pure."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.okta.log_event import LogEvent

RECENT = timedelta(days=7)
"""For so long a change of the policy is told; whoever made it has answered by then."""

DEEDS = {"policy.rule.delete": "deleted", "policy.rule.deactivate": "deactivated"}
FILTER = " or ".join(f'eventType eq "{kind}"' for kind in sorted(DEEDS))
"""What takes a rule out of force, for the System Log."""

_POLICY_IN_ADDRESS = re.compile(r"/policies/(\w+)/rules/")


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
