"""Accounts that end or go: closed, removed, or leaving by themselves."""

from datetime import datetime

from moto.organizations.models import FakeAccount

from sandbox.identity import envelopes
from sandbox.identity.members import Members, not_in_use
from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


class Departures:
    """CloseAccount, RemoveAccountFromOrganization, LeaveOrganization."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self.operations: dict[str, Handler] = {
            "CloseAccount": self.close,
            "RemoveAccountFromOrganization": self.remove,
            "LeaveOrganization": self.leave,
        }

    def close(self, call: Call) -> Result:
        """PENDING_CLOSURE now, SUSPENDED later."""
        account = self._members.get(call.params["AccountId"])
        if account.id == MANAGEMENT_ACCOUNT:
            raise AwsError(
                "ConstraintViolationException",
                "You cannot close the management account of an organization.",
                Reason="CANNOT_CLOSE_MANAGEMENT_ACCOUNT",
            )
        if account.state == "PENDING_CLOSURE":
            raise AwsError("ConflictException", "The account is being closed.")
        if account.state in ("SUSPENDED", "CLOSED"):
            raise AwsError("AccountAlreadyClosedException", "The provided account is already closed.")
        account.state = "PENDING_CLOSURE"
        requested = self._state.now()
        self._state.later.after(self._state.settings.close_seconds, lambda: self._closed(account, requested))
        return {}

    def remove(self, call: Call) -> Result:
        """By the management account."""
        account = self._members.get(call.params["AccountId"])
        self._depart(account)
        now = self._state.now()
        self._state.outbox.put(
            envelopes.of_call("remove-account-from-organization", call.params, call.caller, now)
        )
        self._tell_departure(account, "Removed", now)
        return {}

    def leave(self, call: Call) -> Result:
        """By the account itself."""
        account = self._members.find(call.caller)
        if account is None:
            raise not_in_use()
        self._depart(account)
        now = self._state.now()
        self._state.outbox.put(envelopes.of_call("leave-organization", None, call.caller, now))
        self._tell_departure(account, "Left", now)
        return {}

    def _depart(self, account: FakeAccount) -> None:
        if account.id == MANAGEMENT_ACCOUNT:
            message = "You can't remove a management account from an organization."
            raise AwsError("MasterCannotLeaveOrganizationException", message)
        if account.id in self._members.administrators:
            raise AwsError(
                "ConstraintViolationException",
                "The account is a delegated administrator; deregister it first.",
                Reason="CANNOT_REMOVE_DELEGATED_ADMINISTRATOR_FROM_ORG",
            )
        self._members.remove(account)

    def _tell_departure(self, account: FakeAccount, method: str, now: datetime) -> None:
        details = {
            "accountId": account.id,
            "departedMethod": method,
            "departedTime": envelopes.stamp(now),
        }
        self._state.outbox.put(envelopes.of_service("account-departed-organization", details, now))

    def _closed(self, account: FakeAccount, requested: datetime) -> None:
        with self._state.lock:
            account.state = "SUSPENDED"
            now = self._state.now()
            status = {
                "accountId": account.id,
                "state": "SUCCEEDED",
                "requestedTimestamp": envelopes.stamp(requested),
                "completedTimestamp": envelopes.stamp(now),
            }
            details = {"closeAccountStatus": status}
            self._state.outbox.put(envelopes.of_service("close-account-result", details, now))
