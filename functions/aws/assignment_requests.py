"""Gateway to what IAM Identity Center does asynchronously: make and take away account assignments."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

PrincipalType = Literal["GROUP", "USER"]
State = Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"]

BUSY = frozenset({"ConflictException", "ThrottlingException", "ServiceQuotaExceededException"})
"""IAM Identity Center API Reference, "CreateAccountAssignment", Errors: these pass, or may pass, by
themselves. The quota is among them because that of requests under way empties again."""

DENIED = "AccessDeniedException"
"""The same page. A policy may refuse one account, one set or one principal, and let all others through."""

REFUSED = frozenset({"ResourceNotFoundException", "ValidationException", DENIED})
"""The same page: asking again changes nothing, and says nothing about the next assignment."""

PAGE = 100
"""The most that the List operations give at once (API Reference, MaxResults)."""


@dataclass(frozen=True)
class AccountAssignment:
    """AWS's triple: a principal has a permission set in an account."""

    account_id: str
    permission_set_arn: str
    principal_id: str
    principal_type: PrincipalType = "GROUP"


@dataclass(frozen=True)
class Request:
    """How an asynchronous request stands. `reason` is AWS's own word for a failure."""

    id: str
    state: State
    reason: str = ""


class BusyError(Exception):
    """AWS takes no such request at the moment; a later one may pass. `reason` is AWS's own word."""

    def __init__(self, error: ClientError) -> None:
        super().__init__(_say(error))
        self.quota = _code(error) == "ServiceQuotaExceededException"


class AssignmentRequests:
    """Requests to one instance. Errors that are neither BusyError nor a FAILED come as ClientError."""

    def __init__(self, client: "SSOAdminClient", instance_arn: str) -> None:
        self._client = client
        self._instance = instance_arn

    def create(self, assignment: AccountAssignment) -> Request:
        """Ask for an assignment. It exists once the request is SUCCEEDED, not before.

        What AWS refuses for good comes back as FAILED. Raises BusyError if it is worth asking again.
        """
        return ask(
            lambda: self._client.create_account_assignment(
                InstanceArn=self._instance,
                TargetId=assignment.account_id,
                TargetType="AWS_ACCOUNT",
                PermissionSetArn=assignment.permission_set_arn,
                PrincipalType=assignment.principal_type,
                PrincipalId=assignment.principal_id,
            )["AccountAssignmentCreationStatus"]
        )

    def delete(self, assignment: AccountAssignment) -> Request:
        """Ask for an assignment to go. It is gone once the request is SUCCEEDED; otherwise as `create`.

        One that is not there any more counts as SUCCEEDED.
        """
        request = ask(
            lambda: self._client.delete_account_assignment(
                InstanceArn=self._instance,
                TargetId=assignment.account_id,
                TargetType="AWS_ACCOUNT",
                PermissionSetArn=assignment.permission_set_arn,
                PrincipalType=assignment.principal_type,
                PrincipalId=assignment.principal_id,
            )["AccountAssignmentDeletionStatus"]
        )
        gone = request.state == "FAILED" and request.reason.startswith("ResourceNotFoundException")
        return Request(id="", state="SUCCEEDED") if gone else request

    def creations(self, request_ids: Collection[str]) -> dict[str, Request]:
        """How these requests of `create` stand. Raises BusyError as `create` does."""
        pages = self._client.get_paginator("list_account_assignment_creation_status").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": PAGE}
        )
        return look(request_ids, (page["AccountAssignmentsCreationStatus"] for page in pages), self._creation)

    def deletions(self, request_ids: Collection[str]) -> dict[str, Request]:
        """How these requests of `delete` stand. Raises BusyError as `create` does."""
        pages = self._client.get_paginator("list_account_assignment_deletion_status").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": PAGE}
        )
        return look(request_ids, (page["AccountAssignmentsDeletionStatus"] for page in pages), self._deletion)

    def _creation(self, request_id: str) -> Request:
        answer = self._client.describe_account_assignment_creation_status(
            InstanceArn=self._instance, AccountAssignmentCreationRequestId=request_id
        )
        return read_request(answer["AccountAssignmentCreationStatus"])

    def _deletion(self, request_id: str) -> Request:
        answer = self._client.describe_account_assignment_deletion_status(
            InstanceArn=self._instance, AccountAssignmentDeletionRequestId=request_id
        )
        return read_request(answer["AccountAssignmentDeletionStatus"])


def ask(call: Callable[[], Mapping[str, Any]]) -> Request:
    """Begin something asynchronous: what AWS refuses for good comes back as FAILED. Raises BusyError."""
    try:
        return read_request(call())
    except ClientError as error:
        if _code(error) in BUSY:
            raise BusyError(error) from error
        if _code(error) not in REFUSED:
            raise
        return Request(id="", state="FAILED", reason=_say(error))


def look(
    request_ids: Collection[str],
    pages: Iterator[Collection[Mapping[str, Any]]],
    describe: Callable[[str], Request],
) -> dict[str, Request]:
    """Pages for all, and one call for each request that failed, for its reason, or that no page showed.

    The order of pages is not documented, and they hold requests of months: reading on ends where asking for
    what is missing one by one costs no more.
    """
    missing, states = set(request_ids), dict[str, State]()
    try:
        for number, page in enumerate(pages, start=1):
            states |= {item["RequestId"]: item["Status"] for item in page if item["RequestId"] in missing}
            missing -= states.keys()
            if len(missing) <= number:
                break
        return {
            request_id: describe(request_id)
            if states.get(request_id, "FAILED") == "FAILED"
            else Request(request_id, states[request_id])
            for request_id in request_ids
        }
    except ClientError as error:
        if _code(error) in BUSY:
            raise BusyError(error) from error
        raise


def read_request(status: Mapping[str, Any]) -> Request:
    """A status as the API writes it."""
    return Request(status["RequestId"], status["Status"], status.get("FailureReason", ""))


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _say(error: ClientError) -> str:
    return f"{_code(error)}: {error.response['Error']['Message']}"
