"""The people, groups and memberships of the identity store, whoever writes them: its API or SCIM."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4


class DuplicateError(Exception):
    """A value that must be unique is taken; `attribute` names it."""

    def __init__(self, attribute: str) -> None:
        super().__init__(f"Duplicate {attribute}")
        self.attribute = attribute


class MissingError(Exception):
    """There is no such entity; `kind` is USER, GROUP or GROUP_MEMBERSHIP."""

    def __init__(self, kind: str, entity_id: str = "") -> None:
        super().__init__(f"{kind} not found.")
        self.kind = kind
        self.entity_id = entity_id


@dataclass(frozen=True)
class ExternalId:
    """An id given by an identity provider."""

    issuer: str
    id: str


@dataclass
class Entity:
    """What users and groups have in common."""

    external_ids: tuple[ExternalId, ...] = ()
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))
    updated: datetime = field(default_factory=lambda: datetime.now(UTC))
    revision: int = 1

    def touch(self) -> None:
        """It has been changed."""
        self.updated = datetime.now(UTC)
        self.revision += 1


@dataclass
class User(Entity):
    """`attributes` has the members of the API's User, e.g. DisplayName, Name, Emails."""

    user_name: str = ""
    attributes: dict[str, Any] = field(default_factory=dict)
    enabled: bool = True

    @property
    def emails(self) -> list[str]:
        """All addresses."""
        return [email["Value"] for email in self.attributes.get("Emails", ()) if email.get("Value")]


@dataclass
class Group(Entity):
    """A group; its members are memberships."""

    display_name: str = ""
    description: str | None = None


@dataclass(frozen=True)
class Membership:
    """One user in one group."""

    group_id: str
    user_id: str
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))


class Directory:
    """Keeps what must be unique unique. The caller holds the lock."""

    def __init__(self) -> None:
        self.users: dict[str, User] = {}
        self.groups: dict[str, Group] = {}
        self.memberships: dict[str, Membership] = {}

    def user(self, user_id: str) -> User:
        """Raises MissingError."""
        if user_id not in self.users:
            raise MissingError("USER", user_id)
        return self.users[user_id]

    def group(self, group_id: str) -> Group:
        """Raises MissingError."""
        if group_id not in self.groups:
            raise MissingError("GROUP", group_id)
        return self.groups[group_id]

    def store_user(self, user: User) -> None:
        """Add it, or put it in the place of its former self. Raises DuplicateError."""
        others = [other for other in self.users.values() if other.id != user.id]
        if any(other.user_name == user.user_name for other in others):
            raise DuplicateError("userName")
        if set(user.emails) & {email for other in others for email in other.emails}:
            raise DuplicateError("email")
        _check_external_ids(user, others)
        self.users[user.id] = user

    def store_group(self, group: Group) -> None:
        """Add it, or put it in the place of its former self. Raises DuplicateError."""
        others = [other for other in self.groups.values() if other.id != group.id]
        if any(other.display_name == group.display_name for other in others):
            raise DuplicateError("displayName")
        _check_external_ids(group, others)
        self.groups[group.id] = group

    def delete_user(self, user_id: str) -> None:
        """Remove it and its memberships. Raises MissingError."""
        del self.users[self.user(user_id).id]
        self._forget(m for m in self.memberships.values() if m.user_id == user_id)

    def delete_group(self, group_id: str) -> None:
        """Remove it and its memberships. Raises MissingError."""
        del self.groups[self.group(group_id).id]
        self._forget(m for m in self.memberships.values() if m.group_id == group_id)

    def join(self, group_id: str, user_id: str) -> Membership:
        """Raises MissingError, and DuplicateError for a member."""
        membership = Membership(self.group(group_id).id, self.user(user_id).id)
        if self.find_membership(group_id, user_id):
            raise DuplicateError("membership")
        self.memberships[membership.id] = membership
        return membership

    def find_membership(self, group_id: str, user_id: str) -> Membership | None:
        """The membership, if there is one."""
        found = (m for m in self.memberships.values() if (m.group_id, m.user_id) == (group_id, user_id))
        return next(found, None)

    def members(self, group_id: str) -> Iterator[Membership]:
        """The memberships of a group."""
        return (m for m in self.memberships.values() if m.group_id == group_id)

    def leave(self, membership_id: str) -> None:
        """Raises MissingError."""
        if membership_id not in self.memberships:
            raise MissingError("GROUP_MEMBERSHIP", membership_id)
        del self.memberships[membership_id]

    def principal_exists(self, kind: str, principal_id: str) -> bool:
        """`kind` is USER or GROUP."""
        return principal_id in (self.users if kind == "USER" else self.groups)

    def _forget(self, memberships: Iterable[Membership]) -> None:
        for membership in list(memberships):
            del self.memberships[membership.id]


def _check_external_ids(entity: Entity, others: Iterable[Entity]) -> None:
    taken = {external for other in others for external in other.external_ids}
    if taken & set(entity.external_ids):
        raise DuplicateError("externalId")
