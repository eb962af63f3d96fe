"""What a long reading has found so far, kept in DynamoDB: one item for each stretch that one run has read."""

import json
import zlib
from dataclasses import dataclass
from typing import TYPE_CHECKING

from functions.aws.assignment_requests import AccountAssignment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEEP = 2 * 24 * 3600
"""Seconds until an item fades: no reading takes that long."""


@dataclass(frozen=True)
class Stretch:
    """Accounts that were read with all their assignments, and accounts that could not be."""

    read: frozenset[str]
    failed: frozenset[str]
    assignments: frozenset[AccountAssignment]

    @property
    def accounts(self) -> frozenset[str]:
        """All of them: reading goes on behind these."""
        return self.read | self.failed


class SweepStore:
    """Gateway to the table. Errors of the service come as botocore's ClientError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def put(self, sweep: str, number: int, stretch: Stretch, now: float) -> None:
        """Keep one stretch; the same number again replaces it. `now` is in seconds since the epoch."""
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": sweep},
                "sk": {"S": f"{number:05d}"},
                "found": {"B": _packed(stretch)},
                "expires": {"N": str(int(now) + KEEP)},
            },
        )

    def stretches(self, sweep: str) -> list[Stretch]:
        """All that this reading has found so far, in order."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :sweep",
            ExpressionAttributeValues={":sweep": {"S": sweep}},
            ConsistentRead=True,
        )
        return [_unpacked(item["found"]["B"]) for page in pages for item in page["Items"]]


def _packed(stretch: Stretch) -> bytes:
    # Amazon DynamoDB Developer Guide, "Quotas": an item has at most 400 KB; ids repeat, so this is a tenth.
    found = sorted(
        [a.account_id, a.permission_set_arn, a.principal_id, a.principal_type] for a in stretch.assignments
    )
    whole = {"read": sorted(stretch.read), "failed": sorted(stretch.failed), "assignments": found}
    return zlib.compress(json.dumps(whole, separators=(",", ":")).encode(), 9)


def _unpacked(data: bytes) -> Stretch:
    whole = json.loads(zlib.decompress(data))
    return Stretch(
        frozenset(whole["read"]),
        frozenset(whole["failed"]),
        frozenset(AccountAssignment(*each) for each in whole["assignments"]),
    )
