"""Okta's event hook contract: verification, delivery, and what each answer makes Okta do."""

import base64
import json
from typing import Any

import pytest
from botocore.exceptions import ClientError, ReadTimeoutError

from functions.bus import OKTA, BusError, BusEvent
from functions.hook.request import BODY_LIMIT
from functions.okta.log_event import LogEvent
from tests.unit.hook.conftest import SECRET, Hook, get, post, sample

DEACTIVATION = "hook-user-lifecycle-deactivate"
CHALLENGE = {"x-okta-verification-challenge": "ct1aUYdlJAeTPaHy"}


@pytest.mark.parametrize("shape", [str.lower, str.upper, str.title])
def test_a_challenge_comes_back_whatever_the_case_of_the_headers(hook: Hook, shape: Any) -> None:
    headers = {shape(name): value for name, value in {**CHALLENGE, "Authorization": SECRET}.items()}
    assert hook.answer(get(headers)) == (200, {"verification": "ct1aUYdlJAeTPaHy"})


def test_the_sample_of_a_verification_is_answered_as_it_says(hook: Hook) -> None:
    exchange = sample("hook-verification")
    headers = exchange["request"]["headers"] | {"Authorization": SECRET}
    assert hook.answer(get(headers)) == (exchange["response"]["status"], exchange["response"]["body"])


def test_a_get_without_challenge_is_no_verification(hook: Hook) -> None:
    assert hook.answer(get({"Authorization": SECRET}))[0] == 400
    assert hook.answer(get({}))[0] == 400


@pytest.mark.parametrize("headers", [{}, {"Authorization": "wrong"}, {"Authorization": ""}])
def test_without_the_secret_nothing_is_answered_or_put(hook: Hook, headers: dict[str, str]) -> None:
    assert hook.answer(get(headers | CHALLENGE))[0] == 401
    assert hook.answer(post(sample(DEACTIVATION), headers=headers))[0] == 401
    assert hook.bus.events == []


def test_a_delivery_is_on_the_bus_as_it_came_before_it_is_acknowledged(hook: Hook) -> None:
    delivery = sample(DEACTIVATION)
    assert hook.answer(post(delivery)) == (204, None)
    (raw,) = delivery["data"]["events"]
    assert hook.bus.events == [BusEvent(OKTA, "user.lifecycle.deactivate", raw)]


def test_each_event_of_a_delivery_goes_under_its_own_type(hook: Hook) -> None:
    assert hook.answer(post(sample("hook-two-people")))[0] == 204
    kinds = [event.detail_type for event in hook.bus.events]
    assert kinds == ["user.lifecycle.deactivate", "user.lifecycle.suspend"]


def test_an_event_type_that_nobody_consumes_is_counted_and_dropped(hook: Hook) -> None:
    assert hook.answer(post(sample("hook-unknown-type"))) == (204, None)
    assert (hook.bus.events, hook.counts) == ([], {"EventsIgnored": 1})


def test_a_delivery_without_events_is_fine(hook: Hook) -> None:
    assert hook.answer(post({"data": {"events": []}})) == (204, None)


def test_unknown_fields_and_missing_optional_ones_are_fine(hook: Hook) -> None:
    delivery = sample(DEACTIVATION)
    event = delivery["data"]["events"][0]
    least = {key: event[key] for key in ("uuid", "published", "eventType")} | {"new": [1]}
    assert hook.answer(post({"data": {"events": [least], "more": 1}, "x": None}))[0] == 204
    assert hook.bus.events[0].detail == least


def test_one_unreadable_event_does_not_take_the_others_with_it(hook: Hook) -> None:
    delivery = sample("hook-two-people")
    delivery["data"]["events"].insert(1, {"eventType": "user.lifecycle.suspend"})
    assert hook.answer(post(delivery))[0] == 204
    assert hook.counts == {"EventsAccepted": 2, "EventsUnreadable": 1}


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (None, "not JSON"),
        ("", "not JSON"),
        ("{", "not JSON"),
        ('{"data": NaN}', "not JSON"),
        ("[" * 100_000, "not JSON"),
        ("[]", "not an Okta event hook envelope"),
        ('{"eventType": "com.okta.other", "data": {"events": []}}', "not an Okta event hook envelope"),
        ("{}", "data.events"),
        ('{"data": []}', "data.events"),
        ('{"data": {"events": {}}}', "data.events"),
        ('{"data": {"events": [1, null]}}', "uuid"),
        ('{"data": {"events": [{"uuid": "u", "eventType": "e", "published": "soon"}]}}', "uuid"),
    ],
)
def test_what_is_no_okta_envelope_is_refused_with_the_reason(
    hook: Hook, body: str | None, reason: str
) -> None:
    status, answer = hook.answer(post(body))
    assert status == 400
    assert reason in answer["error"]
    assert hook.bus.events == []


def test_a_number_that_no_json_can_carry_on_is_unreadable(hook: Hook) -> None:
    event = json.dumps(sample(DEACTIVATION)["data"]["events"][0])
    broken = event.replace('"version": "0"', '"version": 1e999', 1)
    assert hook.answer(post(f'{{"data": {{"events": [{broken}]}}}}'))[0] == 400


def test_a_base64_body_is_decoded(hook: Hook) -> None:
    body = base64.b64encode(json.dumps(sample(DEACTIVATION)).encode()).decode()
    assert hook.answer(post(body, isBase64Encoded=True))[0] == 204
    assert len(hook.bus.events) == 1
    assert hook.answer(post("***", isBase64Encoded=True))[0] == 400


def test_a_body_beyond_the_limit_is_refused(hook: Hook) -> None:
    assert hook.answer(post("x" * (BODY_LIMIT + 1)))[0] == 413
    assert hook.answer(post("x" * (BODY_LIMIT * 2), isBase64Encoded=True))[0] == 413
    assert hook.answer(post("x" * BODY_LIMIT))[0] == 400


@pytest.mark.parametrize(
    ("content_type", "status"),
    [
        ("application/json", 204),
        ("application/json; charset=UTF-8", 204),
        ("Application/JSON", 204),
        ("application/cloudevents+json", 204),
        ("text/plain", 204),
        (None, 204),
        ("application/x-www-form-urlencoded", 415),
        ("text/html", 415),
    ],
)
def test_the_content_type_is_checked_tolerantly(hook: Hook, content_type: str | None, status: int) -> None:
    headers = {"authorization": SECRET} | ({"content-type": content_type} if content_type else {})
    assert hook.answer(post(sample(DEACTIVATION), headers=headers))[0] == status


def test_headers_are_found_in_their_multi_value_form_too(hook: Hook) -> None:
    many = {"Authorization": [SECRET], "Content-Type": []}
    assert hook.answer(post(sample(DEACTIVATION), headers=None, multiValueHeaders=many))[0] == 204


def test_other_methods_are_refused(hook: Hook) -> None:
    assert hook.answer(post("{}", httpMethod="PUT"))[0] == 405
    assert hook.answer({})[0] == 405


THROTTLED = ClientError({"Error": {"Code": "ThrottlingException", "Message": SECRET}}, "PutEvents")
SLOW = ReadTimeoutError(endpoint_url="https://events")


@pytest.mark.parametrize("error", [BusError("1 events are not on bus"), THROTTLED, SLOW])
def test_okta_repeats_what_the_bus_does_not_have(hook: Hook, error: Exception) -> None:
    hook.bus.errors = [error] * 4
    status, answer = hook.answer(post(sample(DEACTIVATION)))
    assert (status, hook.counts) == (503, {"DeliveriesFailed": 1})
    assert "bus" in answer["error"]


@pytest.mark.parametrize("stumbles", [1, 2, 3])
def test_a_bus_that_stumbles_is_asked_again_while_okta_waits(hook: Hook, stumbles: int) -> None:
    hook.bus.errors = [THROTTLED] * stumbles
    assert hook.answer(post(sample(DEACTIVATION)))[0] == 204
    assert (len(hook.bus.events), hook.bus.seconds <= 2) == (1, True)


def test_a_bus_that_hangs_once_has_the_events_after_all(hook: Hook) -> None:
    """Given a call that gave up after 1.5 s: the events are put, even if Okta has hung up meanwhile."""
    hook.bus.errors, hook.bus.takes = [SLOW], 1.5
    assert hook.answer(post(sample(DEACTIVATION)))[0] == 204
    assert len(hook.bus.events) == 1


def test_a_bus_that_keeps_hanging_is_left_to_okta_s_second_attempt(hook: Hook) -> None:
    hook.bus.errors, hook.bus.takes = [SLOW] * 9, 1.5
    assert hook.answer(post(sample(DEACTIVATION)))[0] == 503
    assert hook.bus.seconds < 4


def test_okta_repeats_what_cannot_be_checked(hook: Hook) -> None:
    hook.secret.available = False
    assert hook.answer(post(sample(DEACTIVATION)))[0] == 503
    assert hook.answer(get(CHALLENGE | {"Authorization": SECRET}))[0] == 503


def test_the_log_has_ids_and_counts_and_nothing_else_of_the_request(hook: Hook) -> None:
    hook.answer(post(sample("hook-two-people")))
    hook.answer(post(sample(DEACTIVATION), headers={"Authorization": "a-guess"}))
    hook.answer(post('{"data": {"events": [{"secretive": 1}]}}'))
    hook.answer(get(CHALLENGE | {"Authorization": SECRET}))
    hook.bus.errors = [THROTTLED] * 4
    hook.answer(post(sample(DEACTIVATION)))

    logged = hook.log.getvalue()
    delivered = next(line for line in map(json.loads, logged.splitlines()) if "uuids" in line)
    assert delivered["uuids"] == [e["uuid"] for e in sample("hook-two-people")["data"]["events"]]
    assert delivered["EventsAccepted"] == 2
    assert "ThrottlingException" in logged
    for secretive in (SECRET, "a-guess", "secretive", "john.doe", "ct1aUYdl", "198.51.100.23", "Iris"):
        assert secretive not in logged


def large(size: int, name: str = DEACTIVATION) -> dict[str, Any]:
    """An event whose debug data makes it this long."""
    event: dict[str, Any] = sample(name)["data"]["events"][0]
    event["debugContext"]["debugData"]["filler"] = "x" * size
    return event


def test_an_event_too_large_for_the_bus_keeps_what_consumers_need(hook: Hook) -> None:
    event = large(300_000, "hook-app-membership-remove")
    assert hook.answer(post({"data": {"events": [event]}}))[0] == 204
    (put,) = hook.bus.events
    assert put.detail["ostiaryTrimmed"] is True
    assert len(json.dumps(put.detail)) < 2_000
    assert LogEvent.parse(put.detail) == LogEvent.parse(event)


def test_an_event_that_cannot_be_trimmed_enough_is_refused_and_the_others_are_put(hook: Hook) -> None:
    monster = large(300_000)
    monster["target"] = [{"id": f"{n:020d}", "type": "User"} for n in range(5_000)]
    delivery = {"data": {"events": [monster, large(0)]}}
    assert hook.answer(post(delivery))[0] == 413
    assert len(hook.bus.events) == 1
    assert monster["uuid"] in hook.log.getvalue()


def test_a_call_to_the_bus_takes_ten_events_and_no_more_bytes_than_it_may(hook: Hook) -> None:
    hook.answer(post({"data": {"events": [large(0)] * 23}}))
    assert hook.bus.calls == [10, 10, 3]
    hook.bus.calls = []
    hook.answer(post({"data": {"events": [large(100_000)] * 5}}))
    assert hook.bus.calls == [2, 2, 1]
