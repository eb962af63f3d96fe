"""What single comparisons have taken away of late, kept in the table of long readings."""

import json
import zlib
from collections.abc import Collection
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING
from uuid import uuid4

from functions.aws.assignment_requests import AccountAssignment

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

KEY = "removals"
"""No reading has this name: theirs are times."""

KEEP = timedelta(days=2)
"""Until an entry fades."""


class RemovalStore:
    """Gateway to the table. Errors of the service come as botocore's ClientError."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def note(self, removals: Collection[AccountAssignment], now: datetime) -> str:
        """Write down that these are about to go, before the first does. The entry's name, for `withdraw`."""
        name = f"{_stamp(now)}#{uuid4()}"
        self._put(name, removals, now)
        return name

    def withdraw(self, name: str, now: datetime) -> None:
        """None of that entry went."""
        self._put(name, (), now)

    def since(self, moment: datetime) -> frozenset[AccountAssignment]:
        """All that was noted from then on: each once, however often it was noted. A read that sees every
        entry written before it, so that of two that note at once at least one sees both."""
        pages = self._dynamodb.get_paginator("query").paginate(
            TableName=self._table,
            KeyConditionExpression="pk = :key AND sk >= :since",
            ExpressionAttributeValues={":key": {"S": KEY}, ":since": {"S": _stamp(moment)}},
            ConsistentRead=True,
        )
        return frozenset(
            AccountAssignment(*each)
            for page in pages
            for item in page["Items"]
            for each in json.loads(zlib.decompress(item["removals"]["B"]))
        )

    def _put(self, name: str, removals: Collection[AccountAssignment], now: datetime) -> None:
        listed = sorted(
            [a.account_id, a.permission_set_arn, a.principal_id, a.principal_type] for a in removals
        )
        self._dynamodb.put_item(
            TableName=self._table,
            Item={
                "pk": {"S": KEY},
                "sk": {"S": name},
                "removals": {"B": zlib.compress(json.dumps(listed).encode(), 9)},
                "expires": {"N": str(int((now + KEEP).timestamp()))},
            },
        )


def _stamp(moment: datetime) -> str:
    """Of one length, so that they sort as time does."""
    return moment.astimezone(UTC).isoformat(timespec="microseconds")
