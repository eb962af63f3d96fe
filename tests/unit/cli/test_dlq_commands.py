"""What was given up: seen, read without people's names, sent once more."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app

RUN = CliRunner()
SAMPLES = Path(__file__).parents[3] / "events" / "okta"


@pytest.fixture
def sqs(monkeypatch: pytest.MonkeyPatch) -> Iterator[Any]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        client = boto3.client("sqs")
        for name in ("leavers", "leavers-dlq", "accounts-dlq"):
            client.create_queue(QueueName=f"ostiary-{name}")
        yield client


def give_up(sqs: Any, *bodies: str) -> None:
    for body in bodies:
        sqs.send_message(QueueUrl=url(sqs, "leavers-dlq"), MessageBody=body)


def url(sqs: Any, name: str) -> str:
    return str(sqs.get_queue_url(QueueName=f"ostiary-{name}")["QueueUrl"])


def waiting(sqs: Any, name: str) -> int:
    what = "ApproximateNumberOfMessages"
    answer = sqs.get_queue_attributes(QueueUrl=url(sqs, name), AttributeNames=[what])
    return int(answer["Attributes"][what])


def envelope() -> dict[str, Any]:
    event: dict[str, Any] = json.loads((SAMPLES / "log-stream-eventbridge.json").read_text())
    return event | {"source": "ostiary.okta", "detail-type": "user.lifecycle.deactivate"}


def test_list_counts_every_queue(sqs: Any) -> None:
    give_up(sqs, "one", "two")
    told = json.loads(RUN.invoke(app, ["dlq", "list", "--json"]).stdout)
    assert told == {"accounts": 0, "leavers": 2}
    assert "leavers" in RUN.invoke(app, ["dlq", "list"]).stdout


def test_show_names_the_event_and_nobody(sqs: Any) -> None:
    give_up(sqs, json.dumps(envelope()))
    result = RUN.invoke(app, ["dlq", "show", "leavers", "--json"])
    (letter,) = json.loads(result.stdout)
    assert (letter["source"], letter["detail_type"]) == ("ostiary.okta", "user.lifecycle.deactivate")
    assert letter["uuid"] == envelope()["detail"]["uuid"]
    assert "john.doe" not in result.stdout
    assert waiting(sqs, "leavers-dlq") == 1


def test_show_says_where_in_a_stream_the_records_stand(sqs: Any) -> None:
    """Given what Lambda gave up of a stream, as its Developer Guide shows it."""
    stream = "arn:aws:dynamodb:eu-west-1:222222222222:table/ostiary-ledger/stream/2026-11-22T17:00:00.000"
    batch = {
        "shardId": "shardId-00000001573689847184-864758bb",
        "startSequenceNumber": "800000000003126276362",
        "endSequenceNumber": "800000000003126276362",
        "approximateArrivalOfFirstRecord": "2026-11-22T17:13:19Z",
        "streamArn": stream,
    }
    context = {"requestContext": {"condition": "RetryAttemptsExhausted"}, "DDBStreamBatchInfo": batch}
    give_up(sqs, json.dumps(context))

    (letter,) = json.loads(RUN.invoke(app, ["dlq", "show", "leavers", "--json"]).stdout)

    assert (letter["source"], letter["detail_type"]) == (stream, "RetryAttemptsExhausted")
    assert letter["uuid"] == "shardId-00000001573689847184-864758bb from 800000000003126276362"


@pytest.mark.parametrize(
    "body", ["not json", "[]", '{"source": "[/red]"}', '{"DDBStreamBatchInfo": 3}', '{"detail": 3}', "{}"]
)
def test_show_survives_whatever_lies_there(sqs: Any, body: str) -> None:
    give_up(sqs, body)
    result = RUN.invoke(app, ["dlq", "show", "leavers"])
    assert (result.exit_code, result.exception) == (Exit.OK, None)


def test_redrive_brings_everything_back_as_it_was(sqs: Any) -> None:
    bodies = [json.dumps(envelope() | {"id": str(number)}) for number in range(25)]
    give_up(sqs, *bodies)
    told = json.loads(RUN.invoke(app, ["dlq", "redrive", "leavers", "--yes", "--json"]).stdout)
    assert told == {"queue": "leavers", "redriven": 25}
    assert (waiting(sqs, "leavers-dlq"), waiting(sqs, "leavers")) == (0, 25)
    found: list[str] = []
    while messages := sqs.receive_message(QueueUrl=url(sqs, "leavers"), MaxNumberOfMessages=10).get(
        "Messages"
    ):
        found += [message["Body"] for message in messages]
    assert sorted(found) == sorted(bodies)


@pytest.mark.parametrize("queue", ["nobody", "accounts"])
def test_a_queue_that_is_not_there_is_one_sentence(sqs: Any, queue: str) -> None:
    """`accounts` has dead letters here, but no queue to bring them back to."""
    result = RUN.invoke(app, ["dlq", "redrive", queue, "--yes"])
    assert result.exit_code == Exit.USAGE
    assert "there is no queue" in result.stderr


def test_nothing_moves_without_yes(sqs: Any) -> None:
    give_up(sqs, "one")
    assert RUN.invoke(app, ["dlq", "redrive", "leavers"]).exit_code == Exit.UNCONFIRMED
    assert waiting(sqs, "leavers-dlq") == 1
