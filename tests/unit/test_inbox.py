"""Reading a queue that EventBridge fills: what fails goes back alone."""

import json
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws
from mypy_boto3_sqs import SQSClient

from functions.inbox import Envelope, EnvelopeError, each_envelope, wait_before

SAMPLE = json.loads((Path(__file__).parents[2] / "events/aws/create-account-result.json").read_text())
NO_CONTEXT = cast("LambdaContext", None)


QUEUE = "arn:aws:sqs:eu-west-1:123456789012:ostiary-accounts"


def record(message_id: str, body: str, attempt: int = 1, handle: str = "unknown") -> dict[str, Any]:
    return {
        "messageId": message_id,
        "receiptHandle": handle,
        "body": body,
        "eventSource": "aws:sqs",
        "eventSourceARN": QUEUE,
        "attributes": {"ApproximateReceiveCount": str(attempt)},
    }


@pytest.fixture(autouse=True)
def queue(monkeypatch: pytest.MonkeyPatch) -> Iterator[SQSClient]:
    """A queue that hands a message out once and hides it for an hour."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        sqs = boto3.client("sqs", region_name="eu-west-1")
        sqs.create_queue(QueueName="ostiary-accounts", Attributes={"VisibilityTimeout": "3600"})
        yield sqs


def failed(response: Any) -> list[str]:
    return [item["itemIdentifier"] for item in response["batchItemFailures"]]


def test_an_envelope_is_read_whole() -> None:
    """Given AWS's own sample, source, detail-type and detail are those of the sample."""
    envelope = Envelope.parse(json.dumps(SAMPLE))
    assert (envelope.source, envelope.detail_type) == (SAMPLE["source"], SAMPLE["detail-type"])
    assert envelope.detail == SAMPLE["detail"]
    assert envelope.time.utcoffset() is not None


@pytest.mark.parametrize("body", ["", "{}", "[]", "3", '{"id": 1}', "not json"])
def test_what_is_no_envelope_is_an_error_that_says_so(body: str) -> None:
    """Given any other message, the error names what is wrong, so that the dead-letter queue explains."""
    with pytest.raises(EnvelopeError, match="not an EventBridge event"):
        Envelope.parse(body)


def test_one_failure_does_not_take_the_others_back() -> None:
    """Given three messages of which one fails, only that one returns to the queue."""
    seen: list[str] = []

    def handle(envelope: Envelope) -> None:
        if envelope.id == "2":
            raise RuntimeError("AWS is busy")
        seen.append(envelope.id)

    records = [record(n, json.dumps(SAMPLE | {"id": n})) for n in ("1", "2", "3")]
    response = each_envelope({"Records": records}, NO_CONTEXT, handle)
    assert seen == ["1", "3"]
    assert failed(response) == ["2"]


def test_a_batch_that_fails_whole_goes_back_whole() -> None:
    """Given poison only, every message returns, and the function itself does not fail."""
    response = each_envelope(
        {"Records": [record("a", "poison"), record("b", "{}")]}, NO_CONTEXT, lambda _: None
    )
    assert failed(response) == ["a", "b"]


def test_what_failed_comes_back_in_seconds(queue: SQSClient) -> None:
    """Given a queue that hides a message for an hour, a first failure brings it back after two seconds."""
    url = queue.get_queue_url(QueueName="ostiary-accounts")["QueueUrl"]
    queue.send_message(QueueUrl=url, MessageBody="poison")
    (message,) = queue.receive_message(QueueUrl=url)["Messages"]
    each_envelope(
        {"Records": [record("a", message["Body"], handle=message["ReceiptHandle"])]},
        NO_CONTEXT,
        lambda _: None,
    )
    deadline = time.monotonic() + 5
    while not (again := queue.receive_message(QueueUrl=url).get("Messages")) and time.monotonic() < deadline:
        time.sleep(0.2)
    assert again


def test_attempts_grow_apart_and_never_beyond_the_longest_wait() -> None:
    """Given ever more failures, the waits grow fourfold up to a quarter of an hour."""
    assert [wait_before(attempt) for attempt in (1, 2, 3, 4, 5, 6, 12)] == [2, 8, 32, 128, 512, 900, 900]


def test_a_queue_that_cannot_be_told_still_gets_its_message_back() -> None:
    """Given a receipt that SQS refuses, the failure is reported all the same."""
    response = each_envelope({"Records": [record("a", "poison", handle="gone")]}, NO_CONTEXT, lambda _: None)
    assert failed(response) == ["a"]
