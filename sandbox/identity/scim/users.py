"""SCIM users over the directory."""

import copy
from collections.abc import Mapping
from typing import Any

from sandbox.identity.directory import Directory, User
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

_ATTRIBUTES = {
    "displayName": "DisplayName",
    "nickName": "NickName",
    "profileUrl": "ProfileUrl",
    "title": "Title",
    "userType": "UserType",
    "preferredLanguage": "PreferredLanguage",
    "locale": "Locale",
    "timezone": "Timezone",
    "name": "Name",
    "emails": "Emails",
    "addresses": "Addresses",
    "phoneNumbers": "PhoneNumbers",
}
_FILTERS = [frozenset({name}) for name in ("username", "externalid", "id")]
_REQUIRED = ("userName", "displayName", "name.givenName", "name.familyName")


class Users:
    """CreateUser, GetUser, ListUsers, PatchUser, PutUser, DeleteUser."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.operations: dict[str, Action] = {
            "CreateUser": self.create,
            "GetUser": self.get,
            "ListUsers": self.find,
            "PatchUser": self.patch,
            "PutUser": self.put,
            "DeleteUser": self.delete,
        }

    def create(self, _: str, __: Args, body: Any) -> Reply:
        """userName, displayName, givenName and familyName are required."""
        user = _read(body, User())
        self._directory.store_user(user)
        return 201, _shape(user)

    def get(self, user_id: str, _: Args, __: Any) -> Reply:
        """One user."""
        return 200, _shape(self._directory.user(user_id))

    def find(self, _: str, args: Args, __: Any) -> Reply:
        """All, or those that match."""
        users = [_shape(user) for user in self._directory.users.values()]
        for condition in conditions(args.get("filter"), _FILTERS):
            users = [user for user in users if _lower(user).get(condition.attribute) == condition.value]
        return 200, listing(users, args)

    def put(self, user_id: str, _: Args, body: Any) -> Reply:
        """All attributes anew."""
        former = self._directory.user(user_id)
        user = _read(body, User(id=former.id, created=former.created, revision=former.revision))
        return 200, self._replace(user)

    def patch(self, user_id: str, _: Args, body: Any) -> Reply:
        """Some attributes; `active` false disables the user."""
        whole = _shape(copy.deepcopy(self._directory.user(user_id)))
        for kind, path, value in operations(body):
            _change(whole, kind, path, value)
        return self.put(user_id, {}, whole)

    def delete(self, user_id: str, _: Args, __: Any) -> Reply:
        """Memberships go with the user."""
        self._directory.delete_user(user_id)
        return 204, None

    def _replace(self, user: User) -> dict[str, Any]:
        user.touch()
        self._directory.store_user(user)
        return _shape(user)


def _read(body: Any, user: User) -> User:
    if not isinstance(body, dict):
        raise ScimError(400, "A user is an object", "invalidSyntax")
    for path in _REQUIRED:
        if not _at(body, path):
            raise ScimError(400, f"{path} is required", "invalidValue")
    for plural in ("emails", "addresses", "phoneNumbers"):
        if len(body.get(plural) or ()) > 1:
            raise ScimError(400, f"List attribute {plural} exceeds allowed limit of 1", "invalidValue")
    user.user_name = body["userName"]
    user.external_ids = external_ids(body)
    user.enabled = _flag(body.get("active", True))
    given = ((api, body.get(scim)) for scim, api in _ATTRIBUTES.items())
    user.attributes = {api: _keys(value, str.upper) for api, value in given if value}
    return user


def _shape(user: User) -> dict[str, Any]:
    attributes = {
        scim: _keys(user.attributes[api], str.lower)
        for scim, api in _ATTRIBUTES.items()
        if api in user.attributes
    }
    return {**common(user, "User"), "userName": user.user_name, "active": user.enabled, **attributes}


def _change(whole: dict[str, Any], kind: str, path: str | None, value: Any) -> None:
    """Without a path `value` holds the attributes to change."""
    if path is None:
        if not isinstance(value, dict):
            raise ScimError(400, "Without a path the value is an object", "invalidSyntax")
        for name, each in value.items():
            _change(whole, kind, name, each)
        return
    head, _, rest = path.partition(".")
    if head not in _ATTRIBUTES and head not in ("userName", "externalId", "active"):
        raise ScimError(400, f"Attribute {path} is not supported", "invalidPath")
    target = whole.setdefault(head, {}) if rest else whole
    if kind == "remove":
        target.pop(rest or head, None)
    else:
        target[rest or head] = value


def _flag(value: Any) -> bool:
    """Identity providers send a boolean or its name."""
    if str(value).lower() not in ("true", "false"):
        raise ScimError(400, "active is true or false", "invalidValue")
    return str(value).lower() == "true"


def _at(body: Mapping[str, Any], path: str) -> Any:
    head, _, rest = path.partition(".")
    inner = body.get(head)
    if not rest:
        return inner
    return inner.get(rest) if isinstance(inner, dict) else None


def _keys(value: Any, case: Any) -> Any:
    """SCIM's `givenName` is the API's `GivenName`."""
    if isinstance(value, dict):
        return {f"{case(key[0])}{key[1:]}": item for key, item in value.items()}
    return [_keys(item, case) for item in value] if isinstance(value, list) else value


def _lower(shape: Mapping[str, Any]) -> dict[str, Any]:
    return {key.lower(): value for key, value in shape.items()}
