"""What API Gateway hands over, made readable (API Gateway Developer Guide, "Lambda proxy integrations").

Header names come in the sender's case or lower-cased, depending on the road; here they are lower case.
"""

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Self

BODY_LIMIT = 5 * 1024 * 1024
"""Bytes. Lambda takes at most 6 MB of request, base64 and all."""


class BadRequestError(Exception):
    """A request that cannot be served. `status` is a 4xx, the message says why, without quoting the body."""

    def __init__(self, status: int, message: str) -> None:
        super().__init__(message)
        self.status = status


@dataclass(frozen=True)
class Request:
    """One HTTP request of the REST API's proxy integration."""

    method: str
    headers: Mapping[str, str]
    raw_body: str
    is_base64: bool

    @classmethod
    def parse(cls, event: Mapping[str, Any]) -> Self:
        """Never raises: what is missing is empty."""
        body = event.get("body")
        return cls(
            method=str(event.get("httpMethod") or "").upper(),
            headers=_headers(event),
            raw_body=body if isinstance(body, str) else "",
            is_base64=event.get("isBase64Encoded") is True,
        )

    def body(self) -> bytes:
        """The body's bytes. Raises BadRequestError if it is too long, or not the base64 it should be."""
        limit = BODY_LIMIT * 4 // 3 + 4 if self.is_base64 else BODY_LIMIT
        if len(self.raw_body) > limit:
            raise BadRequestError(413, f"the body is longer than {BODY_LIMIT} bytes")
        if not self.is_base64:
            return self.raw_body.encode("utf-8", "surrogatepass")
        try:
            return base64.b64decode(self.raw_body, validate=True)
        except (binascii.Error, ValueError) as error:
            raise BadRequestError(400, "the body is not the base64 that it is said to be") from error

    def check_content_type(self) -> None:
        """Tolerant, as a 4xx is an event lost: refuses only what cannot be JSON. Raises BadRequestError."""
        kind = self.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind and "json" not in kind and kind not in ("text/plain", "application/octet-stream"):
            raise BadRequestError(415, "the content type must be application/json")


def _headers(event: Mapping[str, Any]) -> dict[str, str]:
    found: dict[str, str] = {}
    many = event.get("multiValueHeaders")
    if isinstance(many, Mapping):
        found |= {str(name).lower(): values[-1] for name, values in many.items() if _texts(values)}
    one = event.get("headers")
    if isinstance(one, Mapping):
        found |= {str(name).lower(): value for name, value in one.items() if isinstance(value, str)}
    return found


def _texts(values: Any) -> bool:
    return isinstance(values, list) and bool(values) and isinstance(values[-1], str)
