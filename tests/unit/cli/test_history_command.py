"""`ostiary leavers --history`: what an operator is shown of the audit trail."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from functions.audit.entry import entry
from functions.aws.audit_trail import AuditTrail
from infra import names
from tests.unit.audit.records import note, opened, state, stream_record, typed

RUN = CliRunner()
BUCKET = names.audit_bucket("123456789012", "eu-west-1")
REVOCATION = opened(login="john@example.com")


class World:
    """The ledger and the trail, each as they may be."""

    def __init__(self) -> None:
        self.dynamodb, self.s3 = boto3.client("dynamodb"), boto3.client("s3")
        keys = ("pk", "HASH"), ("sk", "RANGE")
        self.dynamodb.create_table(
            TableName=names.LEDGER,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],  # type: ignore[typeddict-item]  # two literals
            AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        )
        self.s3.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
            ObjectLockEnabledForBucket=True,
        )

    def hold(self, *items: dict[str, Any]) -> None:
        for item in items:
            self.dynamodb.put_item(TableName=names.LEDGER, Item=typed(item))

    def tell(self, *changes: tuple[Any, Any]) -> None:
        trail = AuditTrail(self.s3, BUCKET)
        for number, (before, after) in enumerate(changes, 1):
            made = entry(stream_record(before, after, number=number))
            trail.put(made.key, made.text())


@pytest.fixture
def world(monkeypatch: pytest.MonkeyPatch) -> Iterator[World]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    with mock_aws():
        yield World()


LEFT = ((None, state(1)), (None, REVOCATION), (None, note(1)))


@pytest.mark.parametrize("person", ["00u1", "okta:00u1", "john@example.com"])
def test_a_program_reads_what_happened_by_any_name_of_theirs(world: World, person: str) -> None:
    world.hold(state(1), REVOCATION, note(1))
    world.tell(*LEFT)

    result = RUN.invoke(app, ["leavers", "--history", person, "--json"])

    (found,) = json.loads(result.stdout).values()
    assert [each["item"] for each in found["entries"]] == ["record", "open revocation", "note"]
    assert found["remarks"] == []


def test_somebody_who_came_back_is_found_by_the_name_they_had(world: World) -> None:
    """Given no open revocation, the snapshot of the directory still knows the name."""
    world.hold({"pk": "DIRECTORY", "sk": "00u1", "user_id": "u-1", "user_name": "john@example.com"}, state(1))
    world.tell((None, state(1)))

    assert "okta:00u1" in RUN.invoke(app, ["leavers", "--history", "john@example.com"]).stdout


def test_a_person_reads_what_changed_from_what_to_what(world: World) -> None:
    world.hold(state(2, status="closed"))
    world.tell((None, state(1)), (state(1), state(2, status="closed")))

    result = RUN.invoke(app, ["leavers", "--history", "00u1"], env={"COLUMNS": "200"})

    assert result.exit_code == Exit.OK
    assert "2026-11-22 18:00:00" in result.stdout
    assert 'document.status: "open" → "closed"' in result.stdout
    assert "uuid-1" in result.stdout
    assert "CloudTrail" in result.stdout


def test_it_is_said_where_the_ledger_disagrees(world: World) -> None:
    world.hold(state(3), REVOCATION)
    world.tell(*LEFT)

    said = RUN.invoke(app, ["leavers", "--history", "00u1"], env={"COLUMNS": "200"}).stdout

    assert "version 3 in the ledger, version 1 in the trail" in said


def test_a_record_that_was_deleted_is_still_told(world: World) -> None:
    """Given somebody deleted everything about a person from the ledger, the trail has it, and the deed."""
    world.tell(*LEFT, (REVOCATION, None), (state(1), None))

    said = RUN.invoke(app, ["leavers", "--history", "00u1"], env={"COLUMNS": "240"}).stdout

    assert "record removed" in said
    assert "somebody else did" in said


def test_nothing_is_a_sentence(world: World) -> None:
    result = RUN.invoke(app, ["leavers", "--history", "nobody"])

    assert result.exit_code == Exit.USAGE
    assert "Nothing is kept about nobody" in result.stderr
