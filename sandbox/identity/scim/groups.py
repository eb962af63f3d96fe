"""SCIM groups over the directory. They come back without their members, as from Identity Center."""

import re
from collections.abc import Iterable
from dataclasses import replace
from typing import Any

from sandbox.identity.directory import Directory, Group
from sandbox.identity.scim.wire import (
    Action,
    Args,
    Reply,
    ScimError,
    common,
    conditions,
    external_ids,
    listing,
    operations,
)

_FILTERS = [
    *(frozenset({name}) for name in ("displayname", "externalid", "id", "members")),
    frozenset({"id", "members"}),
]
_MEMBER = re.compile(r'members\[value eq "(?P<id>[^"]+)"\]')
_PATCH_LIMIT = 100
"""Developer Guide, "PatchGroup": members in one request."""


class Groups:
    """CreateGroup, GetGroup, ListGroups, PatchGroup, PutGroup, DeleteGroup."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.operations: dict[str, Action] = {
            "CreateGroup": self.create,
            "GetGroup": self.get,
            "ListGroups": self.find,
            "PatchGroup": self.patch,
            "PutGroup": self.put,
            "DeleteGroup": self.delete,
        }

    def create(self, _: str, __: Args, body: Any) -> Reply:
        """The display name is required; members may come along."""
        group = _read(body, Group())
        members = self._existing(_member_ids(body.get("members")))
        self._directory.store_group(group)
        self._add(group.id, members)
        return 201, _shape(group)

    def get(self, group_id: str, _: Args, __: Any) -> Reply:
        """One group."""
        return 200, _shape(self._directory.group(group_id))

    def find(self, _: str, args: Args, __: Any) -> Reply:
        """All, or those that match; `id eq … and members eq …` asks whether somebody is a member."""
        groups = list(self._directory.groups.values())
        for condition in conditions(args.get("filter"), _FILTERS):
            groups = [group for group in groups if self._matches(group, condition.attribute, condition.value)]
        return 200, listing([_shape(group) for group in groups], args)

    def put(self, group_id: str, _: Args, body: Any) -> Reply:
        """Name, external id and members anew."""
        group = _read(body, replace(self._directory.group(group_id)))
        members = self._existing(_member_ids(body.get("members")))
        group.touch()
        self._directory.store_group(group)
        self._remove(group_id, [each.user_id for each in self._directory.members(group_id)])
        self._add(group_id, members)
        return 200, _shape(group)

    def patch(self, group_id: str, _: Args, body: Any) -> Reply:
        """Members in and out, or a new name."""
        self._directory.group(group_id)
        changes = operations(body)
        named = sum(len(_member_ids(value)) for _, path, value in changes if path == "members")
        if named > _PATCH_LIMIT:
            raise ScimError(400, f"More than {_PATCH_LIMIT} members in one request", "tooMany")
        for kind, path, value in changes:
            self._change(group_id, kind, path, value)
        return 204, None

    def delete(self, group_id: str, _: Args, __: Any) -> Reply:
        """Memberships go with the group."""
        self._directory.delete_group(group_id)
        return 204, None

    def _change(self, group_id: str, kind: str, path: str | None, value: Any) -> None:
        one = _MEMBER.fullmatch(path or "")
        if one and kind == "remove":
            self._remove(group_id, [one["id"]])
        elif path == "members":
            self._change_members(group_id, kind, value)
        else:
            attributes = value if path is None and isinstance(value, dict) else {path: value}
            if not attributes.keys() <= {"displayName", "externalId", "id"}:
                raise ScimError(400, f"{path} is not supported", "invalidPath")
            whole = {**_shape(self._directory.group(group_id)), **attributes}
            group = _read(whole, replace(self._directory.group(group_id)))
            group.touch()
            self._directory.store_group(group)

    def _change_members(self, group_id: str, kind: str, value: Any) -> None:
        present = [each.user_id for each in self._directory.members(group_id)]
        if kind == "remove":
            self._remove(group_id, present if value is None else _member_ids(value))
            return
        members = self._existing(_member_ids(value))
        if kind == "replace":
            self._remove(group_id, [each for each in present if each not in members])
        self._add(group_id, members)

    def _existing(self, user_ids: Iterable[str]) -> list[str]:
        return [self._directory.user(user_id).id for user_id in user_ids]

    def _add(self, group_id: str, user_ids: Iterable[str]) -> None:
        for user_id in user_ids:
            if not self._directory.find_membership(group_id, user_id):
                self._directory.join(group_id, user_id)

    def _remove(self, group_id: str, user_ids: Iterable[str]) -> None:
        for user_id in user_ids:
            membership = self._directory.find_membership(group_id, user_id)
            if membership:
                self._directory.leave(membership.id)

    def _matches(self, group: Group, attribute: str, value: str) -> bool:
        if attribute == "members":
            return self._directory.find_membership(group.id, value) is not None
        shape = {key.lower(): each for key, each in _shape(group).items()}
        return shape.get(attribute) == value


def _read(body: Any, group: Group) -> Group:
    if not isinstance(body, dict) or not body.get("displayName"):
        raise ScimError(400, "displayName is required", "invalidValue")
    group.display_name = body["displayName"]
    group.external_ids = external_ids(body)
    return group


def _shape(group: Group) -> dict[str, Any]:
    return {**common(group, "Group"), "displayName": group.display_name, "members": []}


def _member_ids(members: Any) -> list[str]:
    if members is None:
        return []
    listed = members if isinstance(members, list) else [members]
    if not all(isinstance(each, dict) and "value" in each for each in listed):
        raise ScimError(400, "Each member is an object with a value", "invalidSyntax")
    return [str(each["value"]) for each in listed]
