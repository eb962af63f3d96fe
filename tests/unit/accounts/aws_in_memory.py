"""AWS in memory, as far as the accounts function sees it: counts calls, takes its time, fails on request.

These stand where boto3's clients stand, so the gateways above them are the real ones.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, cast

import boto3

from functions.accounts.admit import Admitter
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.policy import AccessPolicy

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
MANAGEMENT = "123456789012"
_KEYS = {"region_name": "us-east-1", "aws_access_key_id": "x", "aws_secret_access_key": "x"}
_REAL = {
    name: cast(Any, boto3).client(name, **_KEYS) for name in ("organizations", "sso-admin", "identitystore")
}


@dataclass
class Clock:
    """Time that only sleeping moves."""

    now: datetime = datetime(2026, 10, 14, 9, 20, 53, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)


@dataclass
class Service:
    """Counts calls by operation; `trouble` holds the errors that the next calls meet."""

    name: str
    calls: Counter[str] = field(default_factory=Counter)
    trouble: dict[str, list[str]] = field(default_factory=dict)

    @property
    def exceptions(self) -> Any:
        return _REAL[self.name].exceptions

    def count(self, operation: str) -> None:
        self.calls[operation] += 1
        if self.trouble.get(operation):
            raise self.error(self.trouble[operation].pop(0), operation)

    def error(self, code: str, operation: str, **fields: str) -> Exception:
        response = {"Error": {"Code": code, "Message": "as the test wants it"}, **fields}
        return cast(Exception, self.exceptions.from_code(code)(response, operation))

    def get_paginator(self, operation: str) -> Any:
        service = self

        class Paginator:
            def paginate(self, **request: Any) -> Iterator[dict[str, Any]]:
                page_size = request.pop("PaginationConfig", {}).get("PageSize", 100)
                key, items = getattr(service, f"all_of_{operation}")(**request)
                for start in range(0, max(len(items), 1), page_size):
                    service.count(operation)
                    yield {key: items[start : start + page_size]}

        return Paginator()


@dataclass
class MemberAccount:
    name: str
    ou_path: str
    tags: dict[str, str] = field(default_factory=dict)
    state: str = "ACTIVE"


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
        """A unit's id is its path, which no real id is."""
        self.count("list_parents")
        at = (
            self.accounts[asked["ChildId"]].ou_path
            if asked["ChildId"] in self.accounts
            else asked["ChildId"].rpartition("/")[0]
        )
        root = at in ("", "/")
        return {
            "Parents": [
                {"Id": "r-ab12", "Type": "ROOT"} if root else {"Id": at, "Type": "ORGANIZATIONAL_UNIT"}
            ]
        }

    def describe_organizational_unit(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_organizational_unit")
        return {"OrganizationalUnit": {"Name": asked["OrganizationalUnitId"].rpartition("/")[2]}}

    def all_of_list_accounts_for_parent(self, **asked: Any) -> tuple[str, list[Any]]:
        here = asked["ParentId"]
        return "Accounts", [{"Id": id_} for id_, account in self.accounts.items() if account.ou_path == here]

    def all_of_list_organizational_units_for_parent(self, **asked: Any) -> tuple[str, list[Any]]:
        start = asked["ParentId"].rstrip("/") + "/"
        below = {
            a.ou_path[len(start) :].partition("/")[0]
            for a in self.accounts.values()
            if a.ou_path.startswith(start)
        }
        return "OrganizationalUnits", [{"Id": start + name} for name in sorted(below) if name]

    def list_roots(self, **_asked: Any) -> dict[str, Any]:
        self.count("list_roots")
        return {"Roots": [{"Id": "r-ab12"}]}

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

    def get_user_id(self, **asked: Any) -> dict[str, Any]:
        self.count("get_user_id")
        name = asked["AlternateIdentifier"]["UniqueAttribute"]["AttributeValue"]
        if name not in self.users:
            raise self.error("ResourceNotFoundException", "GetUserId", ResourceType="USER")
        return {"UserId": self.users[name]}

    def all_of_list_groups(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "Groups", [{"DisplayName": name, "GroupId": id_} for name, id_ in self.groups.items()]


class FakeIdentityCenter(Service):
    """Requests are IN_PROGRESS for `looks` readings of the statuses, then done, or failed as told."""

    def __init__(self, *names: str) -> None:
        super().__init__("sso-admin")
        self.sets = {name: f"arn:of:{name}" for name in names}
        self.assignments: set[AccountAssignment] = set()
        self.requests: dict[str, dict[str, Any]] = {}
        self.looks = 1
        self.fails: dict[str, str] = {}
        """Permission set name to the reason for which requests with it fail."""
        self.most_outstanding = 0

    def all_of_list_permission_sets(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "PermissionSets", list(self.sets.values())

    def describe_permission_set(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_permission_set")
        (name,) = [name for name, arn in self.sets.items() if arn == asked["PermissionSetArn"]]
        return {"PermissionSet": {"Name": name}}

    def all_of_list_permission_sets_provisioned_to_account(self, **asked: Any) -> tuple[str, list[Any]]:
        here = {a.permission_set_arn for a in self.assignments if a.account_id == asked["AccountId"]}
        return "PermissionSets", sorted(here)

    def all_of_list_account_assignments(self, **asked: Any) -> tuple[str, list[Any]]:
        return "AccountAssignments", [
            {"PrincipalId": a.principal_id, "PrincipalType": a.principal_type}
            for a in self.assignments
            if (a.account_id, a.permission_set_arn) == (asked["AccountId"], asked["PermissionSetArn"])
        ]

    def all_of_list_account_assignments_for_principal(self, **asked: Any) -> tuple[str, list[Any]]:
        return "AccountAssignments", [
            {
                "AccountId": a.account_id,
                "PermissionSetArn": a.permission_set_arn,
                "PrincipalId": a.principal_id,
                "PrincipalType": a.principal_type,
            }
            for a in sorted(self.assignments, key=lambda a: (a.account_id, a.permission_set_arn))
            if (a.principal_id, a.principal_type) == (asked["PrincipalId"], asked["PrincipalType"])
        ]

    def create_account_assignment(self, **asked: Any) -> dict[str, Any]:
        self.count("create_account_assignment")
        return {"AccountAssignmentCreationStatus": self._request("create", asked)}

    def delete_account_assignment(self, **asked: Any) -> dict[str, Any]:
        self.count("delete_account_assignment")
        return {"AccountAssignmentDeletionStatus": self._request("delete", asked)}

    def all_of_list_account_assignment_creation_status(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "AccountAssignmentsCreationStatus", self._look("create")

    def all_of_list_account_assignment_deletion_status(self, **_asked: Any) -> tuple[str, list[Any]]:
        return "AccountAssignmentsDeletionStatus", self._look("delete")

    def describe_account_assignment_creation_status(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_account_assignment_creation_status")
        return {"AccountAssignmentCreationStatus": self.requests[asked["AccountAssignmentCreationRequestId"]]}

    def describe_account_assignment_deletion_status(self, **asked: Any) -> dict[str, Any]:
        self.count("describe_account_assignment_deletion_status")
        return {"AccountAssignmentDeletionStatus": self.requests[asked["AccountAssignmentDeletionRequestId"]]}

    def _request(self, kind: str, asked: dict[str, Any]) -> dict[str, Any]:
        wanted = AccountAssignment(
            asked["TargetId"], asked["PermissionSetArn"], asked["PrincipalId"], asked["PrincipalType"]
        )
        request = {"RequestId": f"request-{len(self.requests)}", "Status": "IN_PROGRESS"}
        self.requests[request["RequestId"]] = request | {"wanted": wanted, "looks": self.looks, "kind": kind}
        self.most_outstanding = max(self.most_outstanding, len(self._under_way()))
        return request

    def _look(self, kind: str) -> list[Any]:
        for request in self._under_way():
            if request["kind"] == kind:
                request["looks"] -= 1
                if request["looks"] <= 0:
                    self._finish(request)
        return [request for request in reversed(self.requests.values()) if request["kind"] == kind]

    def _finish(self, request: dict[str, Any]) -> None:
        wanted: AccountAssignment = request["wanted"]
        reason = self.fails.get(wanted.permission_set_arn.removeprefix("arn:of:"))
        if reason:
            request |= {"Status": "FAILED", "FailureReason": reason}
        else:
            request["Status"] = "SUCCEEDED"
            (self.assignments.add if request["kind"] == "create" else self.assignments.discard)(wanted)

    def _under_way(self) -> list[dict[str, Any]]:
        return [request for request in self.requests.values() if request["Status"] == "IN_PROGRESS"]


class World:
    """All of it together, and an Admitter on top."""

    def __init__(self, policy: AccessPolicy) -> None:
        self.clock = Clock()
        self.organizations = FakeOrganizations()
        self.store = FakeIdentityStore()
        self.center = FakeIdentityCenter(*policy.permission_sets)
        self.organizations.accounts[MANAGEMENT] = MemberAccount("management", "/")
        self.admitter = Admitter(
            policy=policy,
            organizations=Organizations(cast(Any, self.organizations), MANAGEMENT),
            center=IdentityCenter(cast(Any, self.center), INSTANCE),
            store=IdentityStore(cast(Any, self.store), "d-9067f01234"),
            runbooks="https://runbooks.test",
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def deadline(self, seconds: float = 60.0) -> datetime:
        return self.clock.now + timedelta(seconds=seconds)

    def access(self, account_id: str) -> set[tuple[str, str]]:
        """Who can get in: (group, permission set)."""
        return {
            (a.principal_id.removeprefix("id-of-"), a.permission_set_arn.removeprefix("arn:of:"))
            for a in self.center.assignments
            if a.account_id == account_id
        }
