"""One change of the ledger as the audit trail keeps it. Pure.

Amazon DynamoDB Streams API Reference, "Record" and "StreamRecord". A stream does not say who wrote: only of
what DynamoDB itself removes does it name a principal.
"""

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from enum import StrEnum
from typing import Any

from functions.aws.audit_trail import folder
from functions.aws.ledger import AUDIT, LOSS, OPEN, PERSON, STATE

Image = Mapping[str, Any]


class Item(StrEnum):
    """Which of a person's items in the ledger."""

    RECORD = "record"
    REVOCATION = "open revocation"
    NOTE = "note"
    LOSS = "partial loss"
    OTHER = "other"


@dataclass(frozen=True)
class Entry:
    """What changed, when, and by which trigger. `changes` are pairs from/to by path; `after` is all of it.

    `expected`: it is what the function that writes the ledger would do to this item. `sequence` orders the
    entries of one second; `principal` is None where the stream does not tell, which is nearly always.
    """

    event_id: str
    sequence: str
    at: str
    person: str
    item: Item
    pk: str
    sk: str
    change: str
    changes: Mapping[str, Mapping[str, Any]]
    after: Image | None
    trigger: str | None
    principal: str | None
    expected: bool

    @property
    def key(self) -> str:
        """Where it lies in the bucket: the same for every delivery of the same stream record."""
        return f"{folder(self.person)}{self.at}-{self.sequence:0>40}-{self.event_id}.json"

    def text(self) -> str:
        """As it is kept: the same for every delivery of the same stream record."""
        return json.dumps(asdict(self), sort_keys=True, ensure_ascii=False)

    @classmethod
    def read(cls, text: str) -> "Entry":
        """Read it back. Raises KeyError, TypeError or ValueError where it is something else."""
        raw = json.loads(text)
        return cls(**{**raw, "item": Item(raw["item"])})


def entry(record: Mapping[str, Any]) -> Entry:
    """The entry of a stream record, as a function gets it. Whatever the item holds, there is one."""
    change = record["dynamodb"]
    keys = plain(change["Keys"])
    before = plain(change["OldImage"]) if "OldImage" in change else None
    after = plain(change["NewImage"]) if "NewImage" in change else None
    person, item = _whose(str(keys["pk"]), str(keys["sk"]))
    at = datetime.fromtimestamp(float(change["ApproximateCreationDateTime"]), UTC)
    return Entry(
        event_id=record["eventID"],
        sequence=change["SequenceNumber"],
        at=f"{at:%Y-%m-%dT%H:%M:%SZ}",
        person=person,
        item=item,
        pk=str(keys["pk"]),
        sk=str(keys["sk"]),
        change={"INSERT": "made", "MODIFY": "changed", "REMOVE": "removed"}[record["eventName"]],
        changes=_changes(before or {}, after or {}),
        after=after,
        trigger=_trigger(after or before or {}),
        principal=(record.get("userIdentity") or {}).get("principalId"),
        expected=_expected(item, before, after),
    )


def plain(image: Image) -> dict[str, Any]:
    """An item without DynamoDB's types: everything that JSON has."""
    return {name: _plain(value) for name, value in image.items()}


def _plain(typed: Mapping[str, Any]) -> Any:
    ((kind, value),) = typed.items()
    match kind:
        case "M":
            return plain(value)
        case "L":
            return [_plain(each) for each in value]
        case "SS" | "NS" | "BS":
            return sorted(map(str, value))
        case "NULL":
            return None
        case "N":
            return int(value) if str(value).lstrip("-").isdigit() else str(value)
        case "BOOL":
            return bool(value)
        case _:
            return str(value)


def _whose(pk: str, sk: str) -> tuple[str, Item]:
    if pk == OPEN:
        return sk, Item.REVOCATION
    if pk == LOSS:
        return f"okta:{sk.partition('#')[0]}", Item.LOSS
    if pk.startswith(AUDIT):
        return pk.removeprefix(AUDIT), Item.NOTE
    if pk.startswith(PERSON):
        return pk.removeprefix(PERSON), Item.RECORD if sk == STATE else Item.OTHER
    return pk, Item.OTHER


def _changes(before: Image, after: Image) -> dict[str, dict[str, Any]]:
    """By path, where both differ: `from` and `to`, without the one that is not there."""
    old, new = dict(_leaves(before)), dict(_leaves(after))
    return {
        path: {word: side[path] for word, side in (("from", old), ("to", new)) if path in side}
        for path in sorted(old.keys() | new.keys())
        if path not in old or path not in new or old[path] != new[path]
    }


def _leaves(image: Image, path: str = "") -> list[tuple[str, Any]]:
    found: list[tuple[str, Any]] = []
    for name, value in image.items():
        inner = isinstance(value, Mapping) and value
        found += _leaves(value, f"{path}{name}.") if inner else [(f"{path}{name}", value)]
    return found


def _trigger(image: Image) -> str | None:
    """The uuid of the event that it was done for, where the item names it."""
    holder = image
    for name in ("document", "occasion"):
        inner = holder.get(name)
        holder = inner if isinstance(inner, Mapping) else holder
    found = holder.get("trigger")
    return found if isinstance(found, str) else None


def _expected(item: Item, before: Image | None, after: Image | None) -> bool:
    """Whether the function does that: it counts versions up, adds notes, and takes neither records nor notes
    away. Of an open revocation this cannot be told by itself: see functions.audit.history."""
    match item:
        case Item.RECORD | Item.LOSS if after is not None:
            counted = (before or {}).get("version", 0)
            return isinstance(counted, int) and after.get("version") == counted + 1
        case Item.RECORD:
            return False
        case Item.NOTE:
            return before is None
        case Item.REVOCATION | Item.LOSS:
            return True
        case _:
            return False
