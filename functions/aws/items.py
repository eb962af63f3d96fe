"""Many items of a DynamoDB table in one call."""

from collections.abc import Iterable, Iterator, Mapping
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef

KEYS_PER_CALL = 100
"""Amazon DynamoDB API Reference, "BatchGetItem"."""


def items(
    dynamodb: "DynamoDBClient", table: str, keys: Iterable[tuple[str, str]]
) -> "Iterator[Mapping[str, AttributeValueTypeDef]]":
    """Those of the items (pk, sk) that exist, as last written, in no order.

    What DynamoDB leaves unprocessed in its answer is asked for again, one by one: that it is not in the
    answer does not say that it does not exist.
    """
    wanted = list(dict.fromkeys(keys))
    for start in range(0, len(wanted), KEYS_PER_CALL):
        asked = [{"pk": {"S": pk}, "sk": {"S": sk}} for pk, sk in wanted[start : start + KEYS_PER_CALL]]
        answer = dynamodb.batch_get_item(RequestItems={table: {"Keys": asked, "ConsistentRead": True}})
        yield from answer["Responses"].get(table, [])
        for key in answer["UnprocessedKeys"].get(table, {"Keys": []})["Keys"]:
            found = dynamodb.get_item(TableName=table, Key=key, ConsistentRead=True)
            if "Item" in found:
                yield found["Item"]
