"""The Identity Store API over the directory."""

from collections.abc import Callable

from sandbox.identity.directory import DuplicateError, MissingError
from sandbox.identity.identitystore.groups import Groups
from sandbox.identity.identitystore.memberships import Memberships
from sandbox.identity.identitystore.shapes import bare_id
from sandbox.identity.identitystore.users import Users
from sandbox.identity.settings import IDENTITY_STORE_ID
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


def operations(state: State) -> dict[str, Handler]:
    """The operations by name."""
    parts = (Users(state.directory), Groups(state.directory), Memberships(state.directory))
    return {name: _guarded(handler) for part in parts for name, handler in part.operations.items()}


def _guarded(handler: Handler) -> Handler:
    def guarded(call: Call) -> Result:
        store = bare_id(call.params["IdentityStoreId"])
        if store != IDENTITY_STORE_ID:
            raise _missing("IDENTITY_STORE", store)
        return _translated(handler, call)

    return guarded


def _translated(handler: Callable[[Call], Result], call: Call) -> Result:
    try:
        return handler(call)
    except MissingError as error:
        raise _missing(error.kind, error.entity_id) from error
    except DuplicateError as error:
        raise AwsError("ConflictException", str(error), Reason="UNIQUENESS_CONSTRAINT_VIOLATION") from error


def _missing(kind: str, entity_id: str) -> AwsError:
    return AwsError(
        "ResourceNotFoundException", f"{kind} not found.", ResourceType=kind, ResourceId=entity_id
    )
