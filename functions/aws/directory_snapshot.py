"""Who was in Identity Center's directory when it was last looked through, kept in the ledger's table.

After a deactivation the directory may no longer tell who somebody was; and of most people who leave it can
be told here that they have never been in it. Items: pk `DIRECTORY`, sk the Okta id; and pk `SNAPSHOT`.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING

from functions.aws.items import items
from functions.aws.people import Person

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

DIRECTORY, SNAPSHOT = "DIRECTORY", "SNAPSHOT"


class DirectorySnapshot:
    """Gateway to the snapshot. Nobody is taken out of it: that is what it is for."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._marker: dict[str, AttributeValueTypeDef] = {"pk": {"S": SNAPSHOT}, "sk": {"S": DIRECTORY}}

    def taken_at(self) -> datetime | None:
        """When the directory was last looked through; None if never to the end."""
        item = self._dynamodb.get_item(TableName=self._table, Key=self._marker).get("Item", {})
        at = item.get("at", {}).get("S")
        return datetime.fromisoformat(at) if at else None

    def find(self, okta_ids: Sequence[str]) -> dict[str, Person]:
        """Those who had one of these Okta ids when last seen, by it."""
        keys = [(DIRECTORY, okta_id) for okta_id in okta_ids]
        return {
            found["sk"]["S"]: Person(
                found["user_id"]["S"], found.get("user_name", {}).get("S"), found["sk"]["S"]
            )
            for found in items(self._dynamodb, self._table, keys)
        }

    def okta_id(self, name: str) -> str | None:
        """Of whoever had this userName or user id when last seen."""
        return next((okta_id for okta_id, who in self._known().items() if name in who), None)

    def refresh(self, people: Iterable[Person], now: datetime) -> int:
        """Write down who is new or has changed, and how many that were. `people`: the whole directory."""
        known = self._known()
        changed = [
            person for person in people if person.okta_id and known.get(person.okta_id) != _what(person)
        ]
        for person in changed:
            user_id, user_name = _what(person)
            item = {"pk": DIRECTORY, "sk": str(person.okta_id), "user_id": user_id, "user_name": user_name}
            self._put({name: {"S": value} for name, value in item.items()})
        self._put({**self._marker, "at": {"S": now.isoformat()}})
        return len(changed)

    def _known(self) -> dict[str, tuple[str, str]]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :pk",
            ExpressionAttributeValues={":pk": {"S": DIRECTORY}},
        )
        return {
            item["sk"]["S"]: (item["user_id"]["S"], item.get("user_name", {}).get("S", ""))
            for page in pages
            for item in page["Items"]
        }

    def _put(self, item: "dict[str, AttributeValueTypeDef]") -> None:
        self._dynamodb.put_item(TableName=self._table, Item=item)


def _what(person: Person) -> tuple[str, str]:
    return person.user_id, person.user_name or ""
