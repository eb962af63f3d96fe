"""`ostiary leavers`: whose calls are denied, as an operator reads it."""

import json
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from functions.aws.lease import DENY_POLICIES, Lease
from functions.aws.ledger import Ledger
from functions.aws.partial_losses import PartialLosses
from functions.leavers.book import Book, new_record, told
from functions.leavers.changes import Progress
from functions.leavers.decide import Leaver, Reason
from functions.leavers.documents import loss_document
from functions.leavers.partial import Loss
from functions.leavers.record import StepOutcome, StepState
from functions.leavers.taken import Taken
from infra import names

RUN = CliRunner()
START = datetime(2026, 11, 16, 18, 15, tzinfo=UTC)


@pytest.fixture
def ledger(monkeypatch: pytest.MonkeyPatch) -> Iterator[Ledger]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        dynamodb = boto3.client("dynamodb")
        keys = ("pk", "HASH"), ("sk", "RANGE")
        dynamodb.create_table(
            TableName=names.LEDGER,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]  # two literals
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )
        yield Ledger(dynamodb, names.LEDGER)


def left(ledger: Ledger, login: str, state: StepState) -> None:
    book = Book(ledger, lambda: START)
    event = Leaver(f"00u{login}", login, Reason.SUSPEND, "t-1", START)
    seed, keep = new_record(event, "u-1"), timedelta(hours=12)
    progress = Progress({"deny": StepOutcome(state, START)}, taken=Taken(groups=("g-1",)))
    book.change(seed, told(event), lambda record: record.left(event, START, keep))
    book.change(seed, progress.audit(), progress.on)


def test_a_program_reads_who_until_when_and_what_fails(ledger: Ledger) -> None:
    left(ledger, "john@example.com", StepState.FAILED)
    result = RUN.invoke(app, ["leavers", "--json"])
    (line,) = json.loads(result.stdout)
    assert (line["who"], line["state"], line["reasons"]) == ("john@example.com", "denied", ["suspend"])
    assert line["deny_until"].startswith("2026-11-17T06:15")
    assert line["failing"] == ["Deny policies"]
    assert line["taken"] == {"assignments": 0, "groups": 1, "entitlements": 0}


def test_a_person_reads_a_table(ledger: Ledger) -> None:
    left(ledger, "john@example.com", StepState.DONE)
    result = RUN.invoke(app, ["leavers"], env={"COLUMNS": "160"})
    assert result.exit_code == Exit.OK
    assert "john@example.com" in result.stdout
    assert "2026-11-17 06:15" in result.stdout


def test_who_lost_a_group_is_among_them(ledger: Ledger) -> None:
    """For a program as one more state, for a person as a table of its own."""
    at = datetime.now(UTC)
    lost = (("111111111111", "Developer"), ("222222222222", "Developer"), ("111111111111", "Billing"))
    loss = Loss(
        "00ujane#00g1", False, at, "t-1", at + timedelta(hours=12), "jane@example.com", "aws-developers"
    )
    document = loss_document(replace(loss, user_id="u-2", lost=lost, looked=at))
    PartialLosses(boto3.client("dynamodb"), names.LEDGER).write(loss.key, document, after=0)

    (line,) = json.loads(RUN.invoke(app, ["leavers", "--json"]).stdout)
    shown = RUN.invoke(app, ["leavers"], env={"COLUMNS": "200"}).stdout

    assert (line["who"], line["state"], line["group"]) == ("jane@example.com", "partial", "aws-developers")
    assert {"account": "111111111111", "permission_set": "Billing"} in line["lost"]
    assert line["room"] is True
    assert "Billing in 111111111111; Developer in 2 accounts" in shown
    assert "NOT DENIED" not in shown


def test_whoever_found_no_room_is_shown_as_not_denied(ledger: Ledger) -> None:
    # Given two who lost a group, and a writing that had room for one
    at, dynamodb = datetime.now(UTC), boto3.client("dynamodb")
    for number, login in enumerate(("jane@example.com", "joe@example.com")):
        loss = Loss(f"00u{number}#00g1", False, at, "t-1", at + timedelta(hours=12), login, "aws-developers")
        loss = replace(loss, user_id=f"u-{number}", lost=(("111111111111", "Developer"),), looked=at)
        PartialLosses(dynamodb, names.LEDGER).write(loss.key, loss_document(loss), after=0)
    lease = Lease(dynamodb, names.LEDGER, DENY_POLICIES)
    lease.take("me", 1, 31)
    lease.finish("me", 1, [], [], waiting=["joe@example.com"], at=2)

    # When a program and a person ask, then both learn of whom the sessions run on
    lines = json.loads(RUN.invoke(app, ["leavers", "--json"]).stdout)
    assert {each["who"]: each["room"] for each in lines} == {
        "jane@example.com": True,
        "joe@example.com": False,
    }
    shown = RUN.invoke(app, ["leavers"], env={"COLUMNS": "200"}).stdout
    assert ["joe@example.com" in row for row in shown.splitlines() if "NOT DENIED: no room" in row] == [True]


def test_nobody_is_a_sentence(ledger: Ledger) -> None:
    assert "Nobody" in RUN.invoke(app, ["leavers"]).stdout
