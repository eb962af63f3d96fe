"""Partial losses in the ledger's table: pk `LOSS`, sk the Okta ids of person and group, with a version."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from boto3.dynamodb.types import TypeDeserializer, TypeSerializer

from functions.aws.ledger import LOSS, LedgerConflictError, Stored

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


class PartialLosses:
    """Gateway to the items. Errors of the service itself come as botocore's ClientError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, person: str) -> dict[str, Stored]:
        """Those of one person by key, as last written."""
        return self._query("pk = :pk AND begins_with(sk, :person)", {":person": {"S": f"{person}#"}})

    def all(self) -> dict[str, Stored]:
        """Those of everybody by key, including what is over."""
        return self._query("pk = :pk", {})

    def write(self, key: str, document: Mapping[str, Any], *, after: int) -> None:
        """Replace version `after` (0: there is none). Raises LedgerConflictError if that is not the last."""
        item = _item({"pk": LOSS, "sk": key, "version": after + 1, "document": document})
        unchanged = "version = :before" if after else "attribute_not_exists(pk)"
        values = {"ExpressionAttributeValues": _item({":before": after})} if after else {}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression=unchanged,
                **values,  # type: ignore[arg-type]  # mypy reads no optional key out of a spread
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LedgerConflictError(f"{key} is no longer version {after}") from error

    def delete(self, key: str, *, after: int) -> None:
        """It is over. Raises LedgerConflictError if version `after` is not the last."""
        try:
            self._dynamodb.delete_item(
                TableName=self._table,
                Key=_key(key),
                ConditionExpression="attribute_not_exists(pk) OR version = :before",
                ExpressionAttributeValues=_item({":before": after}),
            )
        except self._dynamodb.exceptions.ConditionalCheckFailedException as error:
            raise LedgerConflictError(f"{key} is no longer version {after}") from error

    def _query(self, which: str, values: "dict[str, AttributeValueTypeDef]") -> dict[str, Stored]:
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression=which,
            ExpressionAttributeValues={":pk": {"S": LOSS}, **values},
            ConsistentRead=True,
        )
        return {item["sk"]["S"]: _stored(item) for page in pages for item in page["Items"]}


def _key(key: str) -> "dict[str, AttributeValueTypeDef]":
    return {"pk": {"S": LOSS}, "sk": {"S": key}}


def _stored(item: Mapping[str, Any]) -> Stored:
    read = {name: TypeDeserializer().deserialize(value) for name, value in item.items()}
    return Stored(int(read["version"]), read["document"])


def _item(values: Mapping[str, Any]) -> dict[str, Any]:
    return {name: TypeSerializer().serialize(value) for name, value in values.items()}
