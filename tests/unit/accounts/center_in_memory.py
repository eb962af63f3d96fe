"""Identity Center, as far as the accounts functions read and change it."""

from typing import Any

from functions.aws.identity_center import AccountAssignment
from tests.unit.accounts.service_in_memory import Service


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
