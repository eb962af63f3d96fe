"""When the applier looks: few looks where nothing waits for one, prompt ones where they make room."""

import math
from collections import deque
from collections.abc import Collection, Mapping
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest

from functions.accounts.apply import OUTSTANDING, Timing, Work
from functions.accounts.looks import (
    EARLY_LOOK,
    FIRST_LOOK,
    LONGEST_WAIT,
    SOONER,
    TOGETHER,
    Known,
    next_look,
)
from functions.aws.assignment_requests import Request
from functions.aws.turns import GAP

MADE = (100.0, 100.1, 100.2, 101.0)


def test_where_nothing_waits_the_first_look_has_time_and_the_next_ones_twice_that() -> None:
    """Given requests of which nothing is known, a look each time that the newest is twice as old."""
    found = next_look(MADE, 0, Known())
    assert found == 101.0 + FIRST_LOOK
    known = Known().seen((), MADE, found)
    assert next_look(MADE, 0, known) == 101.0 + 2 * FIRST_LOOK


def test_where_more_waits_looks_come_early() -> None:
    found = next_look(MADE, 3, Known())
    assert found == 100.0 + EARLY_LOOK
    known = Known().seen((), MADE, found)
    assert next_look(MADE, 3, known) == 100.0 + EARLY_LOOK * SOONER


def test_what_ended_tells_when_the_others_will() -> None:
    """Given that one ended between 3.0 and 3.1 seconds old, the newest is looked at when it will be 3.1."""
    known = Known().seen((100.0,), (100.1,), 103.1)
    assert next_look((100.1, 100.2, 101.0), 0, known) == pytest.approx(101.0 + 3.1)


def test_a_free_place_is_not_left_waiting_for_those_that_were_made_later() -> None:
    """Given places to fill, the look is for those made together with the oldest, and for as many as wait."""
    known = Known().seen((99.0,), (99.05,), 102.0)
    assert MADE[2] - MADE[0] < TOGETHER < MADE[3] - MADE[0]

    assert next_look(MADE, 20, known) == pytest.approx(100.2 + 3.0)
    assert next_look(MADE, 2, known) == pytest.approx(100.1 + 3.0)


def test_while_it_may_be_much_less_the_middle_is_tried() -> None:
    """Given that one ended somewhen between 2 and 4 seconds old, the next look is for 3 seconds."""
    known = Known().seen((), (98.0,), 100.0).seen((98.0,), (), 102.0)
    assert next_look((103.0,), 1, known) == 103.0 + 3.0


def test_what_is_overdue_is_looked_at_seldom_and_not_for_ever_later() -> None:
    known = Known().seen((100.0,), (100.1,), 103.1)
    looks = [known.looked]
    for _ in range(12):
        looks.append(next_look((100.1,), 0, known))
        known = known.seen((), (100.1,), looks[-1])
    gaps = [later - earlier for earlier, later in pairwise(looks)]
    assert gaps == sorted(gaps)
    assert 0 < gaps[0] < 1
    assert gaps[-1] <= LONGEST_WAIT


class Aws:
    """Each request takes so many seconds, each call its turn; time passes by waiting alone."""

    def __init__(self, seconds: float) -> None:
        self.seconds = seconds
        self.now = datetime(2026, 10, 14, tzinfo=UTC)
        self.ends: dict[str, datetime] = {}
        self.calls = 1  # what exists has been read

    def sleep(self, seconds: float) -> None:
        self.now += timedelta(seconds=seconds)

    def ask(self, item: str) -> Request:
        self._call()
        under_way = sum(self.now < end for end in self.ends.values())
        assert under_way < OUTSTANDING
        self.ends[item] = self.now + timedelta(seconds=self.seconds)
        return Request(item, "IN_PROGRESS")

    def look(self, items: Collection[str]) -> Mapping[str, Request]:
        self._call()
        return {
            item: Request(item, "SUCCEEDED" if self.ends[item] <= self.now else "IN_PROGRESS")
            for item in items
        }

    def _call(self) -> None:
        self.calls += 1
        self.sleep(GAP)


def applied(count: int, seconds: float) -> tuple[float, int]:
    """Seconds until all are seen, and calls."""
    aws = Aws(seconds)
    begin = aws.now
    work = Work(deque(f"r{number}" for number in range(count)), aws.ask, aws.look)
    work.run(Timing(lambda: aws.now, aws.sleep, begin + timedelta(hours=1)))
    assert len(work.done) == count
    return (aws.now - begin).total_seconds(), aws.calls


def least(count: int, seconds: float) -> float:
    """By AWS's limits: 15 at a time, 20 calls a second."""
    return max(math.ceil(count / OUTSTANDING) * seconds, count / 20 + seconds)


@pytest.mark.parametrize("seconds", [3.0, 6.0])
@pytest.mark.parametrize("count", [1, 12, 45])
def test_assignments_of_a_usual_length_are_seen_soon(count: int, seconds: float) -> None:
    """Given AWS's limits, all are seen within a quarter more than these allow; 12 with 15 calls at most."""
    took, calls = applied(count, seconds)

    assert took <= 1.25 * least(count, seconds)
    assert calls <= 15 or count > 12


@pytest.mark.parametrize("seconds", [0.2, 1.0, 2.0, 4.0, 5.0, 8.0, 10.0, 12.0, 20.0])
def test_whatever_they_take_a_look_never_costs_more_than_it_is_worth(seconds: float) -> None:
    """Given any other length: where nothing waits, seen by twice the time, with few looks; where more waits,
    few places stay free, at a look for every two requests at most."""
    took, calls = applied(12, seconds)
    assert took <= max(12 / 20 + FIRST_LOOK + 0.5, 2 * least(12, seconds))
    assert calls <= 17
    took, calls = applied(45, seconds)
    assert took <= 1.5 * least(45, seconds)
    assert calls <= 1.5 * 46
