"""SCIM 2.0 as IAM Identity Center speaks it (Developer Guide "IAM Identity Center SCIM implementation")."""

import hmac
import json
import re
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.faults import FaultBoard
from sandbox.identity import envelopes
from sandbox.identity.directory import DuplicateError, MissingError
from sandbox.identity.scim.groups import Groups
from sandbox.identity.scim.users import Users
from sandbox.identity.scim.wire import ScimError, answer
from sandbox.identity.state import State

SERVICE = "scim"
PATH = "/scim/v2"

_ROUTE = re.compile(rf"{PATH}/(?P<kind>User|Group)s(?:/(?P<id>[^/]+))?")
_TOLD = {"CreateGroup": "scim-create-group", "PatchGroup": "scim-patch-group"}
_VERBS = {"POST": "Create", "PATCH": "Patch", "PUT": "Put", "DELETE": "Delete"}


class Scim:
    """The SCIM endpoint of one identity plane."""

    def __init__(self, state: State, faults: FaultBoard, token: str) -> None:
        self._state = state
        self._faults = faults
        self._token = token
        self._actions = Users(state.directory).operations | Groups(state.directory).operations

    def __call__(self, request: Request) -> Response:
        """Answer one request."""
        try:
            return self._answer(request)
        except ScimError as error:
            return error.response()
        except MissingError as error:
            return ScimError(404, f"{error.kind.capitalize()} {error.entity_id} not found").response()
        except DuplicateError as error:
            return ScimError(409, str(error), "uniqueness").response()

    def _answer(self, request: Request) -> Response:
        given = request.headers.get("Authorization", "")
        if not hmac.compare_digest(given.encode(), f"Bearer {self._token}".encode()):
            raise ScimError(401, "The access token is missing or wrong")
        route = _ROUTE.fullmatch(request.path)
        if route is None:
            raise ScimError(404, f"There is no resource {request.path}")
        operation = _operation(request.method, route["kind"], route["id"])
        failure = self._faults.meet(SERVICE, operation)
        if failure:
            raise ScimError(failure.status, failure.error)
        body = _body(request)
        with self._state.lock:
            status, resource = self._actions[operation](route["id"] or "", request.args, body)
            self._tell(operation, route["id"] or str((resource or {}).get("id")), body)
        return answer(status, resource)

    def _tell(self, operation: str, group_id: str, body: Any) -> None:
        """CloudTrail tells of a new group, and of a changed one: in which attributes, never the values."""
        if operation not in _TOLD:
            return
        masked = [{"op": each["op"].upper(), **_path(each)} for each in body.get("Operations", ())]
        now = self._state.now()
        self._state.outbox.put(envelopes.of_scim(_TOLD[operation], group_id, masked, now))


def _operation(method: str, kind: str, resource_id: str | None) -> str:
    """The operation's name in the Developer Guide, e.g. PatchUser."""
    if method == "GET":
        return f"Get{kind}" if resource_id else f"List{kind}s"
    if method not in _VERBS or (method == "POST") == bool(resource_id):
        raise ScimError(405, f"{method} is not supported here")
    return f"{_VERBS[method]}{kind}"


def _path(operation: Any) -> dict[str, str]:
    return {"path": operation["path"]} if operation.get("path") else {}


def _body(request: Request) -> Any:
    data = request.get_data()
    try:
        return json.loads(data) if data else {}
    except ValueError as error:
        raise ScimError(400, "Request is unparsable, syntactically incorrect, or violates schema.") from error
