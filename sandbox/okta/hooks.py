"""Event hooks: what is registered. Okta: "Event Hooks"."""

from typing import Any
from urllib.parse import urlsplit

from sandbox.okta.eligibility import hook_eligible
from sandbox.okta.errors import invalid, not_found
from sandbox.okta.ids import iso, new_id
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.organization import Organization
from sandbox.okta.records import Channel, Hook

MAX_HOOKS = 25
MAX_TYPES = 300


class Hooks:
    """The registry; sending is `delivery`'s work."""

    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self._hooks: dict[str, Hook] = {}

    def all(self) -> list[Hook]:
        """Every hook, oldest first."""
        with self._org.lock:
            return list(self._hooks.values())

    def get(self, id_: str) -> Hook:
        """Raises OktaError 404."""
        with self._org.lock:
            if id_ not in self._hooks:
                raise not_found(id_, "EventHook")
            return self._hooks[id_]

    def listening(self, event_type: str) -> list[Hook]:
        """Active, verified hooks that subscribe to the type."""
        return [hook for hook in self.all() if hook.active and hook.verified and event_type in hook.items]

    def create(self, body: dict[str, Any], *, by: Ref) -> Hook:
        """ACTIVE and UNVERIFIED. Raises OktaError 400 for what Okta would not register."""
        with self._org.lock:
            if len(self._hooks) >= MAX_HOOKS:
                raise invalid("eventHook", f"an organization has at most {MAX_HOOKS} event hooks")
            now = self._org.now()
            name, items, channel = _read(body, Channel(""))
            hook = Hook(new_id("who"), name, items, channel, now, now)
            self._hooks[hook.id] = hook
            self._tell(hook, "event_hook.created", "Event hook created", by)
            return hook

    def replace(self, id_: str, body: dict[str, Any], *, by: Ref) -> Hook:
        """A changed channel has to be verified again. Without a value the secret stays as it is."""
        with self._org.lock:
            hook = self.get(id_)
            before = hook.channel
            hook.name, hook.items, hook.channel = _read(body, before)
            hook.verified = hook.verified and hook.channel == before
            hook.updated = self._org.now()
            self._tell(hook, "event_hook.updated", "Event hook updated", by)
            return hook

    def set_active(self, id_: str, active: bool, *, by: Ref) -> Hook:
        """Start or stop deliveries."""
        with self._org.lock:
            hook = self.get(id_)
            hook.active = active
            word = "activated" if active else "deactivated"
            self._tell(hook, f"event_hook.{word}", f"Event hook {word}", by)
            return hook

    def delete(self, id_: str, *, by: Ref) -> None:
        """Raises OktaError 400 for a hook that is still active, as Okta does."""
        with self._org.lock:
            hook = self.get(id_)
            if hook.active:
                raise invalid("status", "deactivate the event hook before deleting it")
            del self._hooks[id_]
            self._tell(hook, "event_hook.deleted", "Event hook deleted", by)

    def body(self, hook: Hook) -> dict[str, Any]:
        """As Okta shows it: never the secret."""
        link = f"{self._org.base_url}/api/v1/eventHooks/{hook.id}"
        return {
            "id": hook.id,
            "name": hook.name,
            "status": "ACTIVE" if hook.active else "INACTIVE",
            "verificationStatus": "VERIFIED" if hook.verified else "UNVERIFIED",
            "created": iso(hook.created),
            "lastUpdated": iso(hook.updated),
            "events": {"type": "EVENT_TYPE", "items": list(hook.items), "filter": None},
            "channel": {
                "type": "HTTP",
                "version": "1.0.0",
                "config": {
                    "uri": hook.channel.uri,
                    "headers": [{"key": key, "value": value} for key, value in hook.channel.headers],
                    "method": "POST",
                    "authScheme": {"type": "HEADER", "key": hook.channel.auth_key},
                },
            },
            "_links": {"self": {"href": link}, "verify": {"href": f"{link}/lifecycle/verify"}},
        }

    def _tell(self, hook: Hook, event_type: str, message: str, by: Ref) -> None:
        self._org.record(Occurrence(event_type, message, by, (hook.ref,), f"/api/v1/eventHooks/{hook.id}"))


def _read(body: dict[str, Any], before: Channel) -> tuple[str, list[str], Channel]:
    """Name, event types and channel; a secret that is not given stays. Raises OktaError 400."""
    config = _section(_section(body, "channel"), "config")
    scheme = _section(config, "authScheme")
    items = _section(body, "events").get("items")
    _check(body.get("name"), items, config.get("uri"))
    headers = _pairs(config.get("headers") or [])
    value = scheme.get("value") or before.auth_value
    return str(body["name"]), list(items or []), Channel(config["uri"], scheme.get("key", ""), value, headers)


def _pairs(headers: Any) -> tuple[tuple[str, str], ...]:
    try:
        return tuple((str(header["key"]), str(header["value"])) for header in headers)
    except (KeyError, TypeError) as error:
        raise invalid("eventHook", "channel.config.headers: a list of key and value") from error


def _section(body: dict[str, Any], name: str) -> dict[str, Any]:
    value = body.get(name)
    return value if isinstance(value, dict) else {}


def _check(name: Any, items: Any, uri: Any) -> None:
    """http is taken as well as https, since everything here stays on one machine."""
    causes = []
    if not isinstance(name, str) or not name:
        causes.append("name: The field cannot be left blank")
    if (
        not isinstance(uri, str)
        or urlsplit(uri).scheme not in ("http", "https")
        or not urlsplit(uri).hostname
    ):
        causes.append("channel.config.uri: has to be a URL")
    if not isinstance(items, list) or not 0 < len(items) <= MAX_TYPES:
        causes.append(f"events.items: 1 to {MAX_TYPES} event types")
    else:
        causes += [
            f"events.items: {item} is not hook-eligible" for item in items if not hook_eligible(str(item))
        ]
    if causes:
        raise invalid("eventHook", *causes)
