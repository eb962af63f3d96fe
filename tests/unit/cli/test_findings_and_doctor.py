"""`ostiary findings` and `ostiary doctor` where nothing is as it should be."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from functions.alerts.decision import Record, Sighting
from functions.alerts.store import FindingStore
from functions.finding import Finding, Severity, State
from infra.names import FINDINGS

RUN = CliRunner()
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
REGION = "eu-west-1"


@pytest.fixture
def table(monkeypatch: pytest.MonkeyPatch) -> Iterator[FindingStore]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        dynamodb = boto3.client("dynamodb", region_name=REGION)
        dynamodb.create_table(
            TableName=FINDINGS,
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
            BillingMode="PAY_PER_REQUEST",
        )
        yield FindingStore(dynamodb, FINDINGS)


def keep(store: FindingStore, key: str, severity: Severity, state: State = State.OPEN) -> None:
    found = Finding(key, severity, f"[title] of {key}", "subject", NOW, "why", ("act",), "https://r", state)
    store.claim(key, "t", NOW)
    store.save("t", Record(Sighting(found, NOW), NOW))


def test_what_is_open_is_listed_the_worst_first(table: FindingStore) -> None:
    keep(table, "warning", Severity.WARNING)
    keep(table, "page", Severity.PAGE)
    keep(table, "gone", Severity.PAGE, State.CLEAR)

    listed = json.loads(RUN.invoke(app, ["findings", "--json", "--region", REGION]).stdout)
    assert [entry["key"] for entry in listed] == ["page", "warning"]
    assert listed[0]["since"] == "2026-11-22T06:00:00+00:00"

    text = RUN.invoke(app, ["findings", "--region", REGION], terminal_width=200).stdout
    assert "[title] of page" in " ".join(text.split())
    assert "gone" not in text


def test_nothing_open_is_said(table: FindingStore) -> None:
    result = RUN.invoke(app, ["findings", "--region", REGION])
    assert (result.exit_code, result.stdout) == (Exit.OK, "Nothing is open.\n")


def test_a_table_that_is_not_there_is_one_sentence() -> None:
    with mock_aws(), pytest.MonkeyPatch.context() as patch:
        for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
            patch.setenv(name, "testing")
        result = RUN.invoke(app, ["findings", "--region", REGION])
    assert result.exit_code == Exit.FAILED
    assert "Traceback" not in result.output


def test_doctor_needs_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    result = RUN.invoke(app, ["doctor"])
    assert result.exit_code == Exit.USAGE
    assert "no cdk.json here" in result.stderr


@pytest.mark.parametrize(
    ("setting", "code", "says"),
    [
        ("hub_account", Exit.USAGE, "KEY=VALUE"),
        ("hub_account=12", Exit.MISTAKES, "hub_account"),
        ("policy_file=/nonexistent", Exit.MISTAKES, "/nonexistent"),
    ],
)
def test_a_wrong_setting_is_one_sentence(setting: str, code: Exit, says: str) -> None:
    result = RUN.invoke(app, ["doctor", "-c", setting])
    assert result.exit_code == code
    assert says in result.stderr
    assert "Traceback" not in result.output


def test_without_credentials_everything_in_aws_is_unknown_or_skipped_and_nothing_is_ok(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Given nobody is signed in anywhere, doctor says so line by line, and a pipeline stops."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_SESSION_TOKEN", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nonexistent")
    result = RUN.invoke(app, ["doctor", "--json"])
    told = json.loads(result.stdout)
    verdicts = {line["check"]: line["verdict"] for line in told["checks"]}
    assert result.exit_code == Exit.FAILED
    assert told["healthy"] is False
    # The date of the SCIM token stands in the access policy, and needs nobody's leave.
    assert verdicts.pop("SCIM token") == "warn"
    assert verdicts["hub credentials"] == verdicts["management credentials"] == "unknown"
    assert set(verdicts.values()) == {"unknown", "skipped"}
    assert next(line for line in told["checks"] if line["check"] == "hub credentials")["fix"]
