"""The ledger: one DynamoDB table that holds who may not come in, and everything that was done about it.

| pk | sk | what |
|---|---|---|
| `PERSON#<key>` | `STATE` | what is known of one person, with a version |
| `AUDIT#<key>` | the version, ten digits | one item for every change, never written twice |
| `OPEN` | `<key>` | one item for every open revocation: what the deny policies are rendered from |
| `LOSS` | `<Okta id>#<group>` | what one person lost with one group: see functions.aws.partial_losses |
| `LEASE` | `<name>` | see functions.aws.lease |

Conditions keep a writer of these from rewriting what was written; what keeps everybody from it is the audit
trail, which the table's stream feeds (functions.audit).
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from functions.aws.items import items

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef, TransactWriteItemTypeDef

PERSON, AUDIT = "PERSON#", "AUDIT#"
STATE = "STATE"
OPEN = "OPEN"
LOSS = "LOSS"


class LedgerConflictError(Exception):
    """Somebody else has changed this person's record since it was read: read it again."""


@dataclass(frozen=True)
class Stored:
    """A person's record as it is in the table; `version` counts its changes from 1."""

    version: int
    document: Mapping[str, Any]


@dataclass(frozen=True)
class Write:
    """A person's record to take the place of version `after` (0: there is none), with a note of the change.

    In the same transaction the person's entry among the open revocations is put or, if None, removed.
    """

    person: str
    document: Mapping[str, Any]
    after: int
    open_entry: Mapping[str, Any] | None
    audit: Mapping[str, Any]


class Ledger:
    """Gateway to the table. Errors of the service itself come as botocore's ClientError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def read(self, person: str) -> Stored | None:
        """A person's record, as last written."""
        key = _item({"pk": f"{PERSON}{person}", "sk": STATE})
        found = self._dynamodb.get_item(TableName=self._table, Key=key, ConsistentRead=True).get("Item")
        return None if found is None else _stored(found)

    def read_all(self, people: Sequence[str]) -> Mapping[str, Stored]:
        """The records of those who have one, as last written."""
        keys = [(f"{PERSON}{person}", STATE) for person in people]
        return {
            found["pk"]["S"].removeprefix(PERSON): _stored(found)
            for found in items(self._dynamodb, self._table, keys)
        }

    def write(self, writes: Sequence[Write]) -> None:
        """Write all or nothing; of one person one record at most.

        Raises LedgerConflictError if the version of any of them has moved on.
        """
        try:
            self._dynamodb.transact_write_items(
                TransactItems=[part for each in writes for part in self._parts(each)]
            )
        except self._dynamodb.exceptions.TransactionCanceledException as cancelled:
            reasons = {reason.get("Code") for reason in cancelled.response.get("CancellationReasons", [])}
            if reasons <= {"None", "ConditionalCheckFailed", "TransactionConflict"}:
                people = ", ".join(each.person for each in writes)
                raise LedgerConflictError(f"a newer record is there: {people}") from cancelled
            raise

    def open_entries(self) -> list[Mapping[str, Any]]:
        """All open revocations, as last written. Each has its person's key as `person`."""
        return list(self._open_entries())

    def history(self, person: str) -> list[Mapping[str, Any]]:
        """Every change of a person's record, oldest first."""
        return list(self._query(f"{AUDIT}{person}"))

    def held(self, person: str) -> "Mapping[str, Mapping[str, AttributeValueTypeDef]]":
        """A person's record and open revocation, by pk, as DynamoDB holds them now, typed; or neither."""
        record, revocation = {"pk": f"{PERSON}{person}", "sk": STATE}, {"pk": OPEN, "sk": person}
        found = {}
        for key in (record, revocation):
            answer = self._dynamodb.get_item(TableName=self._table, Key=_item(key), ConsistentRead=True)
            if "Item" in answer:
                found[key["pk"]] = answer["Item"]
        return found

    def _open_entries(self) -> Iterator[Mapping[str, Any]]:
        for item in self._query(OPEN):
            rest = {name: value for name, value in item.items() if name not in ("pk", "sk", "version")}
            yield {"person": item["sk"], **rest}

    def _query(self, pk: str) -> Iterator[dict[str, Any]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues=_item({":pk": pk}),
            ConsistentRead=True,
        )
        for page in pages:
            for item in page["Items"]:
                yield _plain(item)

    def _parts(self, write: Write) -> "list[TransactWriteItemTypeDef]":
        person, entry, version = write.person, write.open_entry, write.after + 1
        return [
            self._put_state(person, write.document, version),
            self._put_open(person, entry, version) if entry else self._delete_open(person),
            self._put_audit(person, write.audit, version),
        ]

    def _put_state(
        self, person: str, document: Mapping[str, Any], version: int
    ) -> "TransactWriteItemTypeDef":
        unchanged = "attribute_not_exists(pk)" if version == 1 else "version = :before"
        values = {} if version == 1 else {"ExpressionAttributeValues": _item({":before": version - 1})}
        item = {"pk": f"{PERSON}{person}", "sk": STATE, "version": version, "document": document}
        return {
            "Put": {
                "TableName": self._table,
                "Item": _item(item),
                "ConditionExpression": unchanged,
                **values,  # type: ignore[typeddict-item]  # mypy reads no optional key out of a spread
            }
        }

    def _put_open(self, person: str, entry: Mapping[str, Any], version: int) -> "TransactWriteItemTypeDef":
        # With the record's version, so that the audit trail tells whether it was written with the record.
        item = {**entry, "pk": OPEN, "sk": person, "version": version}
        return {"Put": {"TableName": self._table, "Item": _item(item)}}

    def _delete_open(self, person: str) -> "TransactWriteItemTypeDef":
        return {"Delete": {"TableName": self._table, "Key": _item({"pk": OPEN, "sk": person})}}

    def _put_audit(self, person: str, audit: Mapping[str, Any], version: int) -> "TransactWriteItemTypeDef":
        return {
            "Put": {
                "TableName": self._table,
                "Item": _item({**audit, "pk": f"{AUDIT}{person}", "sk": f"{version:010d}"}),
                "ConditionExpression": "attribute_not_exists(pk)",
            }
        }


def _stored(found: "Mapping[str, AttributeValueTypeDef]") -> Stored:
    item = _plain(found)
    return Stored(int(item["version"]), item["document"])


def _item(values: Mapping[str, Any]) -> dict[str, Any]:
    serialize = TypeSerializer().serialize
    return {name: serialize(value) for name, value in values.items()}


def _plain(item: Mapping[str, Any]) -> dict[str, Any]:
    deserialize = TypeDeserializer().deserialize
    return {name: deserialize(value) for name, value in item.items()}
