"""The AWS Organizations API."""

from sandbox.identity.members import Members, not_in_use
from sandbox.identity.organizations.accounts import Accounts
from sandbox.identity.organizations.attachments import Attachments
from sandbox.identity.organizations.creation import Creation
from sandbox.identity.organizations.delegation import Delegation
from sandbox.identity.organizations.departures import Departures
from sandbox.identity.organizations.handshakes import Handshakes
from sandbox.identity.organizations.policies import Policies
from sandbox.identity.organizations.tags import Tags
from sandbox.identity.organizations.units import Units
from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler

_INVITED = {"AcceptHandshake", "DeclineHandshake", "DescribeHandshake", "ListHandshakesForAccount"}
_MEMBER = {"DescribeOrganization", "LeaveOrganization"}


def operations(state: State, members: Members) -> dict[str, Handler]:
    """The operations that moto lacks or takes too lightly, by name."""
    parts = (
        Accounts(state, members),
        Creation(state, members),
        Departures(state, members),
        Handshakes(state, members),
        Units(state, members),
        Policies(state, members),
        Attachments(state, members),
        Tags(state, members),
        Delegation(state, members),
    )
    return {name: handler for part in parts for name, handler in part.operations.items()}


def check_caller(call: Call, members: Members) -> None:
    """Only the management account, and for reading delegated administrators, may call most operations.

    AWS Organizations API Reference, the note on each operation. Raises AwsError.
    """
    if call.operation in _INVITED:
        return
    if call.caller == MANAGEMENT_ACCOUNT and call.operation == "CreateOrganization":
        return
    if members.find(call.caller) is None:
        raise not_in_use()
    reading = call.operation.startswith(("Describe", "List")) and call.caller in members.administrators
    if not (call.caller == MANAGEMENT_ACCOUNT or call.operation in _MEMBER or reading):
        raise AwsError("AccessDeniedException", "You don't have permissions to access this resource.")
