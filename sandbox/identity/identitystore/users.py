"""Users of the Identity Store API."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.identity.directory import Directory, MissingError, User
from sandbox.identity.identitystore.shapes import bare_id, external_id, unique_attribute, user_shape
from sandbox.identity.paging import page
from sandbox.identity.wire import AwsError, Call, Handler, Result

_LOOK_UP = {"username": "user_name", "emails.value": "email", "emails": "email"}
_FILTERS = {"username": "user_name", "externalid": "external_id", "externalids.id": "external_id"}
_NOT_ATTRIBUTES = ("IdentityStoreId", "UserName")


class Users:
    """CreateUser, UpdateUser, DescribeUser, DeleteUser, GetUserId, ListUsers."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.operations: dict[str, Handler] = {
            "CreateUser": self.create,
            "UpdateUser": self.update,
            "DescribeUser": self.describe,
            "DeleteUser": self.delete,
            "GetUserId": self.get_id,
            "ListUsers": self.list,
        }

    def create(self, call: Call) -> Result:
        """UserName, DisplayName, GivenName and FamilyName are required (API Reference, "CreateUser")."""
        attributes = {key: value for key, value in call.params.items() if key not in _NOT_ATTRIBUTES}
        user = User(user_name=call.params.get("UserName", ""), attributes=attributes)
        check_complete(user)
        self._directory.store_user(user)
        return _reference(user)

    def update(self, call: Call) -> Result:
        """Each operation sets one attribute, or removes it where no value is given."""
        user = copy.deepcopy(self._user(call))
        for operation in call.params["Operations"]:
            _set(user, operation["AttributePath"], operation.get("AttributeValue"))
        check_complete(user)
        user.touch()
        self._directory.store_user(user)
        return _reference(user)

    def describe(self, call: Call) -> Result:
        """One user, UserStatus included."""
        return user_shape(self._user(call))

    def delete(self, call: Call) -> Result:
        """Its memberships go with it."""
        self._directory.delete_user(bare_id(call.params["UserId"]))
        return {}

    def get_id(self, call: Call) -> Result:
        """By user name, e-mail address or external id."""
        answers = _answers_to(call.params["AlternateIdentifier"])
        user = next(filter(answers, self._directory.users.values()), None)
        if user is None:
            raise MissingError("USER")
        return _reference(user)

    def list(self, call: Call) -> Result:
        """All, or those that match the filter."""
        users = list(self._directory.users.values())
        for condition in call.params.get("Filters", ()):
            attribute, value = unique_attribute(condition, _FILTERS)
            users = [user for user in users if value in _values(user, attribute)]
        return page(call, "Users", [user_shape(user) for user in users])

    def _user(self, call: Call) -> User:
        return self._directory.user(bare_id(call.params["UserId"]))


def check_complete(user: User) -> None:
    """Raises AwsError that names the required attributes which are missing."""
    name = user.attributes.get("Name", {})
    required = {
        "username": user.user_name,
        "displayname": user.attributes.get("DisplayName"),
        "givenname": name.get("GivenName"),
        "familyname": name.get("FamilyName"),
    }
    missing = [f"{key}: The attribute {key} is required" for key, value in required.items() if not value]
    if missing:
        raise AwsError("ValidationException", ", ".join(missing))


def _answers_to(alternate: Mapping[str, Any]) -> Callable[[User], bool]:
    if "ExternalId" in alternate:
        wanted = external_id(alternate["ExternalId"])
        return lambda user: wanted in user.external_ids
    attribute, value = unique_attribute(alternate["UniqueAttribute"], _LOOK_UP)
    return lambda user: value in _values(user, attribute)


def _values(user: User, attribute: str) -> list[str]:
    if attribute == "external_id":
        return [each.id for each in user.external_ids]
    return [user.user_name] if attribute == "user_name" else user.emails


def _set(user: User, path: str, value: Any) -> None:
    head, *rest = [f"{part[0].upper()}{part[1:]}" for part in path.split(".")]
    if head == "UserName":
        user.user_name = value or ""
        return
    target = user.attributes.setdefault(head, {}) if rest else user.attributes
    key = rest[0] if rest else head
    if value is None:
        target.pop(key, None)
    else:
        target[key] = _capitalized(value)


def _capitalized(value: Any) -> Any:
    """UpdateUser takes documents with lower camel case members, e.g. `[{"value": …, "primary": true}]`."""
    if isinstance(value, dict):
        return {f"{key[0].upper()}{key[1:]}": item for key, item in value.items()}
    return [_capitalized(item) for item in value] if isinstance(value, list) else value


def _reference(user: User) -> Result:
    shape = user_shape(user)
    return {key: shape[key] for key in ("IdentityStoreId", "UserId", "UserArn", "Revision")}
