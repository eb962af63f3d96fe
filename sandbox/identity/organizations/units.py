"""Organizational units; moto keeps the tree."""

from sandbox.identity import envelopes
from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_DEPTH = 5
"""AWS Organizations User Guide, "Quotas": OUs below the root."""


class Units:
    """Create, update, delete, and the lists of what is below a parent."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._backend = state.moto.organizations
        self._members = members
        self.operations: dict[str, Handler] = {
            "CreateOrganizationalUnit": self.create,
            "UpdateOrganizationalUnit": self.update,
            "DeleteOrganizationalUnit": self.delete,
            "ListOrganizationalUnitsForParent": self.list,
            "ListChildren": self.children,
            "ListParents": self.parents,
        }

    def create(self, call: Call) -> Result:
        """The name must be new under its parent, the tree at most five deep."""
        parent = check_parent(self._state, call.params["ParentId"], "ParentNotFoundException")
        self._check_name(parent, call.params["Name"])
        if self._depth(parent) >= _DEPTH:
            raise AwsError(
                "ConstraintViolationException",
                f"OUs can be nested {_DEPTH} levels deep.",
                Reason="OU_DEPTH_LIMIT_EXCEEDED",
            )
        return self._state.moto.carry_out(call)

    def update(self, call: Call) -> Result:
        """A new name, which AWS tells."""
        unit_id = check_parent(
            self._state, call.params["OrganizationalUnitId"], "OrganizationalUnitNotFoundException"
        )
        unit = self._backend.get_organizational_unit_by_id(unit_id)
        if call.params.get("Name", unit.name) != unit.name:
            self._check_name(unit.parent_id, call.params["Name"])
            unit.name = call.params["Name"]
            now, described = self._state.now(), unit.describe()
            self._state.outbox.put(
                envelopes.of_call("update-organizational-unit", call.params, call.caller, now, described)
            )
        return unit.describe()

    def delete(self, call: Call) -> Result:
        """Only an empty one."""
        unit_id = call.params["OrganizationalUnitId"]
        check_parent(self._state, unit_id, "OrganizationalUnitNotFoundException")
        if any(each.parent_id == unit_id for each in (*self._backend.ou, *self._members)):
            message = "The specified OU is not empty."
            raise AwsError("OrganizationalUnitNotEmptyException", message)
        unit = self._backend.get_organizational_unit_by_id(unit_id)
        for policy in unit.attached_policies:
            policy.attachments.remove(unit)
        return self._state.moto.carry_out(call)

    def list(self, call: Call) -> Result:
        """The OUs directly below."""
        parent = check_parent(self._state, call.params["ParentId"], "ParentNotFoundException")
        found = [
            each.describe()["OrganizationalUnit"] for each in self._backend.ou if each.parent_id == parent
        ]
        return page(call, "OrganizationalUnits", found)

    def children(self, call: Call) -> Result:
        """The ids of accounts or OUs directly below."""
        parent = check_parent(self._state, call.params["ParentId"], "ParentNotFoundException")
        kind = call.params["ChildType"]
        below = list(self._members) if kind == "ACCOUNT" else self._backend.ou
        found = [{"Id": each.id, "Type": kind} for each in below if each.parent_id == parent]
        return page(call, "Children", found)

    def parents(self, call: Call) -> Result:
        """The one parent."""
        child_id = call.params["ChildId"]
        children = [*self._backend.ou, *self._members]
        child = next((each for each in children if each.id == child_id and each.parent_id), None)
        if child is None:
            message = "We can't find an account or OU with the ChildId that you specified."
            raise AwsError("ChildNotFoundException", message)
        parent = self._backend.get_organizational_unit_by_id(str(child.parent_id))
        return page(call, "Parents", [{"Id": parent.id, "Type": parent.type}])

    def _check_name(self, parent: str | None, name: str) -> None:
        if any(each.name == name and each.parent_id == parent for each in self._backend.ou):
            message = "An OU with the same name already exists."
            raise AwsError("DuplicateOrganizationalUnitException", message)

    def _depth(self, unit_id: str | None) -> int:
        depth = -1
        while unit_id is not None:
            depth += 1
            unit_id = self._backend.get_organizational_unit_by_id(unit_id).parent_id
        return depth


def check_parent(state: State, unit_id: str, code: str) -> str:
    """The id of a root or OU that exists. Raises AwsError with this code."""
    if all(each.id != unit_id for each in state.moto.organizations.ou):
        raise AwsError(code, "We can't find a root or OU with the id that you specified.")
    return unit_id
