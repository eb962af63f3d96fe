"""Faults and call counts of the stand-ins."""

import time

import pytest

from sandbox.faults import Failure, FaultBoard, FaultError


def test_a_fault_hits_as_often_as_it_says() -> None:
    """Given one fault for two calls of one operation, the third and every other operation go through."""
    board = FaultBoard()
    board.set(
        [
            {
                "service": "organizations",
                "operation": "UpdatePolicy",
                "error": "Busy",
                "status": 429,
                "times": 2,
            }
        ]
    )
    met = [board.meet("organizations", "UpdatePolicy") for _ in range(3)]
    assert met == [Failure("Busy", 429), Failure("Busy", 429), None]
    assert board.meet("organizations", "DescribePolicy") is None


def test_an_empty_list_clears_all() -> None:
    """Given faults in force, an empty list ends them."""
    board = FaultBoard()
    board.set([{"error": "Down", "status": 503}])
    assert board.meet("okta", "GetUser") == Failure("Down", 503)
    board.set([])
    assert board.meet("okta", "GetUser") is None


def test_latency_alone_slows_and_does_not_fail() -> None:
    """Given latency without an error, the call takes that long and succeeds."""
    board = FaultBoard()
    board.set([{"latency_ms": 50}])
    start = time.monotonic()
    assert board.meet("okta", "GetUser") is None
    assert time.monotonic() - start >= 0.05


def test_a_rate_hits_its_share_the_same_way_each_time() -> None:
    """Given a rate of one in four and the same seed, the same calls fail."""

    def hits() -> list[bool]:
        board = FaultBoard(seed=7)
        board.set([{"error": "Busy", "rate": 0.25}])
        return [board.meet("sso-admin", "X") is not None for _ in range(1000)]

    assert hits() == hits()
    assert 200 < sum(hits()) < 300


def test_calls_are_counted_by_service_and_operation() -> None:
    """Given calls that fail and calls that do not, both count, until the counts are reset."""
    board = FaultBoard()
    board.set([{"operation": "A", "error": "Busy", "times": 1}])
    for operation in ("A", "A", "B"):
        board.meet("sso-admin", operation)
    assert board.calls() == {"sso-admin": {"A": 2, "B": 1}}
    board.reset()
    assert board.calls() == {}


@pytest.mark.parametrize("wrong", [{}, [1], [{"servcie": "okta"}], [{"rate": 2}], [{"status": 200}]])
def test_a_fault_that_makes_no_sense_is_refused(wrong: object) -> None:
    """Given a misspelt or impossible fault, nothing is set and the error says why."""
    with pytest.raises(FaultError):
        FaultBoard().set(wrong)
