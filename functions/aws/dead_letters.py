"""What the queues gave up on: counted, looked at, sent once more."""

import json
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, Self

if TYPE_CHECKING:
    from mypy_boto3_sqs import SQSClient
    from mypy_boto3_sqs.type_defs import MessageTypeDef

PREFIX = "ostiary-"
SUFFIX = "-dlq"

LOOK_SECONDS = 30
"""While somebody looks at a message, or it is being moved, nobody else has it."""


class NoSuchQueueError(LookupError):
    """There is no such dead-letter queue, or none with a queue that it belongs to."""


@dataclass(frozen=True)
class Count:
    """A dead-letter queue, by the name of what failed: `leavers` for `ostiary-leavers-dlq`."""

    name: str
    messages: int


@dataclass(frozen=True)
class DeadLetter:
    """One message, without its body, which may name people.

    `uuid` is the LogEvent's, or else the event's own id.
    """

    message_id: str
    source: str
    detail_type: str
    uuid: str
    happened: str
    attempts: int
    given_up: str

    @classmethod
    def read(cls, message: "MessageTypeDef") -> Self:
        """Whatever the body is: what is no EventBridge event says so."""
        attributes = message.get("Attributes", {})
        event = _object(message.get("Body", ""))
        event = _of_stream(event) or event
        detail = event.get("detail") if isinstance(event.get("detail"), dict) else {}
        sent = int(attributes.get("SentTimestamp", "0")) / 1000
        return cls(
            message_id=message.get("MessageId", ""),
            source=str(event.get("source", "no EventBridge event")),
            detail_type=str(event.get("detail-type", "")),
            uuid=str((detail or {}).get("uuid") or event.get("id") or ""),
            happened=str(event.get("time", "")),
            attempts=int(attributes.get("ApproximateReceiveCount", "0")),
            given_up=datetime.fromtimestamp(sent, UTC).isoformat(timespec="seconds"),
        )

    def plain(self) -> dict[str, Any]:
        """For JSON."""
        return asdict(self)


class DeadLetters:
    """Gateway to the dead-letter queues of one hub. Errors of SQS come as botocore's ClientError."""

    def __init__(self, sqs: "SQSClient") -> None:
        self._sqs = sqs

    def counts(self) -> list[Count]:
        """Every dead-letter queue and how many messages it holds, by name."""
        found = []
        for page in self._sqs.get_paginator("list_queues").paginate(QueueNamePrefix=PREFIX):
            for url in page.get("QueueUrls", []):
                name = url.rsplit("/", 1)[-1]
                if name.endswith(SUFFIX):
                    found.append(Count(name.removeprefix(PREFIX).removesuffix(SUFFIX), self._length(url)))
        return sorted(found, key=lambda count: count.name)

    def look(self, name: str, limit: int) -> list[DeadLetter]:
        """Up to `limit` messages, which stay where they are. Raises NoSuchQueueError."""
        url = self._url(f"{PREFIX}{name}{SUFFIX}")
        messages = list(self._receive(url, limit))
        for message in messages:
            self._sqs.change_message_visibility(
                QueueUrl=url, ReceiptHandle=message["ReceiptHandle"], VisibilityTimeout=0
            )
        return [DeadLetter.read(message) for message in messages]

    def redrive(self, name: str) -> int:
        """Send every message to the queue it came from, and return how many.

        A message is taken away only once the queue has it: killed in between, it is worked on twice, and
        consumers know it by its uuid. Raises NoSuchQueueError.
        """
        dead, live = self._url(f"{PREFIX}{name}{SUFFIX}"), self._url(f"{PREFIX}{name}")
        moved = 0
        for message in self._receive(dead, self._length(dead)):
            self._sqs.send_message(QueueUrl=live, MessageBody=message["Body"])
            self._sqs.delete_message(QueueUrl=dead, ReceiptHandle=message["ReceiptHandle"])
            moved += 1
        return moved

    def _receive(self, url: str, limit: int) -> "Iterator[MessageTypeDef]":
        seen = 0
        while seen < limit:
            messages = self._sqs.receive_message(
                QueueUrl=url,
                MaxNumberOfMessages=min(10, limit - seen),
                VisibilityTimeout=LOOK_SECONDS,
                WaitTimeSeconds=1,
                AttributeNames=["All"],
            ).get("Messages", [])
            if not messages:
                return
            seen += len(messages)
            yield from messages

    def _length(self, url: str) -> int:
        answer = self._sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["ApproximateNumberOfMessages"])
        return int(answer["Attributes"]["ApproximateNumberOfMessages"])

    def _url(self, queue: str) -> str:
        try:
            return self._sqs.get_queue_url(QueueName=queue)["QueueUrl"]
        except self._sqs.exceptions.QueueDoesNotExist:
            raise NoSuchQueueError(f"there is no queue {queue} in this account and Region") from None


def _of_stream(event: dict[str, Any]) -> dict[str, Any]:
    """AWS Lambda Developer Guide, "Using AWS Lambda with Amazon DynamoDB": what Lambda says of records of a
    stream that it gave up is where they stand, not what they hold. Empty where it is something else."""
    batch, request = event.get("DDBStreamBatchInfo"), event.get("requestContext")
    if not isinstance(batch, dict) or not isinstance(request, dict):
        return {}
    return {
        "source": batch.get("streamArn", ""),
        "detail-type": request.get("condition", ""),
        "id": f"{batch.get('shardId')} from {batch.get('startSequenceNumber')}",
        "time": batch.get("approximateArrivalOfFirstRecord", ""),
    }


def _object(body: str) -> dict[str, Any]:
    try:
        read = json.loads(body)
    except ValueError:
        return {}
    return read if isinstance(read, dict) else {}
