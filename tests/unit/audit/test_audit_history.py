"""The trail as an operator reads it: oldest first, and what does not fit is said."""

from typing import Any

import pytest

from functions.audit.entry import entry
from functions.audit.history import ALONE, BY_HAND, HIDDEN, TWICE, History, history
from functions.aws.audit_trail import Kept
from tests.unit.audit.records import AT, note, opened, state, stream_record

PERSON = "okta:00u1"


def kept(before: Any, after: Any, *, number: int, at: float = AT, **seen: Any) -> Kept:
    made = entry(stream_record(before, after, number=number, at=at))
    return Kept(made.key, made.text(), **seen)


def read(*entries: Kept, record: Any = None, revocation: Any = None) -> History:
    """With what the ledger holds now."""
    there = {each["pk"]: each for each in (record, revocation) if each}
    return history(PERSON, entries, there)


LEFT = (
    kept(None, state(1), number=1),
    kept(None, opened(), number=2),
    kept(None, note(1), number=3),
)


def test_a_trail_that_fits_has_no_remarks() -> None:
    found = read(*LEFT, record=state(1), revocation=opened())

    assert [line.entry.sequence[-1] for line in found.lines] == ["1", "2", "3"]
    assert found.remarks == ()
    assert all(line.remarks == () for line in found.lines)


def test_a_ledger_that_is_ahead_is_said() -> None:
    """Somebody wrote while audit is behind, or around it."""
    (remark,) = read(*LEFT, record=state(2), revocation=opened()).remarks

    assert "version 2 in the ledger, version 1 in the trail" in remark


def test_a_revocation_that_is_gone_without_an_entry_is_said() -> None:
    (remark,) = read(*LEFT, record=state(1)).remarks

    assert "open revocation" in remark
    assert "none in the ledger, version 1 in the trail" in remark


def test_a_person_the_trail_does_not_know_is_said() -> None:
    assert len(read(record=state(1), revocation=opened()).remarks) == 2


def test_an_entry_that_is_missing_in_between_is_said() -> None:
    """Given versions 1 and 3 of the record, then 2 was never kept."""
    third = kept(state(2), state(3), number=4)

    (remark,) = read(*LEFT, third, record=state(3), revocation=opened()).remarks

    assert "no entry of version 2" in remark


def test_a_record_that_was_deleted_by_hand_is_told_though_the_ledger_agrees() -> None:
    found = read(*LEFT, kept(state(1), None, number=4), revocation=opened())

    assert found.remarks == ()
    assert [line.remarks for line in found.lines] == [(), (), (), (BY_HAND,)]


@pytest.mark.parametrize(
    ("before", "after"),
    [
        # Within the very second of a change
        (opened(), None),
        (opened(), opened(user_id="u-2")),
        (opened(), opened(version=7)),
        (opened(), {"pk": "OPEN", "sk": PERSON}),
    ],
)
def test_a_revocation_that_was_changed_by_hand_is_told(before: Any, after: Any) -> None:
    """Given the deny's entry goes or changes while the record stays as it is."""
    found = read(*LEFT, kept(before, after, number=4), record=state(1), revocation=after)

    assert [line.remarks for line in found.lines] == [(), (), (), (ALONE,)]


def test_a_revocation_that_was_taken_out_by_hand_is_told_though_the_next_change_puts_it_back() -> None:
    gone = kept(opened(), None, number=4)
    changed = kept(state(1), state(2), number=5)
    back = kept(None, opened(version=2), number=6)

    found = read(*LEFT, gone, changed, back, record=state(2), revocation=opened(version=2))

    assert [line.remarks for line in found.lines[3:]] == [(ALONE,), (), ()]


def test_each_change_of_a_record_puts_its_revocation_anew() -> None:
    changed = kept(state(1), state(2), number=4)
    anew = kept(opened(), opened(version=2), number=5)

    found = read(*LEFT, changed, anew, record=state(2), revocation=opened(version=2))

    assert not any(line.remarks for line in found.lines)


def test_a_revocation_that_ended_with_its_record_is_in_order() -> None:
    ended = kept(state(1), state(2), number=4, at=AT + 3600)
    gone = kept(opened(), None, number=5, at=AT + 3601)

    found = read(*LEFT, ended, gone, record=state(2))

    assert found.lines[-1].remarks == ()
    assert found.remarks == ()


def test_meddling_with_the_bucket_is_told() -> None:
    found = read(kept(None, state(1), number=1, versions=2, hidden=True), record=state(1))

    assert found.lines[0].remarks == (TWICE, HIDDEN)


def test_a_program_reads_all_of_it() -> None:
    found = read(*LEFT, record=state(1), revocation=opened()).to_json()

    assert found["remarks"] == []
    assert found["entries"][0]["after"]["version"] == 1
    assert found["entries"][0]["changes"]["version"] == {"to": 1}
