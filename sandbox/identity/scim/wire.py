"""SCIM's responses and errors, its filters and lists."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from werkzeug.wrappers import Response

from sandbox.identity.directory import Entity, ExternalId
from sandbox.identity.settings import SCIM_ISSUER

_MESSAGES = "urn:ietf:params:scim:api:messages:2.0"
_CONDITION = re.compile(r'\s*(?P<attribute>[\w.]+)\s+eq\s+"(?P<value>(?:[^"\\]|\\.)*)"\s*', re.IGNORECASE)
_PAGE = 100

Args = Mapping[str, str]
"""The query."""
Reply = tuple[int, dict[str, Any] | None]
"""Status and body."""
Action = Callable[[str, Args, Any], Reply]
"""Answers for a resource id (empty where there is none), a query and a body."""


class ScimError(Exception):
    """An error in SCIM's form (RFC 7644, 3.12)."""

    def __init__(self, status: int, detail: str, scim_type: str | None = None) -> None:
        super().__init__(detail)
        self.status = status
        self.detail = detail
        self.scim_type = scim_type

    def response(self) -> Response:
        """Answer with it."""
        body = {
            "schemas": [f"{_MESSAGES}:Error"],
            "detail": self.detail,
            "status": str(self.status),
            "exceptionRequestId": str(uuid4()),
            "timeStamp": f"{datetime.now(UTC):%Y-%m-%d %H:%M:%S}.000",
        }
        if self.scim_type:
            body["scimType"] = self.scim_type
        return answer(self.status, body)


def answer(status: int, body: Any) -> Response:
    """A response; no body where there is nothing to say."""
    text = "" if body is None else json.dumps(body)
    return Response(text, status, content_type="application/scim+json")


@dataclass(frozen=True)
class Condition:
    """`attribute eq "value"`; attribute names are compared without case, so `attribute` is lower case."""

    attribute: str
    value: str


def conditions(text: str | None, allowed: Sequence[frozenset[str]]) -> list[Condition]:
    """Read a filter, joined by `and`. Raises ScimError unless its attributes are one of the sets allowed."""
    if not text:
        return []
    found = []
    for part in re.split(r"\s+and\s+", text):
        match = _CONDITION.fullmatch(part)
        if match is None:
            raise ScimError(400, f"Filter is not supported: {text}", "invalidFilter")
        value = json.loads(f'"{match["value"]}"')
        found.append(Condition(match["attribute"].lower(), value))
    if frozenset(condition.attribute for condition in found) not in allowed:
        raise ScimError(400, f"Filter is not supported: {text}", "invalidFilter")
    return found


def listing(resources: Sequence[Mapping[str, Any]], args: Mapping[str, str]) -> dict[str, Any]:
    """A page: by `startIndex` and `count`, or by `cursor` and `count` (RFC 9865)."""
    try:
        count = min(int(args.get("count", _PAGE)), _PAGE)
        start = int(args["cursor"] or 0) if "cursor" in args else int(args.get("startIndex", 1)) - 1
    except ValueError as error:
        raise ScimError(
            400, "count, startIndex or cursor is not what was returned", "invalidValue"
        ) from error
    start = max(start, 0)
    chosen = list(resources[start : start + max(count, 0)])
    result: dict[str, Any] = {
        "schemas": [f"{_MESSAGES}:ListResponse"],
        "totalResults": len(resources),
        "itemsPerPage": len(chosen),
        "startIndex": start + 1,
        "Resources": chosen,
    }
    if "cursor" in args and start + len(chosen) < len(resources):
        result["nextCursor"] = str(start + len(chosen))
    return result


def operations(body: Any) -> list[tuple[str, str | None, Any]]:
    """Operation, path and value of each change in a PATCH body. Raises ScimError."""
    found = []
    for change in _list(body, "Operations"):
        kind = str(change.get("op", "")).lower() if isinstance(change, dict) else ""
        if kind not in ("add", "remove", "replace"):
            raise ScimError(400, "Each operation needs op add, remove or replace", "invalidSyntax")
        found.append((kind, change.get("path"), change.get("value")))
    return found


def external_ids(body: Mapping[str, Any]) -> tuple[ExternalId, ...]:
    """The provider's id, as the identity store keeps it."""
    external = body.get("externalId")
    return (ExternalId(SCIM_ISSUER, str(external)),) if external else ()


def common(entity: Entity, kind: str) -> dict[str, Any]:
    """What users and groups have in common."""
    stamp = "%Y-%m-%dT%H:%M:%SZ"
    shape: dict[str, Any] = {
        "id": entity.id,
        "meta": {
            "resourceType": kind,
            "created": f"{entity.created:{stamp}}",
            "lastModified": f"{entity.updated:{stamp}}",
        },
        "schemas": [f"urn:ietf:params:scim:schemas:core:2.0:{kind}"],
    }
    external = [each.id for each in entity.external_ids if each.issuer == SCIM_ISSUER]
    return {**shape, "externalId": external[0]} if external else shape


def _list(body: Any, key: str) -> list[Any]:
    value = body.get(key) if isinstance(body, dict) else None
    if not isinstance(value, list) or not value:
        raise ScimError(400, f"{key} is missing", "invalidSyntax")
    return value
