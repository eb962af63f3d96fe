"""Where a reader of a log stands, kept in DynamoDB: one item a log, changed only by whoever read it last."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class CursorMovedError(Exception):
    """Another reader has moved the cursor meanwhile: leave the rest to it."""


@dataclass(frozen=True)
class Position:
    """Where reading goes on.

    `next` is the address of the next page (None: begin a little before `reached`), `asks` names the question
    that it belongs to; all that was written before `reached` is read. `gap` is when it was last found that
    something can no longer be read. `version` counts the changes.
    """

    next: str | None
    asks: str
    reached: datetime
    gap: datetime | None = None
    version: int = 0


class Cursor:
    """Gateway to the one item `name`. Errors of the service itself come as botocore's ClientError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str, name: str) -> None:
        self._dynamodb = dynamodb
        self._table = table
        self._key: dict[str, AttributeValueTypeDef] = {"pk": {"S": name}}

    def read(self) -> Position | None:
        """As last written; None if it never was, or is lost."""
        item = self._dynamodb.get_item(TableName=self._table, Key=self._key, ConsistentRead=True).get("Item")
        if item is None:
            return None
        return Position(
            next=item.get("next", {}).get("S"),
            asks=item["asks"]["S"],
            reached=datetime.fromisoformat(item["reached"]["S"]),
            gap=datetime.fromisoformat(item["gap"]["S"]) if "gap" in item else None,
            version=int(item["version"]["N"]),
        )

    def move(self, position: Position) -> Position:
        """Write it over the version it came from, and return it with its new one.

        Raises CursorMovedError if that version is not the latest any more.
        """
        version = position.version + 1
        item: dict[str, AttributeValueTypeDef] = {
            **self._key,
            "asks": {"S": position.asks},
            "reached": {"S": position.reached.isoformat()},
            "version": {"N": str(version)},
        }
        if position.next is not None:
            item["next"] = {"S": position.next}
        if position.gap is not None:
            item["gap"] = {"S": position.gap.isoformat()}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="attribute_not_exists(pk) OR version = :before",
                ExpressionAttributeValues={":before": {"N": str(position.version)}},
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as moved:
            raise CursorMovedError(f"the cursor is no longer version {position.version}") from moved
        return Position(position.next, position.asks, position.reached, position.gap, version)
