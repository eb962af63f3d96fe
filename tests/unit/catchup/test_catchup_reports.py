"""What on-call and CloudWatch are told of a run, and the two doors of the function."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from functions.aws.cursor import Cursor, CursorMovedError, Position
from functions.catchup import wiring
from functions.catchup.findings import findings
from functions.catchup.follow import Tally
from functions.catchup.handler import handle
from functions.finding import State
from functions.okta import credentials
from functions.okta.errors import OktaError, OktaRefusedError, OktaUnreachableError
from sandbox import okta
from tests.unit.catchup.conftest import START

EVENTS = Path(__file__).parents[3] / "events" / "okta"
ENVIRONMENT = {
    "AWS_ACCESS_KEY_ID": "testing",
    "AWS_SECRET_ACCESS_KEY": "testing",
    "AWS_DEFAULT_REGION": "eu-west-1",
    "POWERTOOLS_SERVICE_NAME": "catchup",
    "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
    "OSTIARY_BUS": "ostiary",
    "OSTIARY_CURSOR_TABLE": "ostiary-cursor",
    "OSTIARY_RUNBOOKS": "https://example.com/runbooks",
    "OSTIARY_OKTA_CREDENTIALS": "ostiary/okta",
}


class Context(LambdaContext):
    @staticmethod
    def get_remaining_time_in_millis() -> int:
        return 240_000


@pytest.fixture
def tenant(monkeypatch: pytest.MonkeyPatch) -> Iterator[okta.OktaServer]:
    """A deployed catch-up whose Okta is the stand-in; what it puts on the bus lands in queue `all`."""
    caches = (wiring.bus, wiring._place, credentials._client, credentials._secrets)
    with okta.serve() as server:
        for name, value in (ENVIRONMENT | {"OSTIARY_OKTA_URL": server.url}).items():
            monkeypatch.setenv(name, value)
        for cached in caches:
            cached.cache_clear()
        with mock_aws():
            _deploy(server.token)
            yield server
        for cached in caches:
            cached.cache_clear()


def _deploy(token: str) -> None:
    boto3.client("secretsmanager").create_secret(
        Name="ostiary/okta", SecretString=json.dumps({"token": token})
    )
    _table()
    events, sqs = boto3.client("events"), boto3.client("sqs")
    events.create_event_bus(Name="ostiary")
    url = sqs.create_queue(QueueName="all")["QueueUrl"]
    arn = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["QueueArn"])["Attributes"]["QueueArn"]
    pattern = {"source": [{"prefix": "ostiary."}]}
    events.put_rule(Name="all", EventBusName="ostiary", EventPattern=json.dumps(pattern))
    events.put_targets(Rule="all", EventBusName="ostiary", Targets=[{"Id": "q", "Arn": arn}])


def _table() -> None:
    boto3.client("dynamodb", region_name="eu-west-1").create_table(
        TableName="ostiary-cursor",
        KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
        AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        BillingMode="PAY_PER_REQUEST",
    )


def on_the_bus() -> list[dict[str, Any]]:
    sqs = boto3.client("sqs")
    url = sqs.get_queue_url(QueueName="all")["QueueUrl"]
    found: list[dict[str, Any]] = []
    while messages := sqs.receive_message(QueueUrl=url, MaxNumberOfMessages=10).get("Messages"):
        found += [json.loads(message["Body"]) for message in messages]
    return found


def test_the_schedule_brings_what_the_log_holds_and_measures_the_lag(
    tenant: okta.OktaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    person = tenant.model.add_person("kim@example.com")
    tenant.model.people.suspend(person.id, by=tenant.model.organization.administrator)
    handle({"schedule": "5-minutes"}, Context())
    told = on_the_bus()
    assert "user.lifecycle.suspend" in [each["detail-type"] for each in told]
    lines = [json.loads(line) for line in capsys.readouterr().out.splitlines()]
    (lag,) = [line for line in lines if "CatchUpLag" in line]
    assert 0 <= lag["CatchUpLag"][0] < 5
    (metric,) = lag["_aws"]["CloudWatchMetrics"]
    # As the alarm asks for it: of another namespace or dimension it would never ring.
    assert (metric["Namespace"], metric["Dimensions"], lag["service"]) == (
        "Ostiary",
        [["service"]],
        "catchup",
    )
    assert {each["detail"]["state"] for each in told if each["detail-type"] == "finding"} == {"clear"}


def test_a_refused_token_is_a_finding_and_no_error(
    tenant: okta.OktaServer, capsys: pytest.CaptureFixture[str]
) -> None:
    boto3.client("secretsmanager").put_secret_value(
        SecretId="ostiary/okta", SecretString='{"token": "00aWrongOne"}'
    )
    handle({}, Context())
    states = {each["detail"]["key"]: each["detail"]["state"] for each in on_the_bus()}
    assert states["watch/catch-up"] == "open"
    assert "00aWrongOne" not in capsys.readouterr().out


def test_a_log_stream_puts_the_same_event_on_the_same_bus(tenant: okta.OktaServer) -> None:
    envelope = json.loads((EVENTS / "log-stream-eventbridge.json").read_text())
    hook = json.loads((EVENTS / "hook-user-lifecycle-deactivate.json").read_text())["data"]["events"][0]
    assert handle(_records(envelope), Context()) == {"batchItemFailures": []}
    (event,) = on_the_bus()
    assert (event["source"], event["detail-type"]) == ("ostiary.okta", hook["eventType"])
    assert event["detail"] == envelope["detail"]
    assert event["detail"].keys() == hook.keys()


def test_what_is_no_log_stream_goes_back_alone(
    tenant: okta.OktaServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    good = json.loads((EVENTS / "log-stream-eventbridge.json").read_text())
    bad = good | {"detail": {"something": "else"}}
    assert handle(_records(bad, good), Context()) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert len(on_the_bus()) == 1


def _records(*envelopes: dict[str, Any]) -> dict[str, Any]:
    return {
        "Records": [
            {
                "messageId": f"m{number}",
                "receiptHandle": "r",
                "body": json.dumps(envelope),
                "attributes": {"ApproximateReceiveCount": "1"},
                "messageAttributes": {},
                "eventSource": "aws:sqs",
                "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:all",
                "awsRegion": "eu-west-1",
            }
            for number, envelope in enumerate(envelopes)
        ]
    }


def states(trouble: OktaError | None, reached: timedelta, gap: timedelta | None = None) -> dict[str, State]:
    position = Position(None, "q", START - reached, START - gap if gap is not None else None)
    found = findings(Tally(position, trouble=trouble), START, "https://example.com/runbooks")
    return {each.key.removeprefix("watch/"): each.state for each in found}


@pytest.mark.parametrize(
    ("trouble", "minutes", "state"),
    [
        (None, 0, State.CLEAR),
        (None, 600, State.CLEAR),  # behind, but reading
        (OktaUnreachableError("down"), 14, State.CLEAR),
        (OktaUnreachableError("down"), 16, State.OPEN),
        (OktaRefusedError("401"), 0, State.OPEN),
    ],
)
def test_on_call_hears_of_trouble_that_lasts(trouble: OktaError | None, minutes: int, state: State) -> None:
    assert states(trouble, timedelta(minutes=minutes))["catch-up"] is state


def test_the_log_is_unread_since_it_was_read_last() -> None:
    """Given an hour without Okta, people are told since when, and not when that was noticed."""
    tally = Tally(Position(None, "q", START - timedelta(hours=1)), trouble=OktaUnreachableError("down"))
    late, _ = findings(tally, START, "https://example.com/runbooks")
    assert late.since == START - timedelta(hours=1)


def test_a_gap_is_told_for_a_week() -> None:
    assert states(None, timedelta(0))["catch-up-gap"] is State.CLEAR
    assert states(None, timedelta(0), timedelta(days=6))["catch-up-gap"] is State.OPEN
    assert states(None, timedelta(0), timedelta(days=7))["catch-up-gap"] is State.CLEAR


@mock_aws
def test_the_cursor_is_moved_only_by_who_read_it_last(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    _table()
    cursor = Cursor(boto3.client("dynamodb", region_name="eu-west-1"), "ostiary-cursor", "log")
    assert cursor.read() is None
    first = cursor.move(Position("https://okta/next", "q", START, START))
    assert cursor.read() == first
    second = cursor.move(Position(None, "q", START, None, first.version))
    assert cursor.read() == second
    with pytest.raises(CursorMovedError):
        cursor.move(Position("https://okta/other", "q", START, None, first.version))
    with pytest.raises(CursorMovedError):
        cursor.move(Position("https://okta/other", "q", START))
    assert cursor.read() == second
