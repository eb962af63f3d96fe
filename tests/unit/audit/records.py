"""Stream records as Lambda hands them over, made from what the ledger's own gateway writes."""

from collections.abc import Mapping
from typing import Any

from boto3.dynamodb.types import TypeSerializer

AT = 1_795_370_400.0
"""2026-11-22 18:00:00 UTC."""

DOCUMENT = {
    "status": "open",
    "login": "john@example.com",
    "occasion": {"trigger": "uuid-1", "reason": "suspend"},
    "steps": {"deny": {"state": "failed"}},
    "taken": {"groups": ["g-1"]},
}


def typed(item: Mapping[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in item.items()}


def stream_record(
    before: Mapping[str, Any] | None, after: Mapping[str, Any] | None, *, number: int = 1, at: float = AT
) -> dict[str, Any]:
    """What DynamoDB tells of one change. `number` is its place in the stream."""
    there = after or before or {}
    change: dict[str, Any] = {
        "ApproximateCreationDateTime": at,
        "Keys": typed({name: there[name] for name in ("pk", "sk")}),
        "SequenceNumber": f"{number:0>21}",
        "StreamViewType": "NEW_AND_OLD_IMAGES",
    }
    if before is not None:
        change["OldImage"] = typed(before)
    if after is not None:
        change["NewImage"] = typed(after)
    name = "MODIFY" if before and after else "INSERT" if after else "REMOVE"
    return {
        "eventID": f"{number:0>32x}",
        "eventName": name,
        "eventSource": "aws:dynamodb",
        "dynamodb": change,
    }


def state(version: int, person: str = "okta:00u1", **document: Any) -> dict[str, Any]:
    """A person's record as the ledger holds it."""
    return {
        "pk": f"PERSON#{person}",
        "sk": "STATE",
        "version": version,
        "document": {**DOCUMENT, **document},
    }


def opened(person: str = "okta:00u1", version: int = 1, **entry: Any) -> dict[str, Any]:
    """Their entry among the open revocations, as it was put with this version of the record."""
    return {"pk": "OPEN", "sk": person, "version": version, "user_id": "u-1", "reasons": ["suspend"], **entry}


def note(version: int, person: str = "okta:00u1") -> dict[str, Any]:
    """The note that the function adds to every change."""
    return {"pk": f"AUDIT#{person}", "sk": f"{version:010d}", "change": "left", "trigger": "uuid-1"}
