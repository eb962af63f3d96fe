"""Reading a queue that EventBridge fills: what fails goes back alone."""

import json
from pathlib import Path
from typing import Any, cast

import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.inbox import Envelope, EnvelopeError, each_envelope

SAMPLE = json.loads((Path(__file__).parents[2] / "events/aws/create-account-result.json").read_text())
NO_CONTEXT = cast("LambdaContext", None)


def record(message_id: str, body: str) -> dict[str, Any]:
    return {"messageId": message_id, "body": body, "eventSource": "aws:sqs", "attributes": {}}


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
