"""Accounts: describe, list, move."""

from sandbox.identity import envelopes
from sandbox.identity.members import Members
from sandbox.identity.organizations.units import check_parent
from sandbox.identity.paging import page
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


class Accounts:
    """DescribeAccount, ListAccounts, ListAccountsForParent, MoveAccount."""

    def __init__(self, state: State, members: Members) -> None:
        self._state = state
        self._members = members
        self.operations: dict[str, Handler] = {
            "DescribeAccount": self.describe,
            "ListAccounts": self.list,
            "ListAccountsForParent": self.list_for_parent,
            "MoveAccount": self.move,
        }

    def describe(self, call: Call) -> Result:
        """One account."""
        return {"Account": self._members.shape(self._members.get(call.params["AccountId"]))}

    def list(self, call: Call) -> Result:
        """All accounts, 20 in a page."""
        return page(call, "Accounts", [self._members.shape(each) for each in self._members])

    def list_for_parent(self, call: Call) -> Result:
        """Those directly in a root or OU."""
        parent = check_parent(self._state, call.params["ParentId"], "ParentNotFoundException")
        found = [self._members.shape(each) for each in self._members if each.parent_id == parent]
        return page(call, "Accounts", found)

    def move(self, call: Call) -> Result:
        """From the parent it is in, to another one."""
        source = check_parent(self._state, call.params["SourceParentId"], "SourceParentNotFoundException")
        destination = check_parent(
            self._state, call.params["DestinationParentId"], "DestinationParentNotFoundException"
        )
        account = self._members.get(call.params["AccountId"])
        if account.parent_id == destination:
            message = "The account is already in the destination root or OU."
            raise AwsError("DuplicateAccountException", message)
        if account.parent_id != source:
            message = "We can't find the account in the source root or OU."
            raise AwsError("AccountNotFoundException", message)
        account.parent_id = destination
        self._state.outbox.put(envelopes.of_call("move-account", call.params, call.caller, self._state.now()))
        return {}
