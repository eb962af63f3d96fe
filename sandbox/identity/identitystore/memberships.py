"""Group memberships of the Identity Store API."""

from sandbox.identity.directory import Directory, Membership, MissingError
from sandbox.identity.identitystore.shapes import bare_id, membership_shape
from sandbox.identity.paging import page
from sandbox.identity.wire import Call, Handler, Result


class Memberships:
    """Create, get, describe, delete, and the two lists; IsMemberInGroups."""

    def __init__(self, directory: Directory) -> None:
        self._directory = directory
        self.operations: dict[str, Handler] = {
            "CreateGroupMembership": self.create,
            "GetGroupMembershipId": self.get_id,
            "DescribeGroupMembership": self.describe,
            "DeleteGroupMembership": self.delete,
            "IsMemberInGroups": self.is_member,
            "ListGroupMemberships": self.list,
            "ListGroupMembershipsForMember": self.list_for_member,
        }

    def create(self, call: Call) -> Result:
        """Both must exist, and the user must not be a member yet."""
        return _reference(self._directory.join(_group_id(call), _user_id(call)))

    def get_id(self, call: Call) -> Result:
        """The membership of this user in this group."""
        membership = self._directory.find_membership(_group_id(call), _user_id(call))
        if membership is None:
            raise MissingError("GROUP_MEMBERSHIP")
        return _reference(membership)

    def describe(self, call: Call) -> Result:
        """One membership."""
        membership_id = bare_id(call.params["MembershipId"])
        if membership_id not in self._directory.memberships:
            raise MissingError("GROUP_MEMBERSHIP", membership_id)
        return membership_shape(self._directory.memberships[membership_id])

    def delete(self, call: Call) -> Result:
        """A second delete finds nothing."""
        self._directory.leave(bare_id(call.params["MembershipId"]))
        return {}

    def is_member(self, call: Call) -> Result:
        """For each of up to 100 groups."""
        user_id = self._directory.user(_user_id(call)).id
        results = [
            {
                "GroupId": group_id,
                "MemberId": {"UserId": user_id},
                "MembershipExists": self._directory.find_membership(bare_id(group_id), user_id) is not None,
            }
            for group_id in call.params["GroupIds"]
        ]
        return {"Results": results}

    def list(self, call: Call) -> Result:
        """The members of a group."""
        group_id = self._directory.group(_group_id(call)).id
        members = [membership_shape(each) for each in self._directory.members(group_id)]
        return page(call, "GroupMemberships", members)

    def list_for_member(self, call: Call) -> Result:
        """The groups of a user."""
        user_id = self._directory.user(_user_id(call)).id
        memberships = [each for each in self._directory.memberships.values() if each.user_id == user_id]
        return page(call, "GroupMemberships", [membership_shape(each) for each in memberships])


def _group_id(call: Call) -> str:
    return bare_id(call.params["GroupId"])


def _user_id(call: Call) -> str:
    return bare_id(call.params["MemberId"]["UserId"])


def _reference(membership: Membership) -> Result:
    shape = membership_shape(membership)
    return {key: shape[key] for key in ("IdentityStoreId", "MembershipId", "MembershipArn")}
