"""Creating an account: a request first, its result later."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import uuid4

from sandbox.identity import envelopes
from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


@dataclass
class _Request:
    params: Mapping[str, Any]
    requested: datetime
    id: str = field(default_factory=lambda: f"car-{uuid4().hex}")
    state: str = "IN_PROGRESS"
    completed: datetime | None = None
    account_id: str | None = None
    reason: str | None = None

    def shape(self) -> dict[str, Any]:
        fields = {
            "Id": self.id,
            "AccountName": self.params["AccountName"],
            "State": self.state,
            "RequestedTimestamp": self.requested.timestamp(),
            "CompletedTimestamp": self.completed.timestamp() if self.completed else None,
            "AccountId": self.account_id,
            "FailureReason": self.reason,
        }
        return {key: value for key, value in fields.items() if value is not None}

    def event(self, now: datetime) -> dict[str, Any]:
        """As CreateAccountResult shows it: the name is masked."""
        fields = {
            "id": self.id,
            "state": self.state,
            "accountName": "****",
            "accountId": self.account_id,
            "failureReason": self.reason,
            "requestedTimestamp": envelopes.stamp(self.requested),
            "completedTimestamp": envelopes.stamp(now),
        }
        return {key: value for key, value in fields.items() if value is not None}


class Creation:
    """CreateAccount, DescribeCreateAccountStatus, ListCreateAccountStatus."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self._requests: dict[str, _Request] = {}
        self.operations: dict[str, Handler] = {
            "CreateAccount": self.create,
            "DescribeCreateAccountStatus": self.describe,
            "ListCreateAccountStatus": self.list,
        }

    def create(self, call: Call) -> Result:
        """Answers IN_PROGRESS; the account exists once the request has SUCCEEDED."""
        request = _Request(call.params, self._state.now())
        self._requests[request.id] = request
        self._state.later.after(self._state.settings.account_seconds, lambda: self._finish(request))
        return {"CreateAccountStatus": request.shape()}

    def describe(self, call: Call) -> Result:
        """One request."""
        request = self._requests.get(call.params["CreateAccountRequestId"])
        if request is None:
            raise AwsError(
                "CreateAccountStatusNotFoundException",
                "We can't find a create account request with the CreateAccountRequestId that you specified.",
            )
        return {"CreateAccountStatus": request.shape()}

    def list(self, call: Call) -> Result:
        """The requests in these states, or all."""
        states = call.params.get("States") or ["IN_PROGRESS", "SUCCEEDED", "FAILED"]
        found = [each.shape() for each in self._requests.values() if each.state in states]
        return page(call, "CreateAccountStatuses", found)

    def _finish(self, request: _Request) -> None:
        with self._state.lock:
            now = self._state.now()
            request.completed = now
            request.reason = self._refusal(request)
            request.state = "FAILED" if request.reason else "SUCCEEDED"
            if request.reason:
                self._tell("create-account-result-failed", {"createAccountStatus": request.event(now)}, now)
                return
            tags = {tag["Key"]: tag["Value"] for tag in request.params.get("Tags", ())}
            account = self._members.add(request.params["AccountName"], request.params["Email"], tags)
            request.account_id = account.id
            self._tell("create-account-result", {"createAccountStatus": request.event(now)}, now)
            joined = {
                "accountId": account.id,
                "joinedMethod": "Created",
                "joinedTime": envelopes.stamp(now),
            }
            self._tell("account-joined-organization", joined, now)

    def _refusal(self, request: _Request) -> str | None:
        accounts = list(self._members)
        if request.params["Email"].lower() in {account.email.lower() for account in accounts}:
            return "EMAIL_ALREADY_EXISTS"
        limit = self._state.settings.organization_accounts
        return "ACCOUNT_LIMIT_EXCEEDED" if len(accounts) >= limit else None

    def _tell(self, sample: str, details: Mapping[str, Any], now: datetime) -> None:
        self._state.outbox.put(envelopes.of_service(sample, details, now))
