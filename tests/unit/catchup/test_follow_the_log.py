"""The System Log is read to its end, from wherever reading stopped, whatever stopped it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import requests

from functions.aws.cursor import Position
from functions.okta.client import OktaClient
from functions.okta.errors import OktaRefusedError, OktaThrottledError, OktaUnreachableError
from sandbox.okta.logevent import Occurrence
from tests.unit.catchup.conftest import START, PlaceTwin, Reader


def test_first_start_looks_back_a_day_and_no_further(reader: Reader) -> None:
    reader.clock.time = START - timedelta(days=2)
    reader.happens(3)
    reader.clock.time = START - timedelta(hours=20)
    recent = reader.happens(2)
    reader.clock.time = START
    reader.run()
    assert reader.bus.uuids() == recent


def test_the_second_run_brings_what_is_new_and_nothing_twice(reader: Reader) -> None:
    first = reader.happens(3)
    reader.run()
    reader.clock.wait(minutes=5)
    second = reader.happens(2)
    tally = reader.run()
    assert reader.bus.uuids() == first + second
    assert tally.events == 2


def test_what_no_hook_carries_comes_as_well_and_what_nobody_wants_does_not(reader: Reader) -> None:
    wanted = reader.happens(1, "app.keys.rotate") + reader.happens(1, "event_hook.delivery")
    reader.happens(5, "user.session.start")
    reader.run()
    assert reader.bus.uuids() == wanted
    assert [event.detail_type for event in reader.bus.events] == ["app.keys.rotate", "event_hook.delivery"]


def test_events_come_unchanged_under_the_source_of_the_hook(reader: Reader) -> None:
    reader.happens(1)
    reader.run()
    (event,) = reader.bus.events
    (logged,) = [
        e for e in reader.tenant.model.organization.log.events() if e["uuid"] == event.detail["uuid"]
    ]
    assert (event.source, event.detail) == ("ostiary.okta", logged)


def test_pages_of_a_thousand(reader: Reader) -> None:
    uuids = reader.happens(2500)
    tally = reader.run()
    assert reader.bus.uuids() == uuids
    assert (tally.pages, reader.asked()) == (4, 4)  # 1,000 + 1,000 + 500, and the empty one that ends it
    assert max(reader.bus.calls) == 10


def test_a_burst_of_ten_thousand(reader: Reader) -> None:
    uuids = reader.happens(10_000)
    tally = reader.run()
    assert reader.bus.uuids() == uuids
    assert (tally.pages, len(reader.bus.calls)) == (11, 1000)


def test_when_time_is_short_the_next_run_goes_on(reader: Reader) -> None:
    uuids = reader.happens(1500)
    left = iter([300.0, 59.0])
    tally = reader.run(lambda: next(left))
    assert (tally.pages, len(reader.bus.events)) == (1, 1000)
    reader.run()
    assert reader.bus.uuids() == uuids


def test_killed_between_bus_and_cursor_the_page_comes_again(reader: Reader) -> None:
    uuids = reader.happens(20)
    reader.place.dies = True
    with pytest.raises(RuntimeError, match="killed"):
        reader.run()
    reader.place.dies = False
    reader.run()
    assert reader.bus.uuids() == uuids + uuids  # consumers tell by the uuid


def test_killed_within_a_page_nothing_is_missing(reader: Reader) -> None:
    uuids = reader.happens(95)
    reader.bus.fails_after = 4
    with pytest.raises(RuntimeError, match="killed"):
        reader.run()
    reader.bus.fails_after = None
    reader.run()
    assert set(reader.bus.uuids()) == set(uuids)


def test_a_cursor_that_okta_refuses_is_replaced_with_an_overlap(reader: Reader) -> None:
    first = reader.happens(2)
    reader.run()
    reader.clock.wait(minutes=30)
    second = reader.happens(2)
    reader.fails(400, times=1)
    tally = reader.run()
    assert tally.trouble is None
    assert reader.bus.uuids() == first + first + second


def test_a_cursor_that_is_lost_is_a_first_start(reader: Reader) -> None:
    uuids = reader.happens(2)
    reader.run()
    reader.place.position = None
    reader.run()
    assert reader.bus.uuids() == uuids + uuids


def test_a_cursor_of_another_question_is_not_used(reader: Reader) -> None:
    reader.types = frozenset({"user.lifecycle.suspend"})
    reader.happens(1)
    reader.run()
    added = reader.happens(1, "app.keys.rotate")
    reader.types = frozenset({"user.lifecycle.suspend", "app.keys.rotate"})
    reader.run()
    assert set(added) <= set(reader.bus.uuids())


def test_a_cursor_older_than_the_log_says_that_there_is_a_gap(reader: Reader) -> None:
    reader.happens(1)
    reader.run()
    reader.clock.wait(days=91)
    reader.clock.time -= timedelta(days=60)
    kept = reader.happens(1)
    reader.clock.wait(days=60)
    tally = reader.run()
    assert reader.bus.uuids()[1:] == kept
    assert tally.position.gap == reader.clock.now()
    assert reader.run().position.gap == tally.position.gap


def test_a_day_without_okta_then_everything_in_order(reader: Reader) -> None:
    reader.run()
    reader.fails(503)
    missed: list[str] = []
    for _ in range(24):
        reader.clock.wait(hours=1)
        missed += reader.happens(50)
        tally = reader.run()
        assert isinstance(tally.trouble, OktaUnreachableError)
    assert reader.clock.now() - tally.position.reached > timedelta(hours=23)
    reader.tenant.faults.set([])
    tally = reader.run()
    assert reader.bus.uuids() == missed
    assert tally.position.reached == reader.clock.now()


def test_the_rate_limit_is_waited_for_by_oktas_own_headers(reader: Reader) -> None:
    reader.patience = 90.0
    uuids = reader.happens(3)
    reader.clock.time = datetime.now(UTC)  # the Date header of the answer is the real clock's
    for _ in range(60):
        _spend(reader)
    tally = reader.run()
    assert tally.trouble is None
    assert 0 < reader.clock.slept <= 62
    assert reader.bus.uuids() == uuids


def test_what_takes_longer_than_patience_is_the_next_runs(reader: Reader) -> None:
    reader.patience = 5.0
    uuids = reader.happens(3)
    for _ in range(60):
        _spend(reader)
    assert isinstance(reader.run().trouble, OktaThrottledError)
    reader.clock.wait(minutes=1)
    reader.run()
    assert reader.bus.uuids() == uuids


def test_the_last_requests_of_the_rate_limit_are_left_to_others(reader: Reader) -> None:
    reader.happens(3500)
    for _ in range(55):
        _spend(reader)
    tally = reader.run()
    assert (tally.pages, tally.trouble) == (1, None)
    reader.clock.wait(minutes=1)
    assert reader.run().pages == 4


def test_a_refused_sign_in_is_told_and_moves_nothing(reader: Reader) -> None:
    reader.fails(403, error="E0000006")
    tally = reader.run()
    assert isinstance(tally.trouble, OktaRefusedError)
    assert reader.place.position is None


def test_of_two_readers_the_later_one_stops(reader: Reader) -> None:
    uuids = reader.happens(2000)
    Reader(reader.tenant, reader.clock, reader.bus, _Overtaken(reader)).run()
    assert set(reader.bus.uuids()) == set(uuids)
    assert reader.place.position is not None
    assert reader.place.position.reached == reader.clock.now()


def test_an_event_that_no_bus_takes_is_named_and_does_not_stop_the_log(reader: Reader) -> None:
    people = tuple(
        replace(reader.tenant.model.organization.administrator, id=f"00u{n}" + "x" * 1000) for n in range(300)
    )
    organization = reader.tenant.model.organization
    huge = organization.record(
        Occurrence("user.lifecycle.suspend", "", organization.administrator, people, "/")
    )
    after = reader.happens(1)
    tally = reader.run()
    assert tally.lost == (huge["uuid"],)
    assert reader.bus.uuids() == after


def _spend(reader: Reader) -> None:
    requests.get(
        f"{reader.tenant.url}/api/v1/logs?limit=1",
        headers={"Authorization": f"SSWS {reader.tenant.token}"},
        timeout=5,
    )


class _Overtaken(PlaceTwin):
    """While this reader has its page, another one reads all."""

    def __init__(self, other: Reader) -> None:
        super().__init__()
        self._other = other
        self._done = False

    def read(self) -> Position | None:
        return self._other.place.read()

    def move(self, position: Position) -> Position:
        if not self._done:
            self._done = True
            self._other.run()
        return self._other.place.move(position)


def test_an_answer_without_a_link_to_what_follows_is_not_asked_for_again_and_again(
    reader: Reader, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given an Okta that leaves out the link that it promises: the run ends, the next begins an hour back."""
    happened = reader.happens(3)
    page = OktaClient.page
    monkeypatch.setattr(OktaClient, "page", lambda *asked: replace(page(*asked), next=None))
    reader.run()
    assert (reader.asked(), reader.bus.uuids()) == (1, happened)
    reader.clock.wait(minutes=5)
    happened += reader.happens(1)
    reader.run()
    assert set(reader.bus.uuids()) == set(happened)
