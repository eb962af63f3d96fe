"""Gateway to the Identity Store: ids of groups and users by the names that Okta gave them."""

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING, Any, cast

from botocore.exceptions import ClientError

from functions.aws.principal_ids import bare

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_identitystore.type_defs import AlternateIdentifierTypeDef

LOOKUPS = 10
"""Above this many unknown names, reading all groups in pages of 100 costs fewer calls."""

KEEP_SECONDS = 300.0
"""How long an id is believed: a group deleted and pushed again has the same name and another id."""


class IdentityStore:
    """Looks names up, remembers ids for five minutes, and never remembers that something is missing."""

    def __init__(
        self,
        client: "IdentityStoreClient",
        identity_store_id: str,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._id = identity_store_id
        self._clock = clock
        self._groups: dict[str, str] = {}
        self._users: dict[str, str] = {}
        self._user_names: dict[str, str] = {}
        self._believed_until = 0.0

    def group_ids(self, names: Collection[str]) -> dict[str, str]:
        """Ids of those groups that exist, by display name. Raises ClientError if a read fails."""
        self._forget_in_time()
        missing = sorted(set(names) - self._groups.keys())
        if len(missing) > LOOKUPS:
            self._groups |= self.all_groups()
        else:
            found = {name: self.group_id(name) for name in missing}
            self._groups |= {name: group_id for name, group_id in found.items() if group_id}
        return {name: self._groups[name] for name in names if name in self._groups}

    def user_ids(self, names: Collection[str]) -> dict[str, str]:
        """Ids of those users that exist, by user name. Raises ClientError if a read fails."""
        self._forget_in_time()
        found = {name: self.user_id(name) for name in sorted(set(names) - self._users.keys())}
        self._users |= {name: user_id for name, user_id in found.items() if user_id}
        return {name: self._users[name] for name in names if name in self._users}

    def forget(self) -> None:
        """Ask again for everything: an id turned out to be wrong, or old."""
        self._groups, self._users, self._user_names = {}, {}, {}
        self._believed_until = self._clock() + KEEP_SECONDS

    def group_id(self, display_name: str) -> str | None:
        """The group's id, or None if there is no such group."""
        wanted = _unique("displayName", display_name)
        try:
            found = self._client.get_group_id(IdentityStoreId=self._id, AlternateIdentifier=wanted)
        except self._client.exceptions.ResourceNotFoundException as error:
            if _is_about_store(error):
                raise
            return None
        return bare(found["GroupId"])

    def group_name(self, group_id: str) -> str | None:
        """The group's display name, or None if there is no such group (any more)."""
        try:
            found = self._client.describe_group(IdentityStoreId=self._id, GroupId=group_id)
        except self._client.exceptions.ResourceNotFoundException as error:
            if _is_about_store(error):
                raise
            return None
        return found.get("DisplayName")

    def user_name(self, user_id: str) -> str | None:
        """The user's name, or None if there is no such user (any more), or it has no name."""
        self._forget_in_time()
        known = self._user_names.get(user_id)
        if known:
            return known
        try:
            found = self._client.describe_user(IdentityStoreId=self._id, UserId=user_id)
        except self._client.exceptions.ResourceNotFoundException as error:
            if _is_about_store(error):
                raise
            return None
        name = found.get("UserName")
        if name:
            self._user_names[user_id] = name
        return name

    def user_id(self, user_name: str) -> str | None:
        """The user's id, or None if there is no such user."""
        wanted = _unique("userName", user_name)
        try:
            found = self._client.get_user_id(IdentityStoreId=self._id, AlternateIdentifier=wanted)
        except self._client.exceptions.ResourceNotFoundException as error:
            if _is_about_store(error):
                raise
            return None
        return bare(found["UserId"])

    def all_groups(self) -> dict[str, str]:
        """Ids of all groups there are, by display name. Raises ClientError if a read fails."""
        pages = self._client.get_paginator("list_groups").paginate(
            IdentityStoreId=self._id, PaginationConfig={"PageSize": 100}
        )
        return {
            group["DisplayName"]: bare(group["GroupId"])
            for page in pages
            for group in page["Groups"]
            if "DisplayName" in group
        }

    def _forget_in_time(self) -> None:
        if self._clock() >= self._believed_until:
            self.forget()


def _unique(path: str, value: str) -> "AlternateIdentifierTypeDef":
    # The service model calls the value a document, which the stubs read as a mapping; it is a text here.
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": cast(Any, value)}}


def _is_about_store(error: ClientError) -> bool:
    """The identity store itself does not exist, which says nothing about who is in it."""
    return error.response.get("ResourceType") == "IDENTITY_STORE"
