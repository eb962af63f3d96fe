"""A queue that EventBridge fills, read by a Lambda: envelopes out, failures back one by one, soon."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from typing import TYPE_CHECKING, Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.session import CONFIG

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient

LONGEST_WAIT = 900
"""Seconds between two attempts, at most."""

_logger = Logger()


class EnvelopeError(ValueError):
    """A message that is no EventBridge envelope; it goes to the dead-letter queue as it stands."""


@dataclass(frozen=True)
class Envelope:
    """An EventBridge event as a rule delivers it (Amazon EventBridge User Guide, "Event structure")."""

    id: str
    source: str
    detail_type: str
    time: datetime
    detail: Mapping[str, Any]
    resources: tuple[str, ...] = ()

    @classmethod
    def parse(cls, body: str) -> "Envelope":
        """Read a message body. Raises EnvelopeError with what is missing."""
        try:
            raw = json.loads(body)
            return cls(
                id=raw["id"],
                source=raw["source"],
                detail_type=raw["detail-type"],
                time=datetime.fromisoformat(raw["time"]),
                detail=raw["detail"],
                resources=tuple(raw.get("resources") or ()),
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EnvelopeError(f"not an EventBridge event: {error!r}") from error


def readable(event: Mapping[str, Any]) -> list[Envelope]:
    """The envelopes of a batch, for whoever must know all before handling each. Others are left out."""
    found = []
    for record in event["Records"]:
        try:
            found.append(Envelope.parse(record["body"]))
        except EnvelopeError:
            continue  # `each_envelope` hands it back, and says why.
    return found


def each_envelope(
    event: dict[str, Any], context: LambdaContext, handle: Callable[[Envelope], None]
) -> PartialItemFailureResponse:
    """Hand every message's envelope to `handle`; one that raises goes back to the queue alone."""

    def record_handler(record: SQSRecord) -> None:
        try:
            handle(Envelope.parse(record.body))
        except Exception:
            # The batch processor keeps the error to itself: without this line nobody learns why.
            _logger.exception("message goes back to its queue", extra={"message_id": record.message_id})
            _come_back_soon(record)
            raise

    return process_partial_response(
        event=event,
        record_handler=record_handler,
        processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )


def wait_before(attempt: int) -> int:
    """Seconds until the attempt after this one (the first is 1): 2, 8, 32, 128, 512, then LONGEST_WAIT."""
    return min(2 << 2 * (attempt - 1), LONGEST_WAIT)


def _come_back_soon(record: SQSRecord) -> None:
    """Shorten the wait for the next attempt: the queue's own visibility timeout is many minutes.

    Amazon SQS Developer Guide, "Amazon SQS visibility timeout". Where that fails, the queue's own timeout
    brings the message back, only later.
    """
    wait = wait_before(int(record.attributes.approximate_receive_count))
    _, _, _, region, account, name = record.event_source_arn.split(":", 5)
    try:
        _sqs(region).change_message_visibility(
            QueueUrl=f"https://sqs.{region}.amazonaws.com/{account}/{name}",
            ReceiptHandle=record.receipt_handle,
            VisibilityTimeout=wait,
        )
    except (BotoCoreError, ClientError) as error:
        _logger.warning("the next attempt waits for the queue's own timeout", extra={"reason": str(error)})


@cache
def _sqs(region: str) -> "SQSClient":
    return boto3.client("sqs", region_name=region, config=CONFIG)
