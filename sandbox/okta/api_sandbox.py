"""What Okta does not have: handles for tests and for the sandbox, under `/_sandbox`, open to all callers."""

import json
from dataclasses import asdict, replace
from typing import Any

from sandbox.faults import FaultError
from sandbox.okta.errors import invalid
from sandbox.okta.web import Call, Reply, Route

_RATES = ("duplicate", "reorder", "drop")


def _set_faults(call: Call) -> Reply:
    try:
        call.faults.set(json.loads(call.request.get_data() or b"null"))
    except FaultError as error:
        raise invalid("faults", str(error)) from error
    except ValueError as error:
        raise invalid("faults", "the body is not JSON") from error
    return Reply(status=204)


def _faults(call: Call) -> Reply:
    return Reply(call.faults.current())


def _calls(call: Call) -> Reply:
    return Reply(call.faults.calls())


def _reset_calls(call: Call) -> Reply:
    call.faults.reset()
    return Reply(status=204)


def _sessions(call: Call) -> Reply:
    return Reply(call.model.sessions.remaining(call.request.args.get("userId")))


def _lock(call: Call) -> Reply:
    call.model.lock(call.path["id"])
    return Reply({})


def _certificate(call: Call) -> Reply:
    days = call.json().get("days_left")
    if not isinstance(days, int | float):
        raise invalid("days_left", "a number of days, negative for a certificate that has expired")
    return Reply(call.model.set_signing_certificate(days_left=days).body())


def _sync_state(call: Call) -> Reply:
    """As after a push to Identity Center that it refused."""
    wanted = call.json().get("syncState")
    if wanted not in ("SYNCHRONIZED", "ERROR", "OUT_OF_SYNC"):
        raise invalid("syncState", "SYNCHRONIZED, ERROR or OUT_OF_SYNC")
    with call.model.organization.lock:
        call.model.app.assignments.get(call.path["id"]).sync_state = wanted
    return Reply(status=204)


def _push_state(call: Call) -> Reply:
    """As after a push of a group that Identity Center refused; no error: it is well again."""
    error = call.json().get("errorSummary")
    with call.model.organization.lock:
        mapping = call.model.app.pushes.get(call.path["id"])
        mapping.status, mapping.error = ("ERROR", str(error)) if error else ("ACTIVE", None)
    return Reply(status=204)


def _reset_factor(call: Call) -> Reply:
    """As the help desk does: all factors of a person are gone."""
    call.model.reset_factors(call.path["id"])
    return Reply(status=204)


def _delivery(call: Call) -> Reply:
    return Reply(asdict(call.model.deliveries.chaos))


def _set_delivery(call: Call) -> Reply:
    call.model.deliveries.chaos = replace(call.model.deliveries.chaos, **_chaos(call.json()))
    return Reply(status=204)


def _chaos(wanted: dict[str, Any]) -> dict[str, Any]:
    for name, value in wanted.items():
        if name not in (*_RATES, "hold_seconds") or not isinstance(value, int | float):
            raise invalid(name, f"numbers for {', '.join(_RATES)} (0 to 1) and hold_seconds")
    return wanted


def _route(method: str, path: str, handler: Any) -> Route:
    return Route(method, f"/_sandbox/{path}", path, None, handler, signed_in=False, counted=False)


ROUTES = (
    _route("PUT", "faults", _set_faults),
    _route("GET", "faults", _faults),
    _route("GET", "calls", _calls),
    _route("DELETE", "calls", _reset_calls),
    _route("GET", "sessions", _sessions),
    _route("POST", "users/<id>/lock", _lock),
    _route("POST", "certificate", _certificate),
    _route("PUT", "users/<id>/syncState", _sync_state),
    _route("PUT", "mappings/<id>", _push_state),
    _route("POST", "users/<id>/resetFactors", _reset_factor),
    _route("GET", "delivery", _delivery),
    _route("PUT", "delivery", _set_delivery),
)
