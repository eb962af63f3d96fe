"""Bringing a changed permission set to the accounts that have it."""

from dataclasses import dataclass, field
from datetime import datetime
from uuid import uuid4

from sandbox.identity.paging import page
from sandbox.identity.sso_admin.book import Book
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


@dataclass
class _Request:
    permission_set: str
    accounts: list[str]
    account: str | None
    created: datetime
    id: str = field(default_factory=lambda: str(uuid4()))
    status: str = "IN_PROGRESS"
    reason: str | None = None

    def metadata(self) -> dict[str, object]:
        return {"Status": self.status, "RequestId": self.id, "CreatedDate": self.created.timestamp()}

    def shape(self) -> dict[str, object]:
        account = {"AccountId": self.account} if self.account else {}
        reason = {"FailureReason": self.reason} if self.reason else {}
        return {**self.metadata(), **account, **reason, "PermissionSetArn": self.permission_set}


class Provisioning:
    """ProvisionPermissionSet and its states."""

    def __init__(self, state: State, book: Book) -> None:
        self._state = state
        self._book = book
        self._requests: dict[str, _Request] = {}
        self.operations: dict[str, Handler] = {
            "ProvisionPermissionSet": self.provision,
            "DescribePermissionSetProvisioningStatus": self.describe,
            "ListPermissionSetProvisioningStatus": self.list,
        }

    def provision(self, call: Call) -> Result:
        """To one account that has it, or to all of them.

        IAM Identity Center User Guide, "Delegated administration": permission sets that are used in the
        management account are that account's business alone.
        """
        arn = self._book.permission_set(call.params["PermissionSetArn"]).permission_set_arn
        accounts, account = self._book.accounts_of(arn), None
        for each in accounts:
            self._book.check_writable(call.caller, each)
        if call.params["TargetType"] == "AWS_ACCOUNT":
            account = call.params.get("TargetId")
            if account is None:
                raise AwsError("ValidationException", "TargetId is required for TargetType AWS_ACCOUNT")
            self._book.check_account(account)
            if account not in accounts:
                raise AwsError("ResourceNotFoundException", f"{arn} is not provisioned to {account}")
            accounts = [account]
        request = _Request(arn, accounts, account, self._state.now())
        self._requests[request.id] = request
        self._state.later.after(self._state.settings.provisioning_seconds, lambda: self._finish(request))
        return {"PermissionSetProvisioningStatus": request.shape()}

    def describe(self, call: Call) -> Result:
        """One request."""
        request_id = call.params["ProvisionPermissionSetRequestId"]
        if request_id not in self._requests:
            raise AwsError("ResourceNotFoundException", f"There is no provisioning request {request_id}")
        return {"PermissionSetProvisioningStatus": self._requests[request_id].shape()}

    def list(self, call: Call) -> Result:
        """All requests, the newest first."""
        wanted = call.params.get("Filter", {}).get("Status")
        requests = reversed(self._requests.values())
        found = [each.metadata() for each in requests if wanted in (None, each.status)]
        return page(call, "PermissionSetsProvisioningStatus", found)

    def _finish(self, request: _Request) -> None:
        with self._state.lock:
            for account in request.accounts:
                obstacle = self._book.members.obstacle(account)
                request.reason = request.reason or obstacle
                if not obstacle:
                    self._book.provision(request.permission_set, account)
            request.status = "FAILED" if request.reason else "SUCCEEDED"
