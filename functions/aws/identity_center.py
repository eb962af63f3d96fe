"""Gateway to IAM Identity Center: permission sets by name, account assignments, their requests."""

import random
import time
from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal, TypeVar

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sso_admin.type_defs import (
        AccountAssignmentOperationStatusTypeDef,
        PaginatorConfigTypeDef,
    )

T = TypeVar("T")
PrincipalType = Literal["GROUP", "USER"]
State = Literal["IN_PROGRESS", "SUCCEEDED", "FAILED"]

AGAIN = frozenset({"ConflictException", "ThrottlingException"})
"""IAM Identity Center API Reference, "CreateAccountAssignment", Errors: these pass by themselves."""

REFUSED = frozenset({"ResourceNotFoundException", "ValidationException", "ServiceQuotaExceededException"})
"""The same page: asking again changes nothing. Other errors concern the caller, not the assignment."""

ATTEMPTS = 6
FIRST_WAIT = 0.5
"""Seconds; doubled for each attempt, and shortened by chance so that functions do not meet again."""

PAGE = 100
"""The most that the List operations give at once (API Reference, MaxResults)."""

_PAGES: "PaginatorConfigTypeDef" = {"PageSize": PAGE}


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


class IdentityCenter:
    """One instance of IAM Identity Center. Every read is complete or raises ClientError."""

    def __init__(
        self,
        client: "SSOAdminClient",
        instance_arn: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        chance: Callable[[], float] = random.random,
    ) -> None:
        self._client = client
        self._instance = instance_arn
        self._sleep = sleep
        self._chance = chance
        self._arns: dict[str, str] = {}

    def permission_set_arns(self, names: Collection[str]) -> dict[str, str]:
        """ARNs of those permission sets that exist, by name.

        Names never change and cost one call each, so what was learned is kept until `forget`.
        """
        if not set(names) <= self._arns.keys():
            self._learn(set(names))
        return {name: self._arns[name] for name in names if name in self._arns}

    def forget(self) -> None:
        """Learn the permission sets anew: one turned out to be gone."""
        self._arns = {}

    def assignments(
        self, account_id: str, permission_set_arns: Collection[str]
    ) -> frozenset[AccountAssignment]:
        """All assignments of these permission sets in one account.

        One call says which sets are there at all, so a new account costs that call alone; where nothing is
        asked for, none is made: a delegated administrator may not look into the management account.
        """
        if not permission_set_arns:
            return frozenset()
        pages = self._client.get_paginator("list_permission_sets_provisioned_to_account").paginate(
            InstanceArn=self._instance, AccountId=account_id, PaginationConfig=_PAGES
        )
        provisioned = {arn for page in pages for arn in page.get("PermissionSets", [])}
        return frozenset(
            assignment
            for arn in sorted(provisioned.intersection(permission_set_arns))
            for assignment in self._assignments_of(account_id, arn)
        )

    def create(self, assignment: AccountAssignment) -> Request:
        """Ask for an assignment. It exists once the request is SUCCEEDED, not before.

        What AWS refuses for good comes back as FAILED. Raises ClientError for everything else, and for
        a conflict or throttling that outlasts the attempts.
        """
        try:
            answer = self._patiently(
                lambda: self._client.create_account_assignment(
                    InstanceArn=self._instance,
                    TargetId=assignment.account_id,
                    TargetType="AWS_ACCOUNT",
                    PermissionSetArn=assignment.permission_set_arn,
                    PrincipalType=assignment.principal_type,
                    PrincipalId=assignment.principal_id,
                )
            )
        except ClientError as error:
            if _code(error) not in REFUSED:
                raise
            return Request(id="", state="FAILED", reason=f"{_code(error)}: {_message(error)}")
        return _request(answer["AccountAssignmentCreationStatus"])

    def creations(self, request_ids: Collection[str]) -> dict[str, Request]:
        """How these requests stand: one page for all of them, and one call for each that failed, for its
        reason, or that the page does not show (the order of pages is not documented)."""
        page = self._patiently(
            lambda: self._client.list_account_assignment_creation_status(
                InstanceArn=self._instance, MaxResults=PAGE
            )
        )
        states = {item["RequestId"]: item["Status"] for item in page["AccountAssignmentsCreationStatus"]}
        return {
            request_id: self._creation(request_id)
            if states.get(request_id, "FAILED") == "FAILED"
            else Request(request_id, states[request_id])
            for request_id in request_ids
        }

    def _creation(self, request_id: str) -> Request:
        answer = self._patiently(
            lambda: self._client.describe_account_assignment_creation_status(
                InstanceArn=self._instance, AccountAssignmentCreationRequestId=request_id
            )
        )
        return _request(answer["AccountAssignmentCreationStatus"])

    def _assignments_of(self, account_id: str, arn: str) -> Iterable[AccountAssignment]:
        pages = self._client.get_paginator("list_account_assignments").paginate(
            InstanceArn=self._instance, AccountId=account_id, PermissionSetArn=arn, PaginationConfig=_PAGES
        )
        for page in pages:
            for item in page["AccountAssignments"]:
                yield AccountAssignment(account_id, arn, item["PrincipalId"], item["PrincipalType"])

    def _learn(self, wanted: set[str]) -> None:
        known = set(self._arns.values())
        pages = self._client.get_paginator("list_permission_sets").paginate(
            InstanceArn=self._instance, PaginationConfig=_PAGES
        )
        for arn in (arn for page in pages for arn in page["PermissionSets"]):
            if wanted <= self._arns.keys():
                return
            if arn not in known:
                described = self._client.describe_permission_set(
                    InstanceArn=self._instance, PermissionSetArn=arn
                )
                self._arns[described["PermissionSet"]["Name"]] = arn

    def _patiently(self, call: Callable[[], T]) -> T:
        for attempt in range(ATTEMPTS):
            try:
                return call()
            except ClientError as error:
                if _code(error) not in AGAIN or attempt == ATTEMPTS - 1:
                    raise
            self._sleep(FIRST_WAIT * 2**attempt * (0.5 + self._chance() / 2))
        raise AssertionError("the last attempt returns or raises")


def _request(status: "AccountAssignmentOperationStatusTypeDef") -> Request:
    return Request(status["RequestId"], status["Status"], status.get("FailureReason", ""))


def _code(error: ClientError) -> str:
    return error.response["Error"]["Code"]


def _message(error: ClientError) -> str:
    return error.response["Error"]["Message"]
