"""A queue that EventBridge fills, read by a Lambda: envelopes out, failures back one by one."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.sqs_event import SQSRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

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
            )
        except (KeyError, TypeError, ValueError) as error:
            raise EnvelopeError(f"not an EventBridge event: {error!r}") from error


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
            raise

    return process_partial_response(
        event=event,
        record_handler=record_handler,
        processor=BatchProcessor(event_type=EventType.SQS, raise_on_entire_batch_failure=False),
        context=context,
    )
