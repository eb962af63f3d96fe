"""The IAM Identity Center API."""

from sandbox.identity.members import Members
from sandbox.identity.settings import INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.sso_admin.assignments import Assignments
from sandbox.identity.sso_admin.book import Book
from sandbox.identity.sso_admin.instances import Instances
from sandbox.identity.sso_admin.permission_sets import PermissionSets
from sandbox.identity.sso_admin.policies import Policies
from sandbox.identity.sso_admin.provisioning import Provisioning
from sandbox.identity.sso_admin.requests import Requests
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result

_MANAGEMENT_ONLY = {"ListAccountAssignmentsForPrincipal"}
"""API Reference: "You must call this operation from the management account of your organization"."""


def operations(state: State, members: Members) -> dict[str, Handler]:
    """The operations by name."""
    book = Book(state, members)
    parts = (
        Instances(state),
        PermissionSets(state, book),
        Policies(state, book),
        Requests(state, book),
        Assignments(state, book),
        Provisioning(state, book),
    )
    return {name: _guarded(handler) for part in parts for name, handler in part.operations.items()}


def _guarded(handler: Handler) -> Handler:
    def guarded(call: Call) -> Result:
        instance = call.params.get("InstanceArn", INSTANCE_ARN)
        if instance != INSTANCE_ARN:
            raise AwsError("ResourceNotFoundException", f"Instance {instance} does not exist")
        if call.caller != MANAGEMENT_ACCOUNT and call.operation in _MANAGEMENT_ONLY:
            raise AwsError("AccessDeniedException", f"{call.operation} is for the management account")
        return handler(call)

    return guarded
