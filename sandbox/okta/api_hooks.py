"""Event Hooks API. Okta: "Event Hooks"."""

from sandbox.okta.records import Hook
from sandbox.okta.web import Call, Reply, Route

_READ, _MANAGE = "okta.eventHooks.read", "okta.eventHooks.manage"
_HOOK = "/api/v1/eventHooks/<id>"


def _shown(call: Call, hook: Hook) -> Reply:
    return Reply(call.model.hooks.body(hook))


def _list(call: Call) -> Reply:
    return Reply([call.model.hooks.body(hook) for hook in call.model.hooks.all()])


def _create(call: Call) -> Reply:
    return _shown(call, call.model.hooks.create(call.json(), by=call.by))


def _get(call: Call) -> Reply:
    return _shown(call, call.model.hooks.get(call.path["id"]))


def _replace(call: Call) -> Reply:
    return _shown(call, call.model.hooks.replace(call.path["id"], call.json(), by=call.by))


def _delete(call: Call) -> Reply:
    call.model.hooks.delete(call.path["id"], by=call.by)
    return Reply(status=204)


def _verify(call: Call) -> Reply:
    return _shown(call, call.model.deliveries.verify(call.path["id"]))


def _activate(call: Call) -> Reply:
    return _shown(call, call.model.hooks.set_active(call.path["id"], True, by=call.by))


def _deactivate(call: Call) -> Reply:
    return _shown(call, call.model.hooks.set_active(call.path["id"], False, by=call.by))


ROUTES = (
    Route("GET", "/api/v1/eventHooks", "ListEventHooks", _READ, _list),
    Route("POST", "/api/v1/eventHooks", "CreateEventHook", _MANAGE, _create),
    Route("GET", _HOOK, "GetEventHook", _READ, _get),
    Route("PUT", _HOOK, "ReplaceEventHook", _MANAGE, _replace),
    Route("DELETE", _HOOK, "DeleteEventHook", _MANAGE, _delete),
    Route("POST", f"{_HOOK}/lifecycle/verify", "VerifyEventHook", _MANAGE, _verify),
    Route("POST", f"{_HOOK}/lifecycle/activate", "ActivateEventHook", _MANAGE, _activate),
    Route("POST", f"{_HOOK}/lifecycle/deactivate", "DeactivateEventHook", _MANAGE, _deactivate),
)
