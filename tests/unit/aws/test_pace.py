"""One instance's place in the line of turns: who waits when, and what happens when the line is silent."""

import io
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from botocore.awsrequest import AWSResponse, HeadersDict

from functions.aws import pace as module
from functions.aws.pace import Pace
from functions.aws.turn_line import LineUnavailableError
from functions.aws.turns import AGAIN, GAP, GOOD_FOR, LONGEST, Place, Standing, begin

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
PLACE = Place(block=4, alone=2.0)


class Watch:
    """Seconds that only sleeping moves."""

    now = 1000.0

    def __call__(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Line:
    """The line in memory; `asked` are the blocks that were asked for."""

    def __init__(self) -> None:
        self.ends: float | None = None
        self.silent = False
        self.asked: list[int] = []

    def book(self, count: int, now: float) -> float:
        self.asked.append(count)
        if self.silent:
            raise LineUnavailableError("no answer")
        first = begin(self.ends, now)
        self.ends = first + count * GAP
        return first


class Body(io.BytesIO):
    """What urllib3 gives botocore to read."""

    def stream(self) -> list[bytes]:
        return [self.read()]


@pytest.fixture
def watch() -> Watch:
    return Watch()


@pytest.fixture
def line() -> Line:
    return Line()


@pytest.fixture
def pace(line: Line, watch: Watch) -> Pace:
    return Pace(line, PLACE, clock=watch, sleep=watch.sleep)


@pytest.fixture
def warned(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    said: list[str] = []
    monkeypatch.setattr(module._logger, "warning", lambda text, **_: said.append(text))
    return said


def calls(pace: Pace, watch: Watch, count: int) -> list[float]:
    """Seconds from now at which so many calls go out."""
    start, made = watch.now, []
    for _ in range(count):
        pace()
        made.append(watch.now - start)
    return made


def test_who_is_alone_has_the_whole_rate(pace: Pace, watch: Watch, line: Line) -> None:
    """Given an empty line, the first call goes at once, the others 1/18 s apart, four to an asking."""
    assert calls(pace, watch, 9) == pytest.approx([number * GAP for number in range(9)])
    assert line.asked == [4, 4, 4]


def test_who_comes_later_waits_for_those_in_front(pace: Pace, watch: Watch, line: Line) -> None:
    line.ends = watch.now + 2.0

    assert calls(pace, watch, 2) == pytest.approx([2.0, 2.0 + GAP])


def test_turns_are_not_saved_up(pace: Pace, watch: Watch, line: Line) -> None:
    """Given a rest after the first of four turns, the other three are lost, and fewer are asked for."""
    pace()
    watch.now += GOOD_FOR + 4 * GAP

    assert calls(pace, watch, 3) == pytest.approx([0, GAP, 2 * GAP])
    assert line.asked == [4, 2, 3]


def test_a_line_that_cannot_be_right_begins_anew() -> None:
    """Given a broken clock that has written the year after, nobody waits for it."""
    now = 1000.0

    assert begin(now + LONGEST + 1, now) == now
    assert begin(now + LONGEST - 1, now) == now + LONGEST - 1
    assert begin(None, now) == begin(now - 5, now) == now


def test_without_the_line_each_keeps_to_a_share(
    pace: Pace, watch: Watch, line: Line, warned: list[str]
) -> None:
    """Given a table that cannot be asked, calls go out two a second, and it is said once."""
    line.silent = True

    assert calls(pace, watch, 4) == pytest.approx([0, 0.5, 1.0, 1.5])
    assert (len(line.asked), len(warned)) == (1, 1)


def test_the_line_is_tried_again_and_then_counts(
    pace: Pace, watch: Watch, line: Line, warned: list[str]
) -> None:
    """Given an outage of a minute, the line is asked every ten seconds, until it answers."""
    line.silent = True
    calls(pace, watch, int(60 * PLACE.alone))
    assert len(line.asked) == pytest.approx(60 / AGAIN, abs=1)
    line.silent = False
    watch.now += AGAIN

    assert calls(pace, watch, 3) == pytest.approx([0, GAP, 2 * GAP])
    assert len(warned) == 1

    line.silent = True
    calls(pace, watch, 4)
    assert len(warned) == 2, "another outage is said again"


def test_the_first_call_without_the_line_keeps_its_distance_from_the_last_with_it() -> None:
    found = Standing(PLACE).given(1000.0, 1).turn(1000.0)
    assert found is not None
    alone = found[1].refused(1000.1).turn(1000.1)
    assert alone is not None
    assert alone[0] == 1000.5


def test_every_request_of_a_client_waits_for_its_turn(pace: Pace, watch: Watch) -> None:
    """Given a client with a pace, retries and pages wait as well: it is what goes out that counts."""
    client: Any = boto3.client(
        "sso-admin", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )
    sent: list[float] = []

    def answer(request: Any, **_event: Any) -> AWSResponse:
        sent.append(watch.now - 1000)
        more = f'"NextToken": "{len(sent)}", ' if len(sent) < 3 else ""
        body = Body(f'{{{more}"PermissionSets": []}}'.encode())
        return AWSResponse(request.url, 200, cast(Any, HeadersDict()), body)

    pace.hold(client)
    client.meta.events.register_last("before-send.sso-admin", answer)
    pages = client.get_paginator("list_permission_sets").paginate(InstanceArn=INSTANCE)
    assert len(list(pages)) == 3
    assert sent == pytest.approx([0, GAP, 2 * GAP])


def test_no_client_of_sso_admin_is_made_that_does_not_stand_in_line() -> None:
    """Given any file that makes one, it holds it to a pace: what calls unpaced takes the turns of others."""
    functions = Path(module.__file__).parents[1]
    making = [path for path in functions.rglob("*.py") if 'client("sso-admin"' in path.read_text()]
    assert {path.parent.name for path in making} == {"accounts", "leavers"}
    assert all("pace.hold(client)" in path.read_text() for path in making)
