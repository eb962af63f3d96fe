"""Where the records of findings are kept: one DynamoDB item for each, claimed while it is worked on."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from functions.alerts.decision import Record, Sighting, Told
from functions.finding import Finding, Severity, State

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CLAIM = timedelta(seconds=60)
"""Longer than all channels take together to fail, and shorter than the queue's visibility time-out."""

KEEP_CLEAR = timedelta(days=30)
"""How long a resolved finding is remembered: longer than a message waits in a queue and its dead letters."""


class FindingBusyError(Exception):
    """Another delivery of the same finding is at work; the queue brings this one again."""


class FindingStore:
    """Gateway to the table of findings. Key `pk`: the finding's key; TTL attribute `expires`, epoch s."""

    def __init__(self, dynamodb: "DynamoDBClient", table: str) -> None:
        self._dynamodb = dynamodb
        self._table = table

    def claim(self, key: str, token: str, now: datetime) -> Record | None:
        """Take hold of a finding and read it; None if it is new. Raises FindingBusyError.

        Whoever crashes keeps the claim until it lapses, and then the finding is told again rather than
        never.
        """
        try:
            item = self._dynamodb.update_item(
                TableName=self._table,
                Key={"pk": {"S": key}},
                UpdateExpression="SET claim = :token, claimed_until = :until",
                ConditionExpression="attribute_not_exists(claimed_until) OR claimed_until < :now",
                ExpressionAttributeValues={
                    ":token": {"S": token},
                    ":until": {"N": str(_epoch(now + CLAIM))},
                    ":now": {"N": str(_epoch(now))},
                },
                ReturnValues="ALL_NEW",
            )["Attributes"]
        except ClientError as error:
            raise _busy(key, error) from error
        return _from_json(item["record"]["S"]) if "record" in item else None

    def save(self, token: str, record: Record) -> None:
        """Write the record and let go of it. Raises FindingBusyError if the claim was lost meanwhile."""
        finding = record.latest.finding
        item: dict[str, Any] = {
            "pk": {"S": finding.key},
            "record": {"S": _to_json(record)},
            "status": {"S": finding.state.value},
        }
        if finding.state is State.CLEAR:
            item["expires"] = {"N": str(_epoch(record.latest.at + KEEP_CLEAR))}
        try:
            self._dynamodb.put_item(
                TableName=self._table,
                Item=item,
                ConditionExpression="claim = :token",
                ExpressionAttributeValues={":token": {"S": token}},
            )
        except ClientError as error:
            raise _busy(finding.key, error) from error

    def is_open(self, key: str) -> bool:
        """Whether this finding is open now, as far as it was told."""
        item = self._dynamodb.get_item(
            TableName=self._table,
            Key={"pk": {"S": key}},
            ProjectionExpression="#status",
            ExpressionAttributeNames={"#status": "status"},
            ConsistentRead=True,
        ).get("Item", {})
        return item.get("status") == {"S": State.OPEN.value}

    def open(self) -> Iterator[Record]:
        """Every finding that is open now. A scan: the table holds what was found within weeks."""
        pages = self._dynamodb.get_paginator("scan").paginate(
            TableName=self._table,
            ConsistentRead=True,
            FilterExpression="#status = :open",
            ExpressionAttributeNames={"#status": "status"},
            ExpressionAttributeValues={":open": {"S": State.OPEN.value}},
        )
        for page in pages:
            for item in page["Items"]:
                yield _from_json(item["record"]["S"])


def _busy(key: str, error: ClientError) -> Exception:
    if error.response["Error"]["Code"] != "ConditionalCheckFailedException":
        return error
    return FindingBusyError(f"finding {key} is being told by another delivery; it comes again")


def _epoch(when: datetime) -> int:
    return int(when.timestamp())


def _to_json(record: Record) -> str:
    told = {
        channel: {"state": told.state, "severity": told.severity, "at": _iso(told.at)}
        for channel, told in record.told.items()
    }
    return json.dumps(
        {
            "finding": record.latest.finding.to_detail(),
            "at": _iso(record.latest.at),
            "since": _iso(record.since),
            "told": told,
            "failed": dict(record.failed),
        }
    )


def _from_json(text: str) -> Record:
    raw = json.loads(text)
    return Record(
        latest=Sighting(Finding.from_detail(raw["finding"]), datetime.fromisoformat(raw["at"])),
        since=datetime.fromisoformat(raw["since"]),
        told={
            channel: Told(
                State(told["state"]), Severity(told["severity"]), datetime.fromisoformat(told["at"])
            )
            for channel, told in raw["told"].items()
        },
        failed=raw.get("failed", {}),
    )


def _iso(when: datetime) -> str:
    return when.astimezone(UTC).isoformat()
