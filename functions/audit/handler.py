"""The ledger has changed: write it into the audit trail, once, where nobody can rewrite it."""

import os
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.batch import BatchProcessor, EventType, process_partial_response
from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.data_classes.dynamo_db_stream_event import DynamoDBRecord
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.audit.entry import entry
from functions.aws.audit_trail import AuditTrail
from functions.aws.session import CONFIG

log = Logger()


@cache
def trail() -> AuditTrail:
    """The bucket, once for a container's life. Raises KeyError where its name is not set."""
    return AuditTrail(boto3.client("s3", config=CONFIG), os.environ["OSTIARY_AUDIT_BUCKET"])


def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """The stream's records, each an entry; from the first that cannot be kept on they come again."""
    processor = BatchProcessor(event_type=EventType.DynamoDBStreams)
    return process_partial_response(event=event, record_handler=_keep, processor=processor, context=context)


def _keep(record: DynamoDBRecord) -> None:
    try:
        made = entry(record.raw_event)
        if not trail().put(made.key, made.text()):
            log.info("the entry is there already", extra={"event_id": made.event_id})
    except Exception:
        # The batch processor keeps the error to itself: without this line nobody learns why.
        log.exception("an entry could not be kept", extra={"event_id": record.event_id})
        raise
