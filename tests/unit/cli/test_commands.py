"""The command line as an operator meets it."""

import json
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app

RUN = CliRunner()


def test_a_good_policy_is_accepted() -> None:
    """Given the access policy of this repository, validate says that it has no mistake."""
    result = RUN.invoke(app, ["validate", "access.yaml"])
    assert result.exit_code == Exit.OK
    assert "no mistake" in result.stdout


def test_a_mistake_is_told_with_its_place_and_what_was_meant(tmp_path: Path) -> None:
    """Given a misspelt permission set, validate names line, column and the nearest name."""
    file = tmp_path / "access.yaml"
    file.write_text(
        "permission_sets:\n"
        "  Developer: {managed: [PowerUserAccess], session: 8h}\n"
        "grants:\n"
        "  - {group: devs, permission_set: Develper, accounts: all}\n"
    )
    result = RUN.invoke(app, ["validate", str(file)])
    assert result.exit_code == Exit.MISTAKES
    assert "access.yaml:4:" in result.stderr
    assert "did you mean Developer?" in result.stderr


def test_mistakes_as_json(tmp_path: Path) -> None:
    """Given --json, a program reads file, line and column of each mistake."""
    file = tmp_path / "access.yaml"
    file.write_text("permission_sets: 3\n")
    result = RUN.invoke(app, ["validate", str(file), "--json"])
    told = json.loads(result.stdout)
    assert result.exit_code == Exit.MISTAKES
    assert told["valid"] is False
    assert told["mistakes"][0]["line"] == 1


def test_a_missing_file_is_one_sentence(tmp_path: Path) -> None:
    """Given no such file, the exit code is that of wrong usage and there is no traceback."""
    result = RUN.invoke(app, ["validate", str(tmp_path / "nothing.yaml")])
    assert result.exit_code == Exit.USAGE
    assert "does not exist" in result.stderr
    assert "Traceback" not in result.stderr


def test_the_schema_is_json() -> None:
    """An editor can load what `ostiary schema` writes."""
    result = RUN.invoke(app, ["schema"])
    assert "permission_sets" in json.loads(result.stdout)["properties"]


@pytest.mark.parametrize("command", ["revoke", "restore"])
def test_nothing_is_done_without_yes(command: str) -> None:
    """Given no --yes and no AWS at all, the command stops before it reaches for AWS."""
    result = RUN.invoke(app, [command, "grace@example.com", "--reason", "left"])
    assert result.exit_code == Exit.UNCONFIRMED
    assert "--yes" in result.stderr


def test_who_revokes_says_why() -> None:
    result = RUN.invoke(app, ["revoke", "grace@example.com", "--yes"])
    assert result.exit_code == Exit.USAGE
    assert "--reason" in result.stderr


@pytest.mark.parametrize(
    ("command", "detail_type", "reason"),
    [
        ("revoke", "leaver.revoke", "left"),
        ("restore", "leaver.restore", "back"),
        ("restore", "leaver.restore", None),
    ],
)
@mock_aws
def test_an_operator_takes_the_road_of_the_events(
    command: str, detail_type: str, reason: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given --yes, one event with person, reason and operator is on the hub's bus."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    events = boto3.client("events", region_name="eu-west-1")
    events.create_event_bus(Name="ostiary")
    sqs = boto3.client("sqs", region_name="eu-west-1")
    url = sqs.create_queue(QueueName="seen")["QueueUrl"]
    events.put_rule(Name="all", EventBusName="ostiary", EventPattern='{"source": ["ostiary.operator"]}')
    events.put_targets(
        Rule="all",
        EventBusName="ostiary",
        Targets=[{"Id": "seen", "Arn": "arn:aws:sqs:eu-west-1:123456789012:seen"}],
    )
    why = ["--reason", reason] if reason else []
    result = RUN.invoke(app, [command, "grace@example.com", *why, "--yes", "--region", "eu-west-1"])
    assert result.exit_code == Exit.OK, result.output
    (message,) = sqs.receive_message(QueueUrl=url)["Messages"]
    event = json.loads(message["Body"])
    assert event["detail-type"] == detail_type
    assert event["detail"]["person"] == "grace@example.com"
    assert event["detail"]["reason"] == (reason or "no reason given")
    assert event["detail"]["by"]
    assert event["detail"]["by"]


def test_an_error_of_aws_is_one_sentence(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given no credentials, the operator reads what is wrong, without a traceback."""
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    result = RUN.invoke(
        app, ["revoke", "grace@example.com", "--reason", "left", "--yes", "--region", "eu-west-1"]
    )
    assert result.exit_code == Exit.FAILED
    assert "credentials" in result.stderr
    assert "Traceback" not in result.output
