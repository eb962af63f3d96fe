"""What the organization holds. Every field is read and written under the organization's lock."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sandbox.okta.logevent import Ref


@dataclass
class Person:
    """An Okta user."""

    id: str
    login: str
    profile: dict[str, Any]
    status: str
    created: datetime
    status_changed: datetime | None = None

    @property
    def name(self) -> str:
        """As the admin console shows it."""
        return f"{self.profile.get('firstName', '')} {self.profile.get('lastName', '')}".strip() or self.login

    @property
    def ref(self) -> Ref:
        """As the System Log names it: the login is the alternate id."""
        return Ref(self.id, "User", self.login, self.name)


@dataclass
class Session:
    """Something a person holds that lets them in again: SESSION, OAUTH_TOKEN or REMEMBERED_DEVICE."""

    id: str
    person: str
    kind: str
    created: datetime


@dataclass
class Group:
    """An Okta group; `members` are ids of people."""

    id: str
    name: str
    description: str
    created: datetime
    members: set[str] = field(default_factory=set)

    @property
    def ref(self) -> Ref:
        """As the System Log names it."""
        return Ref(self.id, "UserGroup", "unknown", self.name)


@dataclass
class AppUser:
    """A person's assignment to the app. `external_id`: the Identity Store's id, once SCIM made the user."""

    id: str
    person: str
    user_name: str
    scope: str
    created: datetime
    sync_state: str = "SYNCHRONIZED"
    external_id: str | None = None
    last_sync: datetime | None = None


@dataclass
class PushMapping:
    """A group pushed to Identity Center; `target` is the Identity Store's group id."""

    id: str
    group: str
    target: str | None
    status: str
    created: datetime
    last_push: datetime | None = None
    error: str | None = None


@dataclass(frozen=True)
class Channel:
    """Where an event hook goes, and what is sent along. Changing any of it takes the verification away."""

    uri: str
    auth_key: str = ""
    auth_value: str = ""
    headers: tuple[tuple[str, str], ...] = ()


@dataclass
class Hook:
    """A registered event hook."""

    id: str
    name: str
    items: list[str]
    channel: Channel
    created: datetime
    updated: datetime
    active: bool = True
    verified: bool = False

    @property
    def ref(self) -> Ref:
        """As the System Log names it."""
        return Ref(self.id, "EventHook", "unknown", self.name)


@dataclass
class ServiceApp:
    """An OAuth 2.0 service app: public keys, the scopes an administrator granted, "Require DPoP"."""

    client_id: str
    label: str
    jwks: list[dict[str, str]]
    scopes: frozenset[str]
    demands_proof: bool = False

    @property
    def ref(self) -> Ref:
        """As the System Log names it."""
        return Ref(self.client_id, "PublicClientApp", self.client_id, self.label)
