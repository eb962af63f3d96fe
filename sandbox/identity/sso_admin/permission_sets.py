"""Permission sets: moto keeps them, this says what AWS would refuse."""

import re
import secrets
import string
from typing import Any

from sandbox.identity.paging import page
from sandbox.identity.sso_admin.book import Book, permission_set_arn
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_DURATION = re.compile(r"PT(?:(?P<hours>\d+)H)?(?:(?P<minutes>\d+)M)?(?:(?P<seconds>\d+)S)?")
_SUFFIX = string.ascii_lowercase + string.digits


class PermissionSets:
    """Create, update, describe, delete, list; tags."""

    def __init__(self, state: State, book: Book) -> None:
        self._moto = state.moto
        self._book = book
        self._tags: dict[str, dict[str, str]] = {}
        self.operations: dict[str, Handler] = {
            "CreatePermissionSet": self.create,
            "UpdatePermissionSet": self.update,
            "DescribePermissionSet": self.describe,
            "DeletePermissionSet": self.delete,
            "ListPermissionSets": self.list,
            "TagResource": self.tag,
            "UntagResource": self.untag,
            "ListTagsForResource": self.tags,
        }

    def create(self, call: Call) -> Result:
        """Names are unique; sessions last an hour unless said otherwise."""
        name = call.params["Name"]
        if any(each.name == name for each in self._moto.sso_admin.permission_sets):
            raise AwsError("ConflictException", f"PermissionSet with name {name} already exists.")
        params = {"SessionDuration": "PT1H", **call.params}
        _check_duration(params["SessionDuration"])
        shape = dict(self._moto.carry_out(Call(call.service, call.operation, params))["PermissionSet"])
        arn = permission_set_arn("".join(secrets.choice(_SUFFIX) for _ in range(16)))
        self._book.permission_set(shape["PermissionSetArn"]).permission_set_arn = arn
        self._tags[arn] = {tag["Key"]: tag["Value"] for tag in params.get("Tags", ())}
        return {"PermissionSet": {**_given(shape), "PermissionSetArn": arn}}

    def update(self, call: Call) -> Result:
        """What is not given stays as it is."""
        permission_set = self._book.permission_set(call.params["PermissionSetArn"])
        if "SessionDuration" in call.params:
            _check_duration(call.params["SessionDuration"])
        permission_set.description = call.params.get("Description", permission_set.description)
        permission_set.session_duration = call.params.get("SessionDuration", permission_set.session_duration)
        permission_set.relay_state = call.params.get("RelayState", permission_set.relay_state)
        self._book.changed(permission_set.permission_set_arn)
        return {}

    def describe(self, call: Call) -> Result:
        """One permission set."""
        permission_set = self._book.permission_set(call.params["PermissionSetArn"])
        return {"PermissionSet": _given(permission_set.to_json(include_creation_date=True))}

    def delete(self, call: Call) -> Result:
        """Not while an account has it."""
        arn = self._book.permission_set(call.params["PermissionSetArn"]).permission_set_arn
        if self._book.accounts_of(arn):
            message = "Could not delete because PermissionSet has ApplicationProfile associated with it"
            raise AwsError("ConflictException", message)
        self._moto.carry_out(call)
        self._tags.pop(arn, None)
        return {}

    def list(self, call: Call) -> Result:
        """Their ARNs."""
        arns = [each.permission_set_arn for each in self._moto.sso_admin.permission_sets]
        return page(call, "PermissionSets", arns)

    def tag(self, call: Call) -> Result:
        """Adds or overwrites."""
        self._tags_of(call).update({tag["Key"]: tag["Value"] for tag in call.params["Tags"]})
        return {}

    def untag(self, call: Call) -> Result:
        """Keys that are not there are ignored."""
        tags = self._tags_of(call)
        for key in call.params["TagKeys"]:
            tags.pop(key, None)
        return {}

    def tags(self, call: Call) -> Result:
        """All tags of a permission set."""
        tags = [{"Key": key, "Value": value} for key, value in self._tags_of(call).items()]
        return page(call, "Tags", tags)

    def _tags_of(self, call: Call) -> dict[str, str]:
        arn = self._book.permission_set(call.params["ResourceArn"]).permission_set_arn
        return self._tags.setdefault(arn, {})


def _given(shape: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in shape.items() if value is not None}


def _check_duration(text: str) -> None:
    """IAM Identity Center User Guide, "Set session duration": from one hour to twelve."""
    match = _DURATION.fullmatch(text)
    hours, minutes, seconds = (int(part or 0) for part in match.groups()) if match else (0, 0, 0)
    if not 3600 <= hours * 3600 + minutes * 60 + seconds <= 43200:
        raise AwsError("ValidationException", f"SessionDuration {text} is not between PT1H and PT12H")
