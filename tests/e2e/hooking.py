"""Events of a stranger, who hears them, and what stands in their way: for the tests of the hook."""

import json
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import requests

from functions.okta.event_types import LOCK, UNLOCK
from infra import names
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.world import World

STRANGER = Ref("00uNobodyOfTheCompany", "User", "nobody@example.com", "Nobody")
"""Locked and unlocked here: leavers hears of it, and has nothing to do."""


@dataclass
class Ear:
    """A queue of the test's own that takes every Okta event of the stranger from the hub's bus."""

    sqs: Any
    url: str

    def bodies(self) -> list[str]:
        """What is there now, as it stands."""
        found = []
        while messages := self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages"):
            for message in messages:
                found.append(message["Body"])
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return found

    def uuids(self, wanted: set[str], seconds: float = 20) -> Counter[str]:
        """How often each event came, waiting until all `wanted` have."""
        heard: Counter[str] = Counter()
        deadline = time.monotonic() + seconds
        quiet = 0
        while (not wanted <= heard.keys() or quiet < 2) and time.monotonic() < deadline:
            messages = self.sqs.receive_message(QueueUrl=self.url, MaxNumberOfMessages=10).get("Messages", [])
            quiet = 0 if messages else quiet + 1
            for message in messages:
                heard[json.loads(message["Body"])["detail"]["uuid"]] += 1
                self.sqs.delete_message(QueueUrl=self.url, ReceiptHandle=message["ReceiptHandle"])
        return heard


OF_THE_STRANGER = {"source": ["ostiary.okta"], "detail": {"target": {"id": [STRANGER.id]}}}


@contextmanager
def listening(world: World, pattern: dict[str, Any]) -> Iterator[Ear]:
    """A rule and a queue of one's own on the hub's bus, taken down at the end."""
    name = f"ear-{uuid.uuid4().hex}"
    sqs, events = world.hub_client("sqs"), world.hub_client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{world.shape.hub_region}:{world.shape.hub_account}:{name}"
    events.put_rule(Name=name, EventBusName=names.BUS, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=names.BUS, Targets=[{"Id": "1", "Arn": arn}])
    try:
        yield Ear(sqs, url)
    finally:
        events.remove_targets(Rule=name, EventBusName=names.BUS, Ids=["1"])
        events.delete_rule(Name=name, EventBusName=names.BUS)
        sqs.delete_queue(QueueUrl=url)


def happen(world: World, count: int) -> set[str]:
    """Locked, unlocked, locked, …; their uuids."""
    organization = world.okta.model.organization
    return {
        organization.record(
            Occurrence((LOCK, UNLOCK)[n % 2], "", organization.administrator, (STRANGER,), "/")
        )["uuid"]
        for n in range(count)
    }


def invoke(world: World, function: str, payload: dict[str, Any]) -> Any:
    """Call a deployed function as its schedule does, and what it answers."""
    answer = world.hub_client("lambda").invoke(
        FunctionName=f"ostiary-{function}", Payload=json.dumps(payload)
    )
    told = json.loads(answer["Payload"].read())
    assert "FunctionError" not in answer, told
    return told


def catch_up(world: World) -> Any:
    return invoke(world, "catchup", {"schedule": "5-minutes"})


@contextmanager
def bus_throttles(world: World, times: int | None = None) -> Iterator[None]:
    """The next `times` calls of PutEvents, or all, take no entry (ThrottlingException)."""
    throttle = {"service": "events", "operation": "PutEvents", "error": "ThrottlingException", "times": times}
    url = f"{world.aws.url}/_sandbox/faults"
    assert requests.put(url, json=[throttle], timeout=10).ok
    try:
        yield
    finally:
        assert requests.put(url, json=[], timeout=10).ok


def drained(world: World) -> None:
    assert world.okta.model.deliveries.drain(60)


def assert_complete(world: World, ear: Ear, emitted: set[str]) -> None:
    """What came is what happened: nothing is missing, nothing made up."""
    heard = ear.uuids(emitted).keys()
    assert emitted - heard == set()
    assert heard - {event["uuid"] for event in world.okta.model.organization.log.events()} == set()


def failures(world: World) -> list[Any]:
    events = world.okta.model.organization.log.events()
    return [event for event in events if event["eventType"] == "event_hook.delivery"]
