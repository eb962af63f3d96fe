"""From HTTP to the model: routes, sign-in, rate limits, faults, errors in Okta's form."""

import json
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, TypeVar
from urllib.parse import urlencode

from werkzeug.exceptions import HTTPException, MethodNotAllowed
from werkzeug.routing import Map, Rule
from werkzeug.wrappers import Request, Response

from sandbox.faults import Failure, FaultBoard
from sandbox.okta.dpop import Asked
from sandbox.okta.errors import OAuthError, OktaError, invalid, not_found, too_many_requests
from sandbox.okta.logevent import Ref
from sandbox.okta.model import Model
from sandbox.okta.tokens import Caller

SERVICE = "okta"
_MINUTE = 60
Item = TypeVar("Item")
Links = tuple[tuple[str, str], ...]


@dataclass(frozen=True)
class Reply:
    """What goes out: JSON, text (`content_type` says which) or nothing."""

    body: Any = None
    status: int = 200
    links: Links = ()
    content_type: str = "application/json"


@dataclass(frozen=True)
class Call:
    """One request of a caller who may make it."""

    model: Model
    faults: FaultBoard
    request: Request
    by: Ref
    path: Mapping[str, str] = field(default_factory=dict)

    def json(self) -> dict[str, Any]:
        """The body. Raises OktaError 400 for anything but an object."""
        try:
            body = json.loads(self.request.get_data() or b"{}")
        except ValueError as error:
            raise OktaError(400, "E0000003", "The request body was not well-formed.") from error
        if not isinstance(body, dict):
            raise OktaError(400, "E0000003", "The request body was not well-formed.")
        return body

    def flag(self, name: str, default: bool) -> bool:
        """A true or false query parameter."""
        return self.request.args.get(name, str(default).lower()).lower() == "true"

    def page(
        self, items: Sequence[Item], key: Callable[[Item], str], *, default: int, most: int
    ) -> tuple[Sequence[Item], Links]:
        """One page of what is sorted by `key`, and its links; the caller gives `limit` and `after`."""
        limit = self.request.args.get("limit", str(default))
        if not limit.isdigit() or not 0 < int(limit) <= most:
            raise invalid("limit", f"1 to {most}")
        after = self.request.args.get("after", "")
        rest = [item for item in items if key(item) > after]
        shown = rest[: int(limit)]
        return shown, self.links(key(shown[-1]) if len(rest) > len(shown) else None)

    def links(self, after: str | None) -> Links:
        """The Link headers: this page, and the next one if there is one."""
        links = [("self", self.request.url)]
        if after is not None:
            arguments = {**self.request.args.to_dict(), "after": after}
            links.append(("next", f"{self.request.base_url}?{urlencode(arguments)}"))
        return tuple(links)


Handler = Callable[[Call], Reply]


@dataclass(frozen=True)
class Route:
    """An operation of the API, by Okta's name for it. `scope` None: no OAuth scope opens it."""

    method: str
    path: str
    operation: str
    scope: str | None
    handler: Handler
    signed_in: bool = True
    counted: bool = True


class Web:
    """The WSGI application."""

    def __init__(self, model: Model, faults: FaultBoard, routes: Iterable[Route]) -> None:
        self._model = model
        self._faults = faults
        self._spent: Counter[tuple[int, str, str]] = Counter()
        self._map = Map(
            [Rule(route.path, methods=[route.method], endpoint=route) for route in routes],
            strict_slashes=False,
        )

    def __call__(self, environ: dict[str, Any], start_response: Callable[..., Any]) -> Iterable[bytes]:
        """Answer one request."""
        request = Request(environ)
        return self._answer(request)(environ, start_response)

    def _answer(self, request: Request) -> Response:
        try:
            route, path = self._map.bind_to_environ(request.environ).match()
        except MethodNotAllowed:
            return _error(
                OktaError(405, "E0000022", "The endpoint does not support the provided HTTP method")
            )
        except HTTPException:
            return _error(not_found(request.path, "endpoint"))
        failure = self._faults.meet(SERVICE, route.operation) if route.counted else None
        if failure is not None:
            return _error(_fault(failure), self._exhausted() if failure.status == 429 else {})
        headers: dict[str, str] = {}
        try:
            by = (
                self._admit(route, request, headers)
                if route.signed_in
                else self._model.organization.administrator
            )
            reply = route.handler(Call(self._model, self._faults, request, by, path))
        except (OktaError, OAuthError) as error:
            return _error(error, headers)
        return _response(reply, headers)

    def _exhausted(self) -> dict[str, str]:
        """A limit that somebody else has used up, and that resets within a second."""
        reset = int(self._model.organization.now().timestamp()) + 1
        limit = str(self._model.organization.settings.rate_limit)
        return {"X-Rate-Limit-Limit": limit, "X-Rate-Limit-Remaining": "0", "X-Rate-Limit-Reset": str(reset)}

    def _admit(self, route: Route, request: Request, headers: dict[str, str]) -> Ref:
        caller = self._model.tokens.caller(request.headers.get("Authorization"), asked(request))
        self._spend(caller, route, headers)
        caller.require(route.scope)
        return caller.actor

    def _spend(self, caller: Caller, route: Route, headers: dict[str, str]) -> None:
        """One request out of this minute's bucket of the token and the endpoint. Raises OktaError 429."""
        limit = self._model.organization.settings.rate_limit
        minute = int(self._model.organization.now().timestamp()) // _MINUTE
        with self._model.organization.lock:
            for old in [key for key in self._spent if key[0] < minute]:
                del self._spent[old]
            self._spent[minute, caller.token, route.operation] += 1
            left = limit - self._spent[minute, caller.token, route.operation]
        headers["X-Rate-Limit-Limit"] = str(limit)
        headers["X-Rate-Limit-Remaining"] = str(max(left, 0))
        headers["X-Rate-Limit-Reset"] = str((minute + 1) * _MINUTE)
        if left < 0:
            raise too_many_requests()


def asked(request: Request) -> Asked:
    """What a proof of possession must be about."""
    return Asked(request.method, request.base_url, request.headers.get("DPoP"))


def _response(reply: Reply, headers: dict[str, str]) -> Response:
    if reply.body is None:
        response = Response(status=reply.status)
    elif isinstance(reply.body, str):
        response = Response(reply.body, reply.status, content_type=reply.content_type)
    else:
        response = Response(json.dumps(reply.body), reply.status, content_type=reply.content_type)
    response.headers.extend(headers)
    for relation, url in reply.links:
        response.headers.add("Link", f'<{url}>; rel="{relation}"')
    return response


def _error(error: OktaError | OAuthError, headers: dict[str, str] | None = None) -> Response:
    response = Response(json.dumps(error.body()), error.status, content_type="application/json")
    response.headers.extend(headers or {})
    if isinstance(error, OAuthError) and error.nonce:
        response.headers["DPoP-Nonce"] = error.nonce
    if error.status == 401:
        response.headers["WWW-Authenticate"] = "Bearer"
    return response


def _fault(failure: Failure) -> OktaError:
    """A fault's error is Okta's code where it looks like one, else the summary of an internal error."""
    if failure.error.startswith("E0"):
        return OktaError(failure.status, failure.error, "A fault was set for this operation")
    return OktaError(failure.status, "E0000009", failure.error)
