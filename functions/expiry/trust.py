"""Which certificates Identity Center was given: no API tells, so an operator records it."""

from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient
    from mypy_boto3_dynamodb.type_defs import AttributeValueTypeDef


@dataclass(frozen=True)
class Trusted:
    """A certificate that somebody says they imported into Identity Center, by its SHA-256 fingerprint."""

    fingerprint: str
    recorded_at: datetime
    by: str
    ends: datetime


class TrustBook:
    """Gateway to the table: one partition a SAML app, one item a certificate.

    Every method raises botocore's ClientError or BotoCoreError.
    """

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def of(self, app_id: str) -> tuple[Trusted, ...]:
        """What was recorded for one app. Empty: nobody ever did, or everything was forgotten."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :app",
            ExpressionAttributeValues={":app": {"S": app_id}},
            ConsistentRead=True,
        )
        return tuple(_read(item) for page in pages for item in page["Items"])

    def record(self, app_id: str, trusted: Trusted) -> None:
        """Recorded twice is recorded once, with the later word."""
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": app_id},
                "sk": {"S": trusted.fingerprint},
                "recorded_at": {"S": trusted.recorded_at.astimezone(UTC).isoformat()},
                "by": {"S": trusted.by},
                "ends": {"S": trusted.ends.astimezone(UTC).isoformat()},
            },
        )

    def forget(self, app_id: str, fingerprint: str) -> bool:
        """After it was deleted in Identity Center. False: it was not there."""
        answer = self._dynamodb.delete_item(
            TableName=self._table, Key={"pk": {"S": app_id}, "sk": {"S": fingerprint}}, ReturnValues="ALL_OLD"
        )
        return bool(answer.get("Attributes"))


def _read(item: "dict[str, AttributeValueTypeDef]") -> Trusted:
    return Trusted(
        fingerprint=item["sk"]["S"],
        recorded_at=datetime.fromisoformat(item["recorded_at"]["S"]),
        by=item["by"]["S"],
        ends=datetime.fromisoformat(item["ends"]["S"]),
    )
