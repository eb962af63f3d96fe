"""The one instance of Identity Center."""

from sandbox.identity.paging import page
from sandbox.identity.settings import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import Call, Handler, Result

_CREATED = 1704067200
"""2024-01-01T00:00:00Z."""


class Instances:
    """ListInstances and DescribeInstance."""

    def __init__(self, state: State) -> None:
        self._state = state
        self.operations: dict[str, Handler] = {"ListInstances": self.list, "DescribeInstance": self.describe}

    def list(self, call: Call) -> Result:
        """The organization's instance."""
        return page(call, "Instances", [self._shape()])

    def describe(self, call: Call) -> Result:  # noqa: ARG002 - there is only one to describe
        """The same."""
        return self._shape()

    def _shape(self) -> dict[str, object]:
        return {
            "InstanceArn": INSTANCE_ARN,
            "IdentityStoreId": IDENTITY_STORE_ID,
            "OwnerAccountId": MANAGEMENT_ACCOUNT,
            "CreatedDate": _CREATED,
            "Status": self._state.instance_status,
        }
