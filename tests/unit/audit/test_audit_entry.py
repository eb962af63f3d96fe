"""What the audit trail keeps of a change in the ledger."""

from typing import Any

import pytest

from functions.audit.entry import Entry, Item, entry
from functions.aws.audit_trail import folder
from tests.unit.audit.records import note, opened, state, stream_record


def test_who_when_what_from_what_to_what_and_why() -> None:
    """Given a step that now holds, the entry says so, and nothing else changed but the version."""
    done = state(3, steps={"deny": {"state": "done"}})

    made = entry(stream_record(state(2), done, number=7))

    assert (made.person, made.item, made.change) == ("okta:00u1", Item.RECORD, "changed")
    assert made.at == "2026-11-22T18:00:00Z"
    assert made.changes == {
        "document.steps.deny.state": {"from": "failed", "to": "done"},
        "version": {"from": 2, "to": 3},
    }
    assert made.after == done
    assert (made.trigger, made.event_id) == ("uuid-1", f"{7:0>32x}")
    assert made.expected


def test_a_stream_does_not_say_who_wrote() -> None:
    """Given any write, the principal is not known; only what DynamoDB itself removes has one."""
    record = stream_record(opened(), None)
    assert entry(record).principal is None

    record["userIdentity"] = {"type": "Service", "principalId": "dynamodb.amazonaws.com"}
    assert entry(record).principal == "dynamodb.amazonaws.com"


@pytest.mark.parametrize(
    ("before", "after", "person", "item"),
    [
        (None, state(1), "okta:00u1", Item.RECORD),
        (None, opened("user:u-2"), "user:u-2", Item.REVOCATION),
        (opened(), None, "okta:00u1", Item.REVOCATION),
        (None, note(1), "okta:00u1", Item.NOTE),
        (None, {"pk": "LOSS", "sk": "00u1#00g1", "version": 1}, "okta:00u1", Item.LOSS),
        (None, {"pk": "PERSON#okta:00u1", "sk": "BY-HAND"}, "okta:00u1", Item.OTHER),
    ],
)
def test_every_item_of_a_person_lies_with_that_person(
    before: Any, after: Any, person: str, item: Item
) -> None:
    made = entry(stream_record(before, after))

    assert (made.person, made.item) == (person, item)
    assert made.key.startswith(folder(person))


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (state(2), None),
        (state(2), state(2, status="closed")),
        (state(2), state(7)),
        (None, state(4)),
        (note(2), {**note(2), "trigger": "another"}),
        (note(2), None),
        (None, {"pk": "PERSON#okta:00u1", "sk": "BY-HAND"}),
        ({"pk": "LOSS", "sk": "00u1#00g1", "version": 1}, {"pk": "LOSS", "sk": "00u1#00g1", "version": 9}),
    ],
)
def test_what_the_function_never_does_is_told_apart(before: Any, after: Any) -> None:
    """Given a record that is deleted, replaced without its count, or a note that is changed."""
    assert not entry(stream_record(before, after)).expected


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (None, state(1)),
        (state(1), state(2)),
        (None, note(1)),
        (opened(), None),
        (None, {"pk": "LOSS", "sk": "00u1#00g1", "version": 1}),
        ({"pk": "LOSS", "sk": "00u1#00g1", "version": 1}, None),
    ],
)
def test_what_the_function_does_is_expected(before: Any, after: Any) -> None:
    assert entry(stream_record(before, after)).expected


def test_a_delivery_that_is_repeated_makes_the_same_entry_under_the_same_key() -> None:
    record = stream_record(None, state(1))

    assert entry(record).key == entry(record).key
    assert entry(record).text() == entry(record).text()


def test_keys_sort_as_things_happened() -> None:
    """Within a second by the place in the stream, whose numbers have no fixed length."""
    early = entry(stream_record(None, state(1), number=9))
    late = entry(stream_record(None, state(1), number=10**25))
    later = entry(stream_record(None, state(1), number=1, at=1_795_370_401.0))

    assert early.key < late.key < later.key


def test_no_item_that_dynamodb_can_hold_is_beyond_it() -> None:
    """Given an item made by hand with every type there is, the entry holds it and reads back the same."""
    odd: dict[str, Any] = {
        "pk": {"S": "PERSON#" + "ö/.." * 500},
        "sk": {"S": "STATE"},
        "n": {"N": "-12"},
        "f": {"N": "1.50"},
        "b": {"B": "AAEC"},
        "none": {"NULL": True},
        "yes": {"BOOL": False},
        "set": {"SS": ["b", "a"]},
        "numbers": {"NS": ["2", "1"]},
        "list": {"L": [{"M": {"x": {"L": []}}}]},
        "empty": {"M": {}},
    }
    record = stream_record(None, state(1))
    record["dynamodb"]["Keys"] = {name: odd[name] for name in ("pk", "sk")}
    record["dynamodb"]["NewImage"] = odd

    made = entry(record)

    assert len(made.key.encode()) <= 1024
    assert Entry.read(made.text()) == made
    assert made.after is not None
    values = {name: made.after[name] for name in odd if name not in ("pk", "sk")}
    assert values == {
        "n": -12,
        "f": "1.50",
        "b": "AAEC",
        "none": None,
        "yes": False,
        "set": ["a", "b"],
        "numbers": ["1", "2"],
        "list": [{"x": []}],
        "empty": {},
    }


def test_two_people_never_share_a_folder() -> None:
    """Given names that differ by a slash only, each has a folder that is no part of the other's."""
    assert not folder("okta:00u1").startswith(folder("okta:00u"))
    assert not folder("okta:00u1/x").startswith(folder("okta:00u1"))
