"""The event hook's contract, over real HTTP: one POST, one retry on 5xx or time-out, never on 4xx."""

import dataclasses
import json
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from sandbox import okta
from tests.standins.okta.api import DEACTIVATE, Api
from tests.standins.okta.endpoint import Endpoint

SECRET = "any text: 8Zt+/= of one's own"
SUSPEND = "user.lifecycle.suspend"
SAMPLE = Path("events/okta/hook-user-lifecycle-deactivate.json")


@pytest.fixture
def patient() -> Iterator[Api]:
    """An organization that waits half a second for more events before it delivers."""
    with okta.serve(settings=okta.Settings(batch_window=0.5, hook_timeout=0.5)) as running:
        yield Api(running)


def deactivate(api: Api, login: str = "john.doe@example.com") -> str:
    person_id = api.server.model.add_person(login).id
    api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/deactivate")
    return person_id


def failures(api: Api) -> list[str]:
    assert api.server.model.drain(10)
    return [event["outcome"]["reason"] for event in api.log("event_hook.delivery")]


def test_a_deactivation_arrives_with_the_secret_as_it_stands(api: Api, endpoint: Endpoint) -> None:
    # Given a verified hook
    api.register(endpoint.url, DEACTIVATE, secret=SECRET)
    # When somebody is deactivated
    person_id = deactivate(api)
    assert api.server.model.drain(10)
    # Then one POST carries the System Log's own event in the envelope that Okta documents
    (post,) = endpoint.posts
    sample = json.loads(SAMPLE.read_text(encoding="utf-8"))
    assert post.headers["authorization"] == SECRET
    assert post.headers["content-type"] == "application/json"
    assert post.body.keys() == sample.keys()
    assert post.body["eventType"] == "com.okta.event_hook"
    assert post.body["data"]["events"] == api.log(DEACTIVATE)
    assert endpoint.events[0]["target"][0]["id"] == person_id
    assert endpoint.events[0].keys() == sample["data"]["events"][0].keys()


def test_only_the_types_a_hook_subscribes_to_are_sent(api: Api, endpoint: Endpoint) -> None:
    api.register(endpoint.url, SUSPEND)
    deactivate(api)
    assert api.server.model.drain(10)
    assert endpoint.posts == []


@pytest.mark.parametrize("first", [(500, 0.0), (503, 0.0), (204, 1.0)], ids=["500", "503", "time-out"])
def test_one_retry_carries_the_same_delivery(api: Api, endpoint: Endpoint, first: tuple[int, float]) -> None:
    # Given an endpoint that fails once, by 5xx or by silence
    api.register(endpoint.url)
    endpoint.answers = [first]
    # When an event is delivered
    deactivate(api)
    # Then the same body comes a second time, and nothing is reported
    assert failures(api) == []
    assert len(endpoint.posts) == 2
    assert endpoint.posts[0].body == endpoint.posts[1].body


@pytest.mark.parametrize("answer", [(500, 0.0), (204, 1.0)], ids=["500", "time-out"])
def test_there_is_no_second_retry(api: Api, endpoint: Endpoint, answer: tuple[int, float]) -> None:
    api.register(endpoint.url)
    endpoint.answers = [answer] * 5
    deactivate(api)
    assert len(failures(api)) == 1
    assert len(endpoint.posts) == 2


@pytest.mark.parametrize("status", [400, 401, 403, 404, 429, 302])
def test_a_4xx_is_never_tried_again_and_only_the_system_log_says_so(
    api: Api, endpoint: Endpoint, status: int
) -> None:
    api.register(endpoint.url)
    endpoint.answers = [(status, 0.0)] * 5
    deactivate(api)
    assert failures(api) == [f"HTTP {status}"]
    assert len(endpoint.posts) == 1


def test_an_endpoint_that_is_gone_is_reported(api: Api, endpoint: Endpoint) -> None:
    with Endpoint() as gone:
        api.register(gone.url)
    deactivate(api)
    assert len(failures(api)) == 1


def test_an_inactive_or_unverified_hook_gets_nothing(api: Api, endpoint: Endpoint) -> None:
    api.register(endpoint.url, verify=False)
    inactive = api.register(endpoint.url)
    api.ok("POST", f"/api/v1/eventHooks/{inactive}/lifecycle/deactivate")
    deactivate(api)
    assert api.server.model.drain(10)
    assert endpoint.posts == []


def test_what_happens_close_together_may_come_in_one_delivery(patient: Api, endpoint: Endpoint) -> None:
    patient.register(endpoint.url)
    people = [deactivate(patient, f"person.{number}@example.com") for number in range(3)]
    assert patient.server.model.drain(10)
    (post,) = endpoint.posts
    assert [event["target"][0]["id"] for event in post.body["data"]["events"]] == people


def test_a_name_under_localhost_is_loopback_and_stays_in_the_host_header(
    api: Api, endpoint: Endpoint
) -> None:
    host = f"a1b2c3.execute-api.localhost:{endpoint.port}"
    api.register(f"http://{host}/prod/okta/events")
    deactivate(api)
    assert api.server.model.drain(10)
    assert {request.headers["host"] for request in endpoint.received} == {host}


def chaos(api: Api, **rates: float) -> None:
    deliveries = api.server.model.deliveries
    deliveries.chaos = dataclasses.replace(deliveries.chaos, **rates)  # type: ignore[arg-type]  # only rates here


def test_chaos_can_send_everything_twice(api: Api, endpoint: Endpoint) -> None:
    api.register(endpoint.url)
    chaos(api, duplicate=1.0)
    deactivate(api)
    assert api.server.model.drain(10)
    assert len(endpoint.posts) == 2
    assert len({event["uuid"] for event in endpoint.events}) == 1


def test_chaos_can_lose_a_delivery_without_a_trace(api: Api, endpoint: Endpoint) -> None:
    api.register(endpoint.url)
    api.ok("PUT", "/_sandbox/delivery", {"drop": 1.0})
    deactivate(api)
    assert failures(api) == []
    assert endpoint.posts == []
    assert len(api.log(DEACTIVATE)) == 1


def test_chaos_can_let_a_later_event_overtake(api: Api, endpoint: Endpoint) -> None:
    # Given a hook whose deliveries are held back
    api.register(endpoint.url, DEACTIVATE, "user.lifecycle.reactivate")
    chaos(api, reorder=1.0, hold_seconds=1.5)
    person_id = deactivate(api)
    wait_until(lambda: api.server.model.deliveries.holding == 1)
    # When the reactivation follows on a wire that is in order again
    chaos(api, reorder=0.0)
    api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/reactivate")
    assert api.server.model.drain(10)
    # Then it comes first, though it was published later
    first, second = endpoint.events
    assert [first["eventType"], second["eventType"]] == ["user.lifecycle.reactivate", DEACTIVATE]
    assert first["published"] > second["published"]


def test_an_endpoint_that_hangs_does_not_hold_up_another() -> None:
    # Given two hooks, the first of which answers only when the second has its event
    with okta.serve() as running, Endpoint() as quick, Endpoint(gate=threading.Event()) as slow:
        api = Api(running)
        api.register(slow.url)
        api.register(quick.url)
        # When somebody is deactivated
        deactivate(api)
        # Then the second has it though the first is still silent
        wait_until(lambda: bool(quick.posts))
        assert slow.gate is not None
        slow.gate.set()
        assert api.server.model.drain(10)
        assert len(slow.posts) == 1


def wait_until(holds: Callable[[], bool], seconds: float = 2.9) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.005)
