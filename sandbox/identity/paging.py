"""Pages with a default and a greatest size, and tokens that mean nothing to the client."""

import base64
import binascii
import json
from collections.abc import Sequence
from typing import Any

from sandbox.identity.wire import AwsError, Call, Result

_SIZES = {"organizations": 20, "sso-admin": 100, "identitystore": 100, "account-access": 100}
"""Default, and greatest (the service models), number of results in a page."""


def page(call: Call, key: str, items: Sequence[Any]) -> Result:
    """The part of `items` this call asks for, under `key`. Raises AwsError on a token it did not give."""
    start = _start(call, len(items))
    end = start + call.params.get(_name(call, "MaxResults"), _SIZES[call.service])
    result: dict[str, Any] = {key: list(items[start:end])}
    if end < len(items):
        token = json.dumps([call.operation, end]).encode()
        result[_name(call, "NextToken")] = base64.urlsafe_b64encode(token).decode()
    return result


def _start(call: Call, count: int) -> int:
    token = call.params.get(_name(call, "NextToken"))
    if not token:
        return 0
    try:
        operation, start = json.loads(base64.urlsafe_b64decode(token))
    except (binascii.Error, ValueError, TypeError) as error:
        raise _refused(call) from error
    if operation != call.operation or not isinstance(start, int) or not 0 <= start <= count:
        raise _refused(call)
    return start


def _name(call: Call, name: str) -> str:
    """REST services write the names of members in lower camel case."""
    return f"{name[0].lower()}{name[1:]}" if call.service == "account-access" else name


def _refused(call: Call) -> AwsError:
    if call.service == "organizations":
        message = "Get the value for the NextToken parameter from the response to a previous call"
        return AwsError("InvalidInputException", message, Reason="INVALID_NEXT_TOKEN")
    return AwsError("ValidationException", "The NextToken is not one that this operation returned")
