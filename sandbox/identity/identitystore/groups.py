"""Groups of the Identity Store API."""

import copy
from collections.abc import Callable, Mapping
from typing import Any

from sandbox.identity.directory import Directory, Group, MissingError
from sandbox.identity.identitystore.shapes import bare_id, external_id, group_shape, unique_attribute
from sandbox.identity.paging import page
from sandbox.identity.wire import AwsError, Call, Handler, Result

_LOOK_UP = {"displayname": "display_name"}
_FILTERS = {**_LOOK_UP, "externalid": "external_id", "externalids.id": "external_id"}


class Groups:
    """CreateGroup, UpdateGroup, DescribeGroup, DeleteGroup, GetGroupId, ListGroups."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.operations: dict[str, Handler] = {
            "CreateGroup": self.create,
            "UpdateGroup": self.update,
            "DescribeGroup": self.describe,
            "DeleteGroup": self.delete,
            "GetGroupId": self.get_id,
            "ListGroups": self.list,
        }

    def create(self, call: Call) -> Result:
        """The display name is required and unique."""
        group = Group(
            display_name=call.params.get("DisplayName", ""), description=call.params.get("Description")
        )
        _check_complete(group)
        self._directory.store_group(group)
        return _reference(group)

    def update(self, call: Call) -> Result:
        """`displayName` and `description` can be changed."""
        group = copy.deepcopy(self._group(call))
        for operation in call.params["Operations"]:
            path = operation["AttributePath"]
            if path.lower() not in ("displayname", "description"):
                raise AwsError("ValidationException", f"The attribute {path} is not supported here")
            attribute = "display_name" if path.lower() == "displayname" else "description"
            setattr(group, attribute, operation.get("AttributeValue"))
        _check_complete(group)
        group.touch()
        self._directory.store_group(group)
        return _reference(group)

    def describe(self, call: Call) -> Result:
        """One group."""
        return group_shape(self._group(call))

    def delete(self, call: Call) -> Result:
        """Its memberships go with it."""
        self._directory.delete_group(bare_id(call.params["GroupId"]))
        return {}

    def get_id(self, call: Call) -> Result:
        """By display name or external id."""
        answers = _answers_to(call.params["AlternateIdentifier"])
        group = next(filter(answers, self._directory.groups.values()), None)
        if group is None:
            raise MissingError("GROUP")
        return _reference(group)

    def list(self, call: Call) -> Result:
        """All, or those that match the filter."""
        groups = list(self._directory.groups.values())
        for condition in call.params.get("Filters", ()):
            attribute, value = unique_attribute(condition, _FILTERS)
            groups = [group for group in groups if value in _values(group, attribute)]
        return page(call, "Groups", [group_shape(group) for group in groups])

    def _group(self, call: Call) -> Group:
        return self._directory.group(bare_id(call.params["GroupId"]))


def _check_complete(group: Group) -> None:
    if not group.display_name:
        raise AwsError("ValidationException", "displayname: The attribute displayname is required")


def _answers_to(alternate: Mapping[str, Any]) -> Callable[[Group], bool]:
    if "ExternalId" in alternate:
        wanted = external_id(alternate["ExternalId"])
        return lambda group: wanted in group.external_ids
    attribute, value = unique_attribute(alternate["UniqueAttribute"], _LOOK_UP)
    return lambda group: value in _values(group, attribute)


def _values(group: Group, attribute: str) -> list[str]:
    if attribute == "external_id":
        return [each.id for each in group.external_ids]
    return [group.display_name]


def _reference(group: Group) -> Result:
    shape = group_shape(group)
    return {key: shape[key] for key in ("IdentityStoreId", "GroupId", "GroupArn", "Revision")}
