"""Reading the System Log: bounded and polling, with the links Okta gives."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sandbox import okta
from sandbox.okta.logevent import SYSTEM, Occurrence
from tests.standins.okta.api import Api

SAMPLE = Path("events/okta/system-log-page.json")
NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)


class Clock:
    now = NOON

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def timed(clock: Clock) -> Iterator[Api]:
    with okta.serve(settings=okta.Settings(clock=clock)) as running:
        yield Api(running)


def record(api: Api, message: str, published: datetime | None = None) -> str:
    organization = api.server.model.organization
    event = organization.record(Occurrence("user.session.start", message, SYSTEM), published)
    return str(event["uuid"])


def uuids(events: list[dict[str, str]]) -> list[str]:
    return [event["uuid"] for event in events]


def test_polling_always_offers_a_next_page_that_goes_on_where_it_stopped(timed: Api) -> None:
    # Given two events, read to the end
    known = [record(timed, "first"), record(timed, "second")]
    answer = timed("GET", "/api/v1/logs", since="2026-11-16T11:00:00Z", sortOrder="ASCENDING", limit="1")
    seen = uuids(answer.json())
    while answer.json():
        answer = timed("GET", answer.links["next"]["url"])
        seen += uuids(answer.json())
    assert seen == known
    # When another one is written
    third = record(timed, "third")
    # Then the same cursor brings it, and it alone
    answer = timed("GET", answer.links["next"]["url"])
    assert uuids(answer.json()) == [third]
    assert "next" in answer.links


def test_polling_is_in_the_order_of_persistence_so_a_late_event_is_not_missed(
    timed: Api, clock: Clock
) -> None:
    # Given a reader who has read up to now
    record(timed, "on time")
    cursor = timed("GET", "/api/v1/logs", since="2026-11-16T11:00:00Z").links["next"]["url"]
    # When an event arrives that was published an hour before the first request's `since`
    late = record(timed, "late", NOON - timedelta(hours=2))
    # Then polling brings it
    assert uuids(timed("GET", cursor).json()) == [late]


def test_a_filter_that_hides_events_still_moves_the_cursor(timed: Api) -> None:
    record(timed, "hidden")
    answer = timed("GET", "/api/v1/logs", filter='eventType eq "user.lifecycle.deactivate"')
    again = timed("GET", answer.links["next"]["url"])
    assert (answer.json(), again.json()) == ([], [])
    assert answer.links["next"]["url"] == again.links["next"]["url"]


def test_a_bounded_query_is_in_the_order_of_publication_and_ends(timed: Api) -> None:
    second = record(timed, "second")
    first = record(timed, "first", NOON - timedelta(minutes=5))
    outside = record(timed, "outside", NOON - timedelta(hours=5))
    window = {"since": "2026-11-16T11:00:00Z", "until": "2026-11-16T12:30:00Z"}
    answer = timed("GET", "/api/v1/logs", limit="1", **window)
    seen = uuids(answer.json())
    while "next" in answer.links:
        answer = timed("GET", answer.links["next"]["url"])
        seen += uuids(answer.json())
    assert seen == [first, second]
    assert outside not in seen
    descending = timed.ok("GET", "/api/v1/logs", sortOrder="DESCENDING", **window)
    assert uuids(descending) == [second, first]


def test_what_is_older_than_90_days_is_gone(timed: Api, clock: Clock) -> None:
    record(timed, "old")
    clock.now = NOON + timedelta(days=89)
    assert len(timed.ok("GET", "/api/v1/logs", since="2026-11-01T00:00:00Z")) == 1
    clock.now = NOON + timedelta(days=90, seconds=1)
    assert timed.ok("GET", "/api/v1/logs", since="2026-11-01T00:00:00Z") == []


def test_filters_reach_targets_by_any_member(api: Api) -> None:
    person_id = api.server.model.add_person("ada@example.com").id
    api.server.model.add_person("other@example.com")
    types = '(eventType eq "user.lifecycle.activate" or eventType sw "application.")'
    found = api.ok("GET", "/api/v1/logs", filter=f'{types} and target.id eq "{person_id}"')
    assert {event["eventType"] for event in found} == {
        "user.lifecycle.activate",
        "application.user_membership.add",
    }


@pytest.mark.parametrize(
    "wrong",
    [
        {"limit": "1001"},
        {"since": "yesterday"},
        {"sortOrder": "UP"},
        {"filter": "eventType eq"},
        {"after": "x"},
    ],
)
def test_a_parameter_that_makes_no_sense_is_400(api: Api, wrong: dict[str, str]) -> None:
    assert api("GET", "/api/v1/logs", **wrong).status_code == 400


def test_an_answer_has_the_headers_of_the_sample(api: Api) -> None:
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))["response"]
    answer = api("GET", "/api/v1/logs")
    assert set(sample["headers"]) <= set(answer.headers)
    assert int(answer.headers["X-Rate-Limit-Reset"]) > 0
    assert answer.json() == [] or answer.json()[0].keys() == sample["body"][0].keys()
