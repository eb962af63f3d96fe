"""The line of turns, whoever stands in it: never more than its rate, and everybody's turn comes."""

import heapq
from dataclasses import dataclass, field

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws.turns import GAP, GOOD_FOR, RATE, Place, Standing, begin

SKEW = 0.05
"""Seconds that a clock may be off; Lambda's hosts keep time within milliseconds."""

SLACK = RATE * (GOOD_FOR + 2 * SKEW) + 1
"""Calls above RATE x t in any t seconds, as the module promises."""

AWS_BUCKET = 20


@dataclass
class Instance:
    """`takes` are the seconds of its calls, one after the other; it crashes after the calls in `crashes`."""

    block: int
    skew: float
    starts: float
    takes: list[float]
    crashes: frozenset[int]
    done: int = 0
    standing: Standing = field(init=False)

    def __post_init__(self) -> None:
        self.standing = Standing(Place(self.block, 1.0))


@dataclass
class Line:
    ends: float | None = None

    def book(self, count: int, now: float) -> float:
        first = begin(self.ends, now)
        self.ends = first + count * GAP
        return first


# A slow call, and then some that take no time: whoever could save up turns would make them all at once.
TAKES = st.lists(
    st.builds(
        lambda slow, more: [slow, *[0.0] * more],
        st.sampled_from([0.05, 0.12, 0.5, 1.0, 2.0]),
        st.integers(0, 8),
    ),
    min_size=1,
    max_size=5,
)
INSTANCES = st.builds(
    Instance,
    block=st.sampled_from([1, 3, 5, 8]),
    skew=st.floats(-SKEW, SKEW),
    starts=st.sampled_from([1000.0, 1000.2, 1001.5]),
    takes=TAKES.map(lambda parts: [each for part in parts for each in part]),
    crashes=st.frozensets(st.integers(0, 29), max_size=3),
)


def turn(one: Instance, line: Line, now: float) -> float:
    """When the instance, by its own clock, may make its call."""
    while (found := one.standing.turn(now)) is None:
        count = one.standing.wanted
        one.standing = one.standing.given(line.book(count, now), count)
    at, one.standing = found
    return at


def play(instances: list[Instance]) -> tuple[list[float], float]:
    """The true times of all calls, and the longest that anybody waited."""
    line, calls, longest = Line(), list[float](), 0.0
    due = [(one.starts, number) for number, one in enumerate(instances)]
    heapq.heapify(due)
    while due:
        at, number = heapq.heappop(due)
        one = instances[number]
        made = turn(one, line, at + one.skew) - one.skew
        calls.append(made)
        longest = max(longest, made - at)
        if one.done in one.crashes:
            one.standing = Standing(one.standing.place)
        one.done += 1
        if one.done < len(one.takes):
            heapq.heappush(due, (made + one.takes[one.done - 1], number))
    return sorted(calls), longest


@given(st.lists(INSTANCES, min_size=1, max_size=10))
@settings(max_examples=150, deadline=None)
def test_no_window_has_more_calls_than_the_rate_and_what_is_said(instances: list[Instance]) -> None:
    """Given any instances with any blocks, speeds, crashes and clocks, no stretch of time has too many calls,
    and nobody waits longer than for the turns of all others."""
    calls, longest = play(instances)

    least = float("inf")
    for number, at in enumerate(calls):
        least = min(least, number - RATE * at)
        assert number - RATE * at - least + 1 <= SLACK + 1e-3
    in_front = sum((one.block + 1) * (1 + len(one.crashes)) for one in instances)
    assert longest <= in_front * GAP + 2 * SKEW + 1e-3


@given(st.integers(1, 8), st.integers(1, 60))
@settings(max_examples=50, deadline=None)
def test_who_is_alone_has_the_whole_rate(block: int, calls: int) -> None:
    """Given nobody else in line, calls that take no time go out one turn after the other, none is lost."""
    one = Instance(block, 0.0, 1000.0, [0.0] * calls, frozenset())
    made, _ = play([one])

    assert made[-1] - made[0] <= (calls - 1) * GAP + 1e-3


def test_what_is_said_fits_into_what_aws_takes() -> None:
    """Given a bucket of 20 with 20 new ones a second, this line alone never empties it."""
    assert RATE <= 0.9 * AWS_BUCKET
    assert SLACK < AWS_BUCKET
