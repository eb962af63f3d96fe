"""Our event hook as Okta has it registered: made, verified, replaced.

Okta API, "Event Hooks". A hook whose channel changes is unverified until it is verified again, and an
unverified hook delivers nothing. So a hook is never changed here: a new one is made and verified beside the
old one, and only then the old one goes. Meanwhile both deliver; consumers tell by the LogEvent's uuid.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Protocol, Self

from functions.okta.errors import OktaAnswerError, OktaNotFoundError, OktaRejectedError

PATH = "/api/v1/eventHooks"
SCOPES = ("okta.eventHooks.read", "okta.eventHooks.manage")


class NotVerifiedError(Exception):
    """Okta did not get its challenge back from the hook's address. Nothing has changed in Okta."""


class Api(Protocol):
    """Okta's API as this needs it. Raises an OktaError."""

    def get(self, path: str) -> Iterator[Mapping[str, Any]]: ...

    def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]: ...


@dataclass(frozen=True)
class EventHook:
    """A registered hook; Okta never shows its secret."""

    id: str
    name: str
    uri: str
    items: frozenset[str]
    active: bool
    verified: bool

    @classmethod
    def read(cls, raw: Mapping[str, Any]) -> Self:
        """Raises OktaAnswerError where Okta leaves out what its API promises."""
        try:
            return cls(
                id=raw["id"],
                name=raw["name"],
                uri=raw["channel"]["config"]["uri"],
                items=frozenset(raw["events"]["items"]),
                active=raw["status"] == "ACTIVE",
                verified=raw["verificationStatus"] == "VERIFIED",
            )
        except (KeyError, TypeError) as error:
            raise OktaAnswerError(f"{PATH}: an event hook without {error}") from error

    @property
    def works(self) -> bool:
        """Whether Okta delivers to it."""
        return self.active and self.verified


@dataclass(frozen=True)
class Identity:
    """By what this deployment's hooks are known: their names begin with `prefix`, each ends in the version
    of the secret that it was given, because Okta shows no secret that could be compared."""

    account: str
    region: str

    @property
    def prefix(self) -> str:
        return f"ostiary {self.account} {self.region}"

    def name(self, version: str) -> str:
        """The name of the hook with this version of the secret."""
        return f"{self.prefix} {version[:8]}"

    @classmethod
    def of_secret(cls, arn: str) -> Self:
        """Of the deployment whose hook's secret has this ARN."""
        _, _, _, region, account, _ = arn.split(":", 5)
        return cls(account, region)


class Registrar:
    """Keeps one hook of ours registered. Every method raises an OktaError where Okta does."""

    def __init__(self, api: Api, identity: Identity, items: Collection[str]) -> None:
        self._api = api
        self._identity = identity
        self._items = frozenset(items)

    def ours(self, uri: str | None = None) -> list[EventHook]:
        """Hooks of this deployment, by name; those that deliver to `uri` too, whoever made them."""
        hooks = [EventHook.read(raw) for raw in self._api.get(PATH)]
        return [h for h in hooks if h.name.startswith(self._identity.prefix) or h.uri == uri]

    def is_right(self, hook: EventHook, uri: str, version: str) -> bool:
        """Whether nothing about it needs repair."""
        told = (hook.name, hook.uri, hook.items)
        return hook.works and told == (self._identity.name(version), uri, self._items)

    def install(self, uri: str, secret: str, version: str) -> EventHook:
        """A working hook with this secret, beside those there are; it is there already if nothing is wrong.

        Raises NotVerifiedError if the verification fails; the new hook is gone again then.
        """
        ours = self.ours(uri)
        for hook in ours:
            if self.is_right(hook, uri, version):
                return hook
        for hook in ours:
            if hook.name == self._identity.name(version) and not hook.works:
                self.remove(hook)  # Left by a run that died before it was verified.
        made = EventHook.read(self._api.change("POST", PATH, self._body(uri, secret, version)))
        try:
            shown = self._api.change("POST", f"{PATH}/{made.id}/lifecycle/verify")
        except OktaRejectedError as error:
            self.remove(made)
            raise NotVerifiedError(f"Okta could not verify the event hook at {uri}: {error}") from error
        hook = EventHook.read(shown)
        if not hook.works:
            self.remove(hook)
            state = f"{shown['status']}, {shown['verificationStatus']}"
            raise NotVerifiedError(f"Okta took the answer of the event hook at {uri}, but calls it {state}")
        return hook

    def retire_others(self, kept: EventHook) -> list[EventHook]:
        """Remove our hooks but this one, which works; what was removed."""
        others = [hook for hook in self.ours(kept.uri) if hook.id != kept.id]
        for hook in others:
            self.remove(hook)
        return others

    def remove(self, hook: EventHook) -> None:
        """Okta deletes only a hook that is not active. One that is gone already is fine."""
        try:
            if hook.active:
                self._api.change("POST", f"{PATH}/{hook.id}/lifecycle/deactivate")
            self._api.change("DELETE", f"{PATH}/{hook.id}")
        except OktaNotFoundError:
            return

    def _body(self, uri: str, secret: str, version: str) -> Mapping[str, Any]:
        return {
            "name": self._identity.name(version),
            "events": {"type": "EVENT_TYPE", "items": sorted(self._items)},
            "channel": {
                "type": "HTTP",
                "version": "1.0.0",
                "config": {
                    "uri": uri,
                    "authScheme": {"type": "HEADER", "key": "Authorization", "value": secret},
                },
            },
        }
