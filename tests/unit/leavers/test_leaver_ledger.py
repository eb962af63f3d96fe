"""The ledger's promises, held by conditional writes: no lost change, no rewritten history, one writer."""

from dataclasses import replace
from typing import TYPE_CHECKING, Any

import pytest
from botocore.exceptions import ClientError

from functions.aws.lease import Lease, LeaseLostError, LeaseState, Turn
from functions.aws.ledger import Ledger, LedgerConflictError, Stored, Write
from functions.leavers.book import Book, new_record, open_entry, told
from functions.leavers.decide import Leaver, Reason, Return
from functions.leavers.documents import from_document, to_document
from functions.leavers.record import Record
from functions.leavers.taken import Taken
from tests.unit.leavers.conftest import TABLE
from tests.unit.leavers.twins import JOHN, LOGIN, START

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

ENTRY = {"user_id": "u-1", "since": "2026-11-16T18:15:12+00:00"}
LEFT = Leaver(JOHN, LOGIN, Reason.SUSPEND, "t-1", START, "a note")


def write(ledger: Ledger, person: str, after: int, entry: dict[str, Any] | None = ENTRY) -> None:
    ledger.write([Write(person, {"n": after + 1}, after, entry, {"change": "x"})])


def test_a_record_is_read_as_it_was_written(dynamodb: "DynamoDBClient") -> None:
    ledger = Ledger(dynamodb, TABLE)
    assert ledger.read("john") is None
    write(ledger, "john", 0)
    stored = ledger.read("john")
    assert stored is not None
    assert (stored.version, stored.document) == (1, {"n": 1})


@pytest.mark.parametrize("after", [0, 2])
def test_who_is_late_does_not_write(dynamodb: "DynamoDBClient", after: int) -> None:
    ledger = Ledger(dynamodb, TABLE)
    write(ledger, "john", 0)
    with pytest.raises(LedgerConflictError):
        write(ledger, "john", after, None)
    assert len(ledger.open_entries()) == 1, "nothing of the late write is there"
    assert len(ledger.history("john")) == 1


def test_history_is_not_written_over_though_the_record_is_gone(dynamodb: "DynamoDBClient") -> None:
    """Given a record that somebody has deleted, so that the next writing counts its versions anew."""
    ledger = Ledger(dynamodb, TABLE)
    write(ledger, "john", 0)
    dynamodb.delete_item(TableName=TABLE, Key={"pk": {"S": "PERSON#john"}, "sk": {"S": "STATE"}})
    with pytest.raises(LedgerConflictError):
        ledger.write([Write("john", {"n": 1}, 0, None, {"change": "another story"})])
    assert [each["change"] for each in ledger.history("john")] == ["x"]


def test_open_revocations_come_and_go_with_the_record(dynamodb: "DynamoDBClient") -> None:
    ledger = Ledger(dynamodb, TABLE)
    for person in ("ann", "ben"):
        write(ledger, person, 0)
    write(ledger, "ann", 1, None)
    assert ledger.open_entries() == [{"person": "ben", **ENTRY}]


def test_many_are_written_at_once_or_none_of_them(dynamodb: "DynamoDBClient") -> None:
    """Given that one of three has moved on meanwhile."""
    ledger = Ledger(dynamodb, TABLE)
    write(ledger, "ben", 0)
    three = [Write(person, {"n": 1}, 0, ENTRY, {"change": "x"}) for person in ("ann", "ben", "col")]
    with pytest.raises(LedgerConflictError, match="ann, ben, col"):
        ledger.write(three)
    assert [entry["person"] for entry in ledger.open_entries()] == ["ben"]

    ledger.write([three[0], three[2]])
    assert ledger.read_all(["ann", "ben", "nobody", "ann"]) == {
        "ann": Stored(1, {"n": 1}),
        "ben": Stored(1, {"n": 1}),
    }


def test_what_dynamodb_leaves_unprocessed_is_not_taken_for_absent(dynamodb: "DynamoDBClient") -> None:
    ledger = Ledger(dynamodb, TABLE)
    for person in ("ann", "ben"):
        write(ledger, person, 0)

    def leave_one(parsed: dict[str, Any], **_: object) -> None:
        left = parsed["Responses"][TABLE].pop()
        parsed["UnprocessedKeys"] = {TABLE: {"Keys": [{name: left[name] for name in ("pk", "sk")}]}}

    dynamodb.meta.events.register("after-call.dynamodb.BatchGetItem", leave_one)
    assert set(ledger.read_all(["ann", "ben"])) == {"ann", "ben"}


def test_all_pages_of_open_revocations_are_read(dynamodb: "DynamoDBClient") -> None:
    ledger = Ledger(dynamodb, TABLE)
    for number in range(30):
        write(ledger, f"p{number}", 0, ENTRY | {"login": "x" * 40_000})
    assert len(ledger.open_entries()) == 30


def test_history_is_kept_in_order(dynamodb: "DynamoDBClient") -> None:
    ledger = Ledger(dynamodb, TABLE)
    for version in range(12):
        ledger.write([Write("john", {}, version, None, {"change": str(version)})])
    assert [item["change"] for item in ledger.history("john")] == [str(n) for n in range(12)]


def test_errors_of_the_service_are_not_taken_for_conflicts(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(ClientError):
        write(Ledger(dynamodb, "no-such-table"), "john", 0)


def test_a_record_survives_the_round_trip(dynamodb: "DynamoDBClient") -> None:
    book = Book(Ledger(dynamodb, TABLE), lambda: START)
    seed = new_record(LEFT, None)
    entry = book.change(seed, told(LEFT), lambda record: record.left(LEFT, START, START - START))
    stored = Ledger(dynamodb, TABLE).read(seed.key)
    assert stored is not None
    assert from_document(seed.key, stored.document) == entry.record
    assert entry.record.occasion is not None
    assert entry.record.occasion.note == "a note"


def test_what_was_taken_and_how_long_the_deny_stays_survive_it_too() -> None:
    record = replace(
        new_record(LEFT, "u-1").left(LEFT, START, START - START),
        taken=Taken((("111111111111", "arn:set"),), ("g-1",)),
        narrowed=START,
        clean_since=START,
        lifted=True,
    )
    assert from_document(record.key, to_document(record)) == record


def test_a_closed_record_keeps_what_it_knows_and_is_not_open(dynamodb: "DynamoDBClient") -> None:
    back = Return(JOHN, LOGIN, frozenset({Reason.SUSPEND}), "t-2", START)
    record = new_record(back, None).returned(back, START, START - START)
    assert open_entry(record) is None
    assert from_document(record.key, to_document(record)) == record


def test_two_at_once_both_get_their_change(dynamodb: "DynamoDBClient") -> None:
    """The other one writes between our read and our write."""
    ledger = Ledger(dynamodb, TABLE)
    book, other = Book(ledger, lambda: START), Leaver(JOHN, LOGIN, Reason.LOCK, "t-2", START)
    seed = new_record(LEFT, None)
    raced: list[int] = []

    def change(record: Record) -> Record:
        if not raced:
            raced.append(1)
            theirs = Book(ledger, lambda: START)
            theirs.change(seed, told(other), lambda r: r.left(other, START, START - START))
        return record.left(LEFT, START, START - START)

    entry = book.change(seed, told(LEFT), change)
    assert set(entry.record.reasons) == {Reason.SUSPEND, Reason.LOCK}
    assert entry.version == 2


def test_one_holds_the_lease_until_it_ends_or_is_given_back(dynamodb: "DynamoDBClient") -> None:
    lease = Lease(dynamodb, TABLE, "deny")
    assert lease.take("a", now=100, until=160.5) == Turn(1)
    assert lease.take("b", now=160, until=220) == LeaseState(1, 0, 160.5), "what whoever comes too late sees"
    assert lease.take("b", now=160.5, until=220) == Turn(2)
    lease.finish("b", 2, ["u-9"], ["p#1=ab"], at=160.75)
    state = lease.read()
    assert (state.begun, state.finished, state.until, state.left_over) == (2, 2, 0, ("u-9",))
    assert lease.take("c", now=161, until=221) == Turn(3, ("p#1=ab",), 160.75)


def test_who_takes_the_lease_and_gets_no_answer_has_it_when_asking_again(dynamodb: "DynamoDBClient") -> None:
    lease = Lease(dynamodb, TABLE, "deny")
    lease.take("a", now=100, until=160)
    assert lease.take("a", now=100, until=160) == Turn(2), "and waits for nobody"
    lease.finish("a", 2, [], ["p#1=ab"], at=101)
    assert lease.take("b", now=102, until=162) == Turn(3, ("p#1=ab",), 101), "which the next one can rely on"


def test_who_has_lost_the_lease_cannot_say_it_is_done(dynamodb: "DynamoDBClient") -> None:
    lease = Lease(dynamodb, TABLE, "deny")
    lease.take("a", now=100, until=160)
    lease.take("b", now=200, until=260)
    with pytest.raises(LeaseLostError):
        lease.finish("a", 1, [], [], at=161)
    with pytest.raises(LeaseLostError):
        lease.abandon("a", 1, None)
    assert lease.read().until == 260


def test_an_abandoned_lease_is_free_and_nothing_is_finished(dynamodb: "DynamoDBClient") -> None:
    lease = Lease(dynamodb, TABLE, "deny")
    lease.take("a", now=100, until=160)
    lease.abandon("a", 1, None)
    assert lease.read().finished == 0
    assert lease.take("b", now=101, until=161) == Turn(2)


def test_an_abandoned_lease_can_say_all_the_same_what_was_left(dynamodb: "DynamoDBClient") -> None:
    lease = Lease(dynamodb, TABLE, "deny")
    lease.take("a", now=100, until=160)
    lease.abandon("a", 1, ["p#1=ab"])
    assert lease.take("b", now=101, until=161) == Turn(2, ("p#1=ab",))
    lease.abandon("b", 2, None)
    assert lease.take("c", now=102, until=162) == Turn(3), "not what somebody left long ago"
