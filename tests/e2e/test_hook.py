"""The deployed endpoint, spoken to as Okta does, and as somebody else might."""

import json
import time
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
import requests

from infra import names
from sandbox.world import World

EVENTS = Path(__file__).parents[2] / "events/okta"


@dataclass
class Listener:
    """A queue of the test's own that takes every Okta event from the hub's bus."""

    sqs: Any
    url: str

    def events(self, *, wanted: int, seconds: float = 10) -> list[dict[str, Any]]:
        """What arrived, waiting until `wanted` events are there; with 0, waiting one second for any."""
        found: list[dict[str, Any]] = []
        deadline = time.monotonic() + (seconds if wanted else 1)
        while len(found) < max(wanted, 1) and time.monotonic() < deadline:
            answer = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10)
            for message in answer.get("Messages", []):
                found.append(json.loads(message["Body"]))
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found


@pytest.fixture
def listener(world: World) -> Iterator[Listener]:
    """Every test has its own, and takes it down."""
    name = f"listener-{uuid.uuid4().hex[:8]}"
    sqs, events = world.hub_client("sqs"), world.hub_client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{world.shape.hub_region}:{world.shape.hub_account}:{name}"
    events.put_rule(Name=name, EventBusName=names.BUS, EventPattern='{"source": ["ostiary.okta"]}')
    events.put_targets(Rule=name, EventBusName=names.BUS, Targets=[{"Id": "1", "Arn": arn}])
    yield Listener(sqs, url)
    events.remove_targets(Rule=name, EventBusName=names.BUS, Ids=["1"])
    events.delete_rule(Name=name, EventBusName=names.BUS)
    sqs.delete_queue(QueueUrl=url)


def sample(name: str) -> dict[str, Any]:
    """An envelope of events/okta, its LogEvents with ids of their own and of nobody in the company."""
    envelope: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    for event in envelope["data"]["events"]:
        event["uuid"] = str(uuid.uuid4())
    return envelope


def post(world: World, body: Any, secret: str | None) -> requests.Response:
    headers = {"Content-Type": "application/json"} | ({"Authorization": secret} if secret is not None else {})
    data = body if isinstance(body, str) else json.dumps(body)
    return requests.post(world.hook_url, data=data, headers=headers, timeout=30)


def test_the_verification_is_answered(world: World) -> None:
    """Given Okta's one-time GET with the secret, the challenge comes back."""
    headers = {"x-okta-verification-challenge": "abc-123", "Authorization": world.hook_secret}
    answer = requests.get(world.hook_url, headers=headers, timeout=30)
    assert (answer.status_code, answer.json()) == (200, {"verification": "abc-123"})


@pytest.mark.parametrize("secret", [None, "", "wrong"])
def test_without_the_secret_nothing_passes(world: World, listener: Listener, secret: str | None) -> None:
    """Given a good envelope and no right secret: 401, and nothing on the bus."""
    answer = post(world, sample("hook-unknown-type"), secret)
    assert answer.status_code == 401
    assert listener.events(wanted=0) == []


@pytest.mark.parametrize("body", ["", "not json", "[]", "{}", '{"data": {"events": "x"}}', '{"data": {}}'])
def test_a_body_that_is_no_envelope_is_told_so(world: World, listener: Listener, body: str) -> None:
    """Given the secret and a body of another kind: 400, the reason in words, nothing on the bus."""
    answer = post(world, body, world.hook_secret)
    assert answer.status_code == 400
    assert len(answer.json()["error"]) > 10
    assert listener.events(wanted=0) == []


def test_an_event_nobody_consumes_is_dropped(world: World, listener: Listener) -> None:
    """Given an event type without a consumer: 204 with an empty body, nothing on the bus."""
    answer = post(world, sample("hook-unknown-type"), world.hook_secret)
    assert (answer.status_code, answer.content) == (204, b"")
    assert listener.events(wanted=0) == []


def test_each_event_of_a_delivery_is_on_the_bus_unchanged(world: World, listener: Listener) -> None:
    """Given one delivery about two people: 204, and both LogEvents on the bus as Okta wrote them."""
    envelope = sample("hook-two-people")
    answer = post(world, envelope, world.hook_secret)
    assert (answer.status_code, answer.content) == (204, b"")
    seen = {event["detail"]["uuid"]: event for event in listener.events(wanted=2)}
    assert {uuid_: event["detail"] for uuid_, event in seen.items()} == {
        event["uuid"]: event for event in envelope["data"]["events"]
    }
    assert all(event["detail-type"] == event["detail"]["eventType"] for event in seen.values())


def test_one_event_that_cannot_be_read_does_not_take_the_others_with_it(
    world: World, listener: Listener
) -> None:
    """Given an event without its uuid between two good ones: 204, and the two are on the bus."""
    envelope = sample("hook-two-people")
    good = [event["uuid"] for event in envelope["data"]["events"]]
    envelope["data"]["events"].insert(1, {"eventType": "user.lifecycle.suspend"})
    assert post(world, envelope, world.hook_secret).status_code == 204
    assert sorted(e["detail"]["uuid"] for e in listener.events(wanted=2)) == sorted(good)


def test_fields_that_nobody_knows_and_parts_that_are_missing_do_no_harm(
    world: World, listener: Listener
) -> None:
    """Given only what an event must have, and an envelope of a later version: 204, and it is on the bus."""
    event = {"uuid": str(uuid.uuid4()), "eventType": "user.account.lock", "published": "2026-11-22T10:00:00Z"}
    envelope = {"eventTypeVersion": "2.0", "new": {"field": 1}, "data": {"events": [event], "more": None}}
    assert post(world, envelope, world.hook_secret).status_code == 204
    (heard,) = listener.events(wanted=1)
    assert heard["detail"] == event


def test_a_form_is_told_that_it_is_no_json(world: World) -> None:
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Authorization": world.hook_secret}
    answer = requests.post(world.hook_url, data="a=b", headers=headers, timeout=30)
    assert (answer.status_code, "application/json" in answer.json()["error"]) == (415, True)


def test_a_body_that_is_too_long_is_told_so(world: World) -> None:
    body = json.dumps({"data": {"events": []}, "padding": "x" * (5 * 1024 * 1024)})
    assert post(world, body, world.hook_secret).status_code == 413
