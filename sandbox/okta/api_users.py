"""Users API. Okta: "Users", "User Lifecycle", "User Sessions"."""

from collections.abc import Callable

from sandbox.okta.bodies import group_body, person_body
from sandbox.okta.errors import OktaError, invalid
from sandbox.okta.filters import FilterError, compile_filter
from sandbox.okta.logevent import Ref
from sandbox.okta.model import Model
from sandbox.okta.web import Call, Reply, Route

_READ, _MANAGE = "okta.users.read", "okta.users.manage"
_NO_BODY = 204


def _list(call: Call) -> Reply:
    base = call.model.organization.base_url
    arguments = call.request.args
    expression = arguments.get("search") or arguments.get("filter")
    bodies = [person_body(person, base) for person in call.model.people.all()]
    if expression is not None:
        try:
            test = compile_filter(expression)
        except FilterError as error:
            raise OktaError(400, "E0000031", f"Invalid search criteria. {error}") from error
        bodies = [body for body in bodies if test(body)]
    else:
        bodies = [body for body in bodies if body["status"] != "DEPROVISIONED"]
    shown, links = call.page(bodies, lambda body: str(body["id"]), default=200, most=200)
    return Reply(list(shown), links=links)


def _create(call: Call) -> Reply:
    profile = call.json().get("profile")
    if not isinstance(profile, dict):
        raise invalid("profile", "profile: The field cannot be left blank")
    person = call.model.people.create(profile, activate=call.flag("activate", True), by=call.by)
    return Reply(person_body(person, call.model.organization.base_url))


def _get(call: Call) -> Reply:
    return Reply(person_body(call.model.people.get(call.path["id"]), call.model.organization.base_url))


def _groups(call: Call) -> Reply:
    person = call.model.people.get(call.path["id"])
    return Reply([group_body(group) for group in call.model.groups.of(person)])


def _delete(call: Call) -> Reply:
    call.model.people.delete(call.path["id"], by=call.by)
    return Reply(status=_NO_BODY)


def _clear_sessions(call: Call) -> Reply:
    person = call.model.people.get(call.path["id"])
    call.model.sessions.clear(
        person, tokens=call.flag("oauthTokens", False), devices=call.flag("forgetDevices", True), by=call.by
    )
    return Reply(status=_NO_BODY)


def _lifecycle(operation: str, verb: str, step: Callable[[Model, str, Ref], None]) -> Route:
    def handle(call: Call) -> Reply:
        step(call.model, call.path["id"], call.by)
        return Reply({})

    return Route("POST", f"/api/v1/users/<id>/lifecycle/{verb}", operation, _MANAGE, handle)


ROUTES = (
    Route("GET", "/api/v1/users", "ListUsers", _READ, _list),
    Route("POST", "/api/v1/users", "CreateUser", _MANAGE, _create),
    Route("GET", "/api/v1/users/<id>", "GetUser", _READ, _get),
    Route("GET", "/api/v1/users/<id>/groups", "ListUserGroups", _READ, _groups),
    Route("DELETE", "/api/v1/users/<id>", "DeleteUser", _MANAGE, _delete),
    Route("DELETE", "/api/v1/users/<id>/sessions", "ClearUserSessions", _MANAGE, _clear_sessions),
    _lifecycle("ActivateUser", "activate", lambda model, id_, by: model.people.activate(id_, by=by)),
    _lifecycle(
        "ReactivateUser", "reactivate", lambda model, id_, by: model.people.activate(id_, by=by, again=True)
    ),
    _lifecycle("DeactivateUser", "deactivate", lambda model, id_, by: model.people.deactivate(id_, by=by)),
    _lifecycle("SuspendUser", "suspend", lambda model, id_, by: model.people.suspend(id_, by=by)),
    _lifecycle("UnsuspendUser", "unsuspend", lambda model, id_, by: model.people.unsuspend(id_, by=by)),
    _lifecycle("UnlockUser", "unlock", lambda model, id_, by: model.people.unlock(id_, by=by)),
)
