"""The function as Lambda calls it: a batch of findings in, messages out, failures back one by one."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.alerts import handler, setup
from functions.finding import Finding, Severity, State
from functions.policy import AccessPolicy
from tests.unit.alerts.conftest import MORNING, REGION, TABLE, finding, make_table
from tests.unit.okta.scripted_http import Answer, ScriptedServer, scripted_server

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

CONTEXT = cast(LambdaContext, object())
SECRET = "ostiary/channels"


class Deployed:
    """The function with its table, topic and secret; mails end in a queue that a test reads."""

    def __init__(self, server: ScriptedServer) -> None:
        self.server = server
        self.secrets = boto3.client("secretsmanager", region_name=REGION)
        sns = boto3.client("sns", region_name=REGION)
        self._sqs = boto3.client("sqs", region_name=REGION)
        self.topic = sns.create_topic(Name="ostiary-alerts")["TopicArn"]
        self._queue = self._sqs.create_queue(QueueName="listener")["QueueUrl"]
        arn = self._sqs.get_queue_attributes(QueueUrl=self._queue, AttributeNames=["QueueArn"])
        sns.subscribe(TopicArn=self.topic, Protocol="sqs", Endpoint=arn["Attributes"]["QueueArn"])

    def subjects(self) -> list[str]:
        found: list[str] = []
        while messages := self._sqs.receive_message(QueueUrl=self._queue).get("Messages"):
            for message in messages:
                found.append(json.loads(message["Body"])["Subject"])
                self._sqs.delete_message(QueueUrl=self._queue, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def deployed(
    dynamodb: "DynamoDBClient", tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Deployed]:
    make_table(dynamodb)
    (tmp_path / "access.json").write_text(AccessPolicy(permission_sets={}).to_json())
    with scripted_server() as server:
        function = Deployed(server)
        monkeypatch.setenv("LAMBDA_TASK_ROOT", str(tmp_path))
        monkeypatch.setenv("OSTIARY_FINDINGS_TABLE", TABLE)
        monkeypatch.setenv("OSTIARY_TOPIC_ARN", function.topic)
        monkeypatch.setenv("OSTIARY_CHANNELS", SECRET)
        monkeypatch.setenv("OSTIARY_BUS", "default")
        monkeypatch.setenv("OSTIARY_RUNBOOKS", "https://example.com/runbooks")
        monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ostiary")
        monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "alerts")
        setup._kept.cache_clear()
        setup._webhooks.cache_clear()
        yield function
    setup._kept().http.close()
    setup._kept.cache_clear()


def batch(*seen: tuple[Finding, datetime]) -> dict[str, Any]:
    records = [
        {"messageId": f"m{number}", "eventSource": "aws:sqs", "body": json.dumps(envelope(found, at))}
        for number, (found, at) in enumerate(seen)
    ]
    return {"Records": records}


def envelope(found: Finding, at: datetime) -> dict[str, Any]:
    return {
        "id": "1",
        "source": "ostiary.findings",
        "detail-type": "finding",
        "time": f"{at:%Y-%m-%dT%H:%M:%SZ}",
        "detail": found.to_detail(),
    }


def test_a_finding_becomes_a_mail_and_a_slack_message_and_later_both_are_told_the_end(
    deployed: Deployed,
) -> None:
    # Given
    deployed.secrets.create_secret(
        Name=SECRET, SecretString=json.dumps({"slack": f"{deployed.server.url}/hook"})
    )
    deployed.server.answers = [Answer(200, "ok")]

    # When
    cleared = (finding(state=State.CLEAR), MORNING + timedelta(minutes=5))
    answer = handler.handle(batch((finding(), MORNING), (finding(), MORNING), cleared), CONTEXT)

    # Then
    assert answer == {"batchItemFailures": []}
    assert sorted(subject.split("]")[0] for subject in deployed.subjects()) == ["[Resolved", "[Warning"]
    assert [json.loads(asked.body)["text"].split(":")[0] for asked in deployed.server.asked] == [
        "Warning",
        "Resolved",
    ]


def test_a_channel_that_fails_sends_only_its_message_back_and_mail_goes_once(deployed: Deployed) -> None:
    deployed.secrets.create_secret(
        Name=SECRET, SecretString=json.dumps({"slack": f"{deployed.server.url}/hook"})
    )
    deployed.server.answers = [Answer(500), Answer(200, "ok")]
    event = batch((finding(), MORNING), (finding(Severity.INFO, key="other"), MORNING))
    assert handler.handle(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert handler.handle(batch((finding(), MORNING)), CONTEXT) == {"batchItemFailures": []}
    assert len(deployed.subjects()) == 2
    assert len(deployed.server.asked) == 2


@pytest.mark.parametrize("value", [None, "no json", '{"slack": "http://plain.example"}'])
def test_a_secret_that_cannot_be_read_keeps_no_mail_back_and_is_a_failure(
    deployed: Deployed, value: str | None
) -> None:
    if value is not None:
        deployed.secrets.create_secret(Name=SECRET, SecretString=value)
    answer = handler.handle(batch((finding(), MORNING)), CONTEXT)
    assert answer is not None
    assert answer["batchItemFailures"] == [{"itemIdentifier": "m0"}]
    assert len(deployed.subjects()) == 1


def test_a_finding_that_cannot_be_read_goes_back_alone(deployed: Deployed) -> None:
    deployed.secrets.create_secret(Name=SECRET, SecretString="{}")
    event = batch((finding(), MORNING), (finding(key="other"), MORNING))
    broken = json.loads(event["Records"][0]["body"])
    del broken["detail"]["severity"]
    event["Records"][0]["body"] = json.dumps(broken)
    assert handler.handle(event, CONTEXT) == {"batchItemFailures": [{"itemIdentifier": "m0"}]}
    assert len(deployed.subjects()) == 1


def measured(said: str) -> list[dict[str, Any]]:
    """The metrics that a function wrote to its log, as CloudWatch reads them."""
    lines = [json.loads(line) for line in said.splitlines() if '"_aws"' in line]
    return [{key: value for key, value in line.items() if key != "_aws"} for line in lines]


def test_the_digest_tells_what_is_open_and_the_count_is_measured(
    deployed: Deployed, capsys: pytest.CaptureFixture[str]
) -> None:
    # Given a page and a warning that are open, one that is gone, and one that nobody repeated for a week
    deployed.secrets.create_secret(Name=SECRET, SecretString="{}")
    now = datetime.now(UTC).replace(microsecond=0)
    gone = finding(key="gone"), finding(state=State.CLEAR, key="gone")
    seen = (finding(), finding(Severity.PAGE, key="other"), *gone)
    handler.handle(batch((finding(key="an event"), now - timedelta(days=8))), CONTEXT)
    handler.handle(batch(*((each, now + timedelta(seconds=n)) for n, each in enumerate(seen))), CONTEXT)
    deployed.subjects()
    capsys.readouterr()

    # When
    assert handler.handle({"digest": "daily"}, CONTEXT) is None

    # Then
    assert deployed.subjects() == ["[Digest] 2 findings are open, 1 of them a page"]
    counts = {line["severity"]: line["OpenFindings"] for line in measured(capsys.readouterr().out)}
    assert counts == {"info": [0.0], "warning": [1.0], "page": [1.0]}


def test_a_count_sends_nothing(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.secrets.create_secret(Name=SECRET, SecretString="{}")
    handler.handle({"count": "open"}, CONTEXT)
    assert deployed.subjects() == []
    assert len(measured(capsys.readouterr().out)) == 3


def test_a_watch_that_ran_is_measured(deployed: Deployed, capsys: pytest.CaptureFixture[str]) -> None:
    deployed.secrets.create_secret(Name=SECRET, SecretString="{}")
    clear = finding(state=State.CLEAR, key="watch/expiry")
    handler.handle(batch((clear, MORNING), (finding(), MORNING)), CONTEXT)
    (line,) = measured(capsys.readouterr().out)
    assert (line["watch"], line["service"], line["WatchReported"]) == ("expiry", "alerts", [1.0])
