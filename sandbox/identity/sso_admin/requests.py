"""Creating and deleting assignments: asked for now, done or failed a little later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sandbox.identity import envelopes
from sandbox.identity.paging import page
from sandbox.identity.sso_admin.book import Assignment, Book
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

CREATION = "Creation"
DELETION = "Deletion"


@dataclass
class Request:
    """One request and what became of it."""

    kind: str
    assignment: Assignment
    created: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "IN_PROGRESS"
    reason: str | None = None

    def metadata(self) -> dict[str, object]:
        """As the lists show it."""
        return {"Status": self.status, "RequestId": self.id, "CreatedDate": self.created.timestamp()}

    def shape(self) -> dict[str, object]:
        """As Create, Delete and Describe show it."""
        reason = {"FailureReason": self.reason} if self.reason else {}
        return {**self.metadata(), **self.assignment.target_shape(), **reason}


class Requests:
    """CreateAccountAssignment, DeleteAccountAssignment, and their states."""

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._requests: dict[str, Request] = {}
        self.operations: dict[str, Handler] = {
            "CreateAccountAssignment": self.create,
            "DeleteAccountAssignment": self.delete,
            "DescribeAccountAssignmentCreationStatus": lambda call: self._describe(call, CREATION),
            "DescribeAccountAssignmentDeletionStatus": lambda call: self._describe(call, DELETION),
            "ListAccountAssignmentCreationStatus": lambda call: self._list(call, CREATION),
            "ListAccountAssignmentDeletionStatus": lambda call: self._list(call, DELETION),
        }

    def create(self, call: Call) -> Result:
        """Permission set, principal and account must exist; a repeat is a request like any other."""
        assignment = Assignment.of(call)
        self._check(call, assignment, DELETION)
        if len(self._under_way(CREATION)) >= self._state.settings.outstanding_creates:
            raise AwsError(
                "ThrottlingException",
                f"{self._state.settings.outstanding_creates} CreateAccountAssignment calls are outstanding",
            )
        return self._start(CREATION, assignment, call)

    def delete(self, call: Call) -> Result:
        """Only an assignment that exists."""
        assignment = Assignment.of(call)
        self._check(call, assignment, CREATION)
        if assignment not in self._book.assignments:
            raise AwsError("ResourceNotFoundException", "There is no such account assignment")
        return self._start(DELETION, assignment, call)

    def _check(self, call: Call, assignment: Assignment, opposite: str) -> None:
        self._book.permission_set(assignment.permission_set)
        if not self._state.directory.principal_exists(assignment.principal_type, assignment.principal):
            kind = assignment.principal_type
            raise AwsError("ResourceNotFoundException", f"{kind} {assignment.principal} not found")
        self._book.check_account(assignment.account)
        for account in (assignment.account, *self._book.accounts_of(assignment.permission_set)):
            self._book.check_writable(call.caller, account)
        if any(request.assignment == assignment for request in self._under_way(opposite)):
            raise AwsError("ConflictException", f"Its {opposite.lower()} is in progress; try again later")

    def _start(self, kind: str, assignment: Assignment, call: Call) -> Result:
        request = Request(kind, assignment, self._state.now())
        self._requests[request.id] = request
        self._state.later.after(self._state.settings.assignment_seconds, lambda: self._finish(request))
        answer = {f"AccountAssignment{kind}Status": request.shape()}
        self._tell(kind, call, answer)
        return answer

    def _tell(self, kind: str, call: Call, answer: Result) -> None:
        """CloudTrail tells of the request, not of its end."""
        sample = "create-account-assignment" if kind == CREATION else "delete-account-assignment"
        now = self._state.now()
        self._state.outbox.put(
            envelopes.of_call(sample, call.params, call.caller, now, answer, role=call.role)
        )

    def _finish(self, request: Request) -> None:
        with self._state.lock:
            request.reason = self._book.members.obstacle(request.assignment.account)
            request.status = "FAILED" if request.reason else "SUCCEEDED"
            if request.reason:
                return
            if request.kind == DELETION:
                self._book.assignments.pop(request.assignment, None)
                return
            assignment = request.assignment
            if assignment.account not in self._book.accounts_of(assignment.permission_set):
                self._book.provision(assignment.permission_set, assignment.account)
            self._book.assignments[assignment] = None

    def _under_way(self, kind: str) -> list[Request]:
        requests = self._requests.values()
        return [each for each in requests if each.kind == kind and each.status == "IN_PROGRESS"]

    def _describe(self, call: Call, kind: str) -> Result:
        request_id = call.params[f"AccountAssignment{kind}RequestId"]
        request = self._requests.get(request_id)
        if request is None or request.kind != kind:
            raise AwsError("ResourceNotFoundException", f"There is no {kind.lower()} request {request_id}")
        return {f"AccountAssignment{kind}Status": request.shape()}

    def _list(self, call: Call, kind: str) -> Result:
        condition: Mapping[str, str] = call.params.get("Filter", {})
        wanted = condition.get("Status")
        found = [
            request.metadata()
            for request in reversed(self._requests.values())
            if request.kind == kind and wanted in (None, request.status)
        ]
        return page(call, f"AccountAssignments{kind}Status", found)
