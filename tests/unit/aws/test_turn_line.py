"""The line of turns in its table: what is booked is nobody else's, at one write where possible."""

from collections.abc import Iterator
from typing import Any

import boto3
import pytest
from moto import mock_aws

from functions.aws.turn_line import LINE, LineUnavailableError, TurnLine
from functions.aws.turns import GAP, LONGEST

TABLE = "ostiary-turns"
NOW = 1_760_000_000.25


class Table:
    """The table, and how often it was written to."""

    def __init__(self) -> None:
        self.client: Any = boto3.client(
            "dynamodb", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
        )
        self.client.create_table(
            TableName=TABLE,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        self.writes = 0
        self.client.meta.events.register("before-call.dynamodb.UpdateItem", self._count)

    def _count(self, **_: Any) -> None:
        self.writes += 1

    def instance(self) -> TurnLine:
        return TurnLine(self.client, TABLE)

    def ends(self, at: float) -> None:
        self.client.put_item(TableName=TABLE, Item={"pk": {"S": LINE}, "ends": {"N": str(at)}})


@pytest.fixture
def table() -> Iterator[Table]:
    with mock_aws():
        yield Table()


def near(seconds: float) -> Any:
    return pytest.approx(seconds, abs=1e-5)


def test_the_first_in_line_begins_at_once(table: Table) -> None:
    """Given a table with nothing in it, or a line that is past, turns begin now."""
    one = table.instance()

    assert one.book(5, NOW) == near(NOW)
    assert one.book(5, NOW + 60) == near(NOW + 60)
    assert table.writes == 2


def test_turns_follow_each_other_whoever_asks(table: Table) -> None:
    one, other = table.instance(), table.instance()

    begins = [one.book(5, NOW), other.book(3, NOW + 0.1), one.book(5, NOW + 0.2), other.book(1, NOW + 0.3)]

    assert begins == [near(NOW), near(NOW + 5 * GAP), near(NOW + 8 * GAP), near(NOW + 13 * GAP)]
    assert table.writes == 5, "the other could not know the first time that somebody was there"


def test_in_a_full_line_one_write_is_enough(table: Table) -> None:
    """Given others who always book in between, an instance that found them there once asks right at once."""
    one, other, now = table.instance(), table.instance(), NOW
    table.ends(NOW + 2.0)
    one.book(5, now)
    for _ in range(4):
        now = other.book(20, now) + 0.9  # the turns of `one` are over for a while
        writes = table.writes
        one.book(5, now)
        assert table.writes == writes + 1


def test_a_line_that_cannot_be_right_begins_anew(table: Table) -> None:
    table.ends(NOW + LONGEST + 5)

    assert table.instance().book(2, NOW) == near(NOW)
    assert table.instance().book(2, NOW) == near(NOW + 2 * GAP)


def test_a_table_that_is_not_there_is_said(table: Table) -> None:
    """Given no table, or no right to it: the caller does without, whatever the service's own error."""
    with pytest.raises(LineUnavailableError, match="ResourceNotFoundException"):
        TurnLine(table.client, "another").book(1, NOW)
