"""AWS JSON 1.1 on the wire: a request becomes a Call, a result or an AwsError becomes a response."""

import json
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from werkzeug.wrappers import Request, Response

from functions.aws.session import APP_ID
from sandbox.identity.settings import MANAGEMENT_ACCOUNT

TARGETS = {
    "AWSOrganizationsV20161128": "organizations",
    "SWBExternalService": "sso-admin",
    "AWSIdentityStore": "identitystore",
}
"""`X-Amz-Target` prefixes, from the service models, by boto3's service name."""

_OWN_ROLE = "ostiary-function"

_CREDENTIAL = re.compile(r"Credential=(\d{12})/")
_SCOPE = re.compile(r"Credential=[^/]+/\d{8}/(?P<region>[^/]+)/(?P<service>[^/]+)/aws4_request")


@dataclass(frozen=True)
class Call:
    """One API call, as boto3 would name it. `caller` is the calling account's id."""

    service: str
    operation: str
    params: Mapping[str, Any]
    caller: str = MANAGEMENT_ACCOUNT
    region: str = ""
    """The Region that it is signed for, where that matters."""
    role: str = ""
    """The calling role, where it is known."""


@dataclass(frozen=True)
class Scope:
    """What a request is signed for (IAM User Guide, "Create a signed AWS API request")."""

    service: str = ""
    region: str = ""


Result = Mapping[str, Any]
Handler = Callable[[Call], Result]


class AwsError(Exception):
    """An error of the AWS API: boto3 raises it as ClientError with this code."""

    def __init__(self, code: str, message: str, *, status: int = 400, **members: str) -> None:
        super().__init__(f"{code}: {message}")
        self.code = code
        self.message = message
        self.status = status
        self.members = members

    def response(self) -> Response:
        """Answer with it. `members` are the modeled ones, e.g. Reason."""
        body = {"__type": self.code, "message": self.message, "Message": self.message, **self.members}
        return _respond(body, self.status)


def parse(request: Request) -> Call:
    """Read a request. Raises AwsError where it is none of the three services."""
    prefix, _, operation = request.headers.get("X-Amz-Target", "").partition(".")
    if prefix not in TARGETS or not operation:
        raise AwsError(
            "UnknownOperationException",
            "The identity plane speaks organizations, sso-admin and identitystore (X-Amz-Target), and SCIM",
        )
    try:
        params = json.loads(request.get_data() or b"{}")
    except ValueError as error:
        raise AwsError("SerializationException", f"The body is not JSON: {error}") from error
    if not isinstance(params, dict):
        raise AwsError("SerializationException", "The body is not a JSON object")
    return Call(TARGETS[prefix], operation, params, caller(request), role=_role(request))


def caller(request: Request) -> str:
    """The calling account: a 12-digit access key id names it, any other key is the management account's."""
    match = _CREDENTIAL.search(request.headers.get("Authorization", ""))
    return match[1] if match else MANAGEMENT_ACCOUNT


def scope(request: Request) -> Scope:
    """The credential scope; empty where the request is not signed."""
    match = _SCOPE.search(request.headers.get("Authorization", ""))
    return Scope(match["service"], match["region"]) if match else Scope()


def _role(request: Request) -> str:
    """Credentials do not tell here, so Ostiary's own functions are known by the name that they go by."""
    return _OWN_ROLE if f"app/{APP_ID}" in request.headers.get("User-Agent", "") else ""


def respond(result: Result) -> Response:
    """Answer with a result."""
    return _respond(result, 200)


def _respond(body: Mapping[str, Any], status: int) -> Response:
    response = Response(json.dumps(body), status, content_type="application/x-amz-json-1.1")
    response.headers["x-amzn-RequestId"] = str(uuid4())
    return response
