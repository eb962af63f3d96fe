"""Okta's event hook. Pure."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from infra.doctor.verdict import Line, fail, ok

REGISTER = "register it as docs/deployment.md says: Okta > Workflow > Event Hooks"


def event_hook(hooks: Sequence[Mapping[str, Any]], api_id: str, consumed: Collection[str]) -> list[Line]:
    """The hook that points to this deployment: there, active, verified, with all event types."""
    found = next((hook for hook in hooks if _points_to(hook, api_id)), None)
    if found is None:
        return [fail("event hook", f"no event hook of Okta points to API {api_id}", REGISTER)]
    name = f"event hook {found.get('name', found.get('id'))}"
    return [
        ok("event hook", f"{name} points here"),
        _active(name, str(found.get("status"))),
        _verified(name, str(found.get("verificationStatus"))),
        _types(name, found, consumed),
    ]


def _points_to(hook: Mapping[str, Any], api_id: str) -> bool:
    uri = str(hook.get("channel", {}).get("config", {}).get("uri", ""))
    return api_id in uri or hook.get("name") == "ostiary"


def _active(name: str, status: str) -> Line:
    if status == "ACTIVE":
        return ok("hook active", f"{name} is active")
    return fail("hook active", f"{name} is {status}: Okta sends nothing", "activate it in Okta")


def _verified(name: str, status: str) -> Line:
    if status == "VERIFIED":
        return ok("hook verified", f"{name} is verified")
    return fail(
        "hook verified",
        f"{name} is {status}: Okta sends nothing until it is verified",
        "verify it in Okta (Event Hooks > Actions > Verify); it must answer with the secret ostiary/hook",
    )


def _types(name: str, hook: Mapping[str, Any], consumed: Collection[str]) -> Line:
    missing = sorted(set(consumed) - set(hook.get("events", {}).get("items", ())))
    if missing:
        return fail("hook event types", f"{name} lacks {', '.join(missing)}", "add them to the hook in Okta")
    return ok("hook event types", f"{name} carries all {len(set(consumed))} event types")
