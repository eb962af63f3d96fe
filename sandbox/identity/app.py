"""The identity plane as one WSGI application: the AWS services, SCIM, and the sandbox's own paths."""

import json
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.wrappers import Request, Response

from sandbox.faults import FaultBoard, FaultError
from sandbox.identity import (
    account_access,
    identitystore,
    organizations,
    rest,
    scim,
    sso_admin,
    validation,
)
from sandbox.identity.members import Members
from sandbox.identity.rates import Bucket
from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result, parse, respond

SSO = "sso.amazonaws.com"


class App:
    """Routes a request, counts it, lets faults and limits have their say, and carries it out."""

    def __init__(self, state: State, faults: FaultBoard, scim_token: str) -> None:
        self._state = state
        self._faults = faults
        self._members = Members(state)
        self._scim = scim.Scim(state, faults, scim_token)
        self._handlers: dict[str, dict[str, Handler]] = {
            "organizations": organizations.operations(state, self._members),
            "sso-admin": sso_admin.operations(state, self._members),
            "identitystore": identitystore.operations(state),
            "account-access": account_access.operations(state, self._members),
        }
        self._buckets: dict[str, Bucket] = {}

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """WSGI."""
        return self._route(Request(environ))(environ, start_response)

    def _route(self, request: Request) -> Response:
        request.get_data()  # whatever the answer: the connection stays open for the next request
        if request.path.startswith(f"{scim.PATH}/"):
            return self._scim(request)
        if request.path.startswith("/_sandbox/"):
            return self._control(request)
        try:
            call = rest.parse(request) if rest.serves(request) else parse(request)
            return respond(self._carry_out(call))
        except AwsError as error:
            return error.response()

    def _carry_out(self, call: Call) -> Result:
        failure = self._faults.meet(call.service, call.operation)
        if failure:
            raise AwsError(failure.error, "The sandbox was told to fail this call", status=failure.status)
        self._throttle(call)
        validation.check(call)
        with self._state.lock:
            self._authorize(call)
            return self._handlers[call.service].get(call.operation, self._state.moto.carry_out)(call)

    def _throttle(self, call: Call) -> None:
        settings = self._state.settings
        rates = {
            "sso-admin": ("sso-admin", settings.sso_admin_per_second),
            "identitystore": (call.operation, settings.identity_store_per_second),
        }
        name, rate = rates.get(call.service, ("", None))
        if rate is None:
            return
        with self._state.lock:
            bucket = self._buckets.setdefault(name, Bucket(rate, max(rate, 1)))
        if not bucket.take():
            raise AwsError("ThrottlingException", "Rate exceeded")

    def _authorize(self, call: Call) -> None:
        if call.service == "organizations":
            organizations.check_caller(call, self._members)
        elif call.service == "account-access":
            account_access.check_caller(call)
        elif call.caller != MANAGEMENT_ACCOUNT and SSO not in self._members.administrators.get(
            call.caller, {}
        ):
            message = f"Account {call.caller} is no delegated administrator of IAM Identity Center"
            raise AwsError("AccessDeniedException", message)

    def _control(self, request: Request) -> Response:
        match request.method, request.path:
            case "GET", "/_sandbox/faults":
                return _json(self._faults.current())
            case "PUT", "/_sandbox/faults":
                return self._set_faults(request)
            case "GET", "/_sandbox/calls":
                return _json(self._faults.calls())
            case "DELETE", "/_sandbox/calls":
                self._faults.reset()
                return Response(status=204)
        return _json({"error": "the sandbox's paths are /_sandbox/faults and /_sandbox/calls"}, 404)

    def _set_faults(self, request: Request) -> Response:
        try:
            self._faults.set(json.loads(request.get_data()))
        except (FaultError, ValueError) as error:
            return _json({"error": str(error)}, 400)
        return _json(self._faults.current())


def _json(body: Any, status: int = 200) -> Response:
    return Response(json.dumps(body), status, content_type="application/json")
