"""REST and JSON on the wire: a request becomes a Call by the bindings of botocore's own service model."""

import json
import re
from collections.abc import Mapping
from functools import cache
from typing import Any

from botocore.model import OperationModel
from werkzeug.wrappers import Request

from sandbox.identity.validation import model
from sandbox.identity.wire import AwsError, Call, caller, scope

SERVICES = ("account-access",)
"""By boto3's name, which is also the one that requests to them are signed for."""


def serves(request: Request) -> bool:
    """Whether the request is signed for one of these services."""
    return scope(request).service in SERVICES


def parse(request: Request) -> Call:
    """Read a request. Raises AwsError where the service has no such operation, or the body is not JSON."""
    signed = scope(request)
    for name in model(signed.service).operation_names:
        operation = model(signed.service).operation_model(name)
        match = _path(operation.http["requestUri"]).fullmatch(request.path)
        if match and operation.http["method"] == request.method:
            params = _params(operation, request, match.groupdict())
            return Call(signed.service, name, params, caller(request), region=signed.region)
    raise AwsError("UnknownOperationException", f"{signed.service} has no {request.method} {request.path}")


def _params(operation: OperationModel, request: Request, path: Mapping[str, str]) -> dict[str, Any]:
    shape: Any = operation.input_shape
    by_place: dict[str, Mapping[str, Any]] = {"uri": path, "querystring": request.args, "": _body(request)}
    found = {}
    for name, member in shape.members.items():
        place = member.serialization.get("location", "")
        value = by_place[place].get(member.serialization.get("name", name))
        if value is not None:
            found[name] = value
    return found


def _body(request: Request) -> Mapping[str, Any]:
    try:
        body = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(body, dict):
        raise AwsError("SerializationException", "The body is not a JSON object")
    return body


@cache
def _path(template: str) -> re.Pattern[str]:
    """`/entitlements/{entitlementId}`; a label holds anything: a slash in it was sent as %2F."""
    return re.compile(re.sub(r"\{(\w+)\}", r"(?P<\1>.+)", template))
