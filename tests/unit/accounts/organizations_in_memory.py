"""Organizations and the Identity Store, as far as the accounts functions read them."""

from dataclasses import dataclass, field
from typing import Any

from tests.unit.accounts.service_in_memory import Service


@dataclass
class MemberAccount:
    name: str
    ou_path: str
    tags: dict[str, str] = field(default_factory=dict)
    state: str = "ACTIVE"


ROOT = "r-ab12"


def _path(parent_id: str) -> str:
    """A unit's id is its path, which no real id is."""
    return "/" if parent_id == ROOT else parent_id


class FakeOrganizations(Service):
    def __init__(self) -> None:
        super().__init__("organizations")
        self.accounts: dict[str, MemberAccount] = {}

    def describe_account(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_account")
        if asked["AccountId"] not in self.accounts:
            raise self.error("AccountNotFoundException", "DescribeAccount")
        account = self.accounts[asked["AccountId"]]
        return {"Account": {"Id": asked["AccountId"], "Name": account.name, "State": account.state}}

    def list_parents(self, **asked: Any) -> dict[str, Any]:
        self.count("list_parents")
        at = (
            self.accounts[asked["ChildId"]].ou_path
            if asked["ChildId"] in self.accounts
            else asked["ChildId"].rpartition("/")[0]
        )
        root = at in ("", "/")
        return {
            "Parents": [{"Id": ROOT, "Type": "ROOT"} if root else {"Id": at, "Type": "ORGANIZATIONAL_UNIT"}]
        }

    def describe_organizational_unit(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_organizational_unit")
        return {"OrganizationalUnit": {"Name": asked["OrganizationalUnitId"].rpartition("/")[2]}}

    def all_of_list_accounts_for_parent(self, **asked: Any) -> tuple[str, list[Any]]:
        here = _path(asked["ParentId"])
        return "Accounts", [{"Id": id_} for id_, account in self.accounts.items() if account.ou_path == here]

    def all_of_list_organizational_units_for_parent(self, **asked: Any) -> tuple[str, list[Any]]:
        start = _path(asked["ParentId"]).rstrip("/") + "/"
        below = {
            a.ou_path[len(start) :].partition("/")[0]
            for a in self.accounts.values()
            if a.ou_path.startswith(start)
        }
        return "OrganizationalUnits", [{"Id": start + name, "Name": name} for name in sorted(below) if name]

    def list_roots(self, **_asked: Any) -> dict[str, Any]:
        self.count("list_roots")
        return {"Roots": [{"Id": ROOT}]}

    def all_of_list_accounts(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "Accounts", [
            {"Id": id_, "Name": account.name, "State": account.state}
            for id_, account in self.accounts.items()
        ]

    def all_of_list_tags_for_resource(self, **asked: Any) -> tuple[str, list[Any]]:
        tags = self.accounts[asked["ResourceId"]].tags
        return "Tags", [{"Key": key, "Value": value} for key, value in tags.items()]


class FakeIdentityStore(Service):
    def __init__(self) -> None:
        super().__init__("identitystore")
        self.groups: dict[str, str] = {}
        self.users: dict[str, str] = {}

    def push(self, *names: str) -> None:
        for name in names:
            self.groups[name] = f"id-of-{name}"

    def get_group_id(self, **asked: Any) -> dict[str, Any]:
        self.count("get_group_id")
        name = asked["AlternateIdentifier"]["UniqueAttribute"]["AttributeValue"]
        if name not in self.groups:
            raise self.error("ResourceNotFoundException", "GetGroupId", ResourceType="GROUP")
        return {"GroupId": self.groups[name]}

    def describe_group(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_group")
        for name, group_id in self.groups.items():
            if group_id == asked["GroupId"]:
                return {"GroupId": group_id, "DisplayName": name}
        raise self.error("ResourceNotFoundException", "DescribeGroup", ResourceType="GROUP")

    def describe_user(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_user")
        for name, user_id in self.users.items():
            if user_id == asked["UserId"]:
                return {"UserId": user_id, "UserName": name}
        raise self.error("ResourceNotFoundException", "DescribeUser", ResourceType="USER")

    def get_user_id(self, **asked: Any) -> dict[str, Any]:
        self.count("get_user_id")
        name = asked["AlternateIdentifier"]["UniqueAttribute"]["AttributeValue"]
        if name not in self.users:
            raise self.error("ResourceNotFoundException", "GetUserId", ResourceType="USER")
        return {"UserId": self.users[name]}

    def all_of_list_groups(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "Groups", [{"DisplayName": name, "GroupId": id_} for name, id_ in self.groups.items()]
