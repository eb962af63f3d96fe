"""A burst, a consumer that is down, an event that nobody can work on: queues hold, and one letter is dead."""

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from functions.aws.dead_letters import DeadLetters
from functions.okta.event_types import LOCK
from infra import names
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.world import World
from tests.e2e.waiting import eventually

BURST = 500
"""What the embedded AWS does in seconds; benchmarks/bench_hook.py brings the 10,000 of a real one."""

STRANGER = Ref("00uNobodyInAnyBurst", "User", "nobody@example.com", "Nobody")


def waiting(world: World, queue: str) -> int:
    """Messages in a queue, in hands or not."""
    sqs = world.hub_client("sqs")
    kinds = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    return sum(map(int, sqs.get_queue_attributes(QueueUrl=url, AttributeNames=kinds)["Attributes"].values()))


@contextmanager
def down(world: World, queue: str) -> Iterator[None]:
    """Nobody reads the queue."""
    lambdas = world.hub_client("lambda")
    mappings = lambdas.list_event_source_mappings()["EventSourceMappings"]
    (mapping,) = [each for each in mappings if each["EventSourceArn"].endswith(f":{queue}")]
    lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=False)
    try:
        yield
    finally:
        lambdas.update_event_source_mapping(UUID=mapping["UUID"], Enabled=True)


@contextmanager
def attempts(world: World, queue: str, count: int) -> Iterator[None]:
    """A message is given up after `count` attempts: the deployed fifteen take two and a half hours."""
    sqs = world.hub_client("sqs")
    url = sqs.get_queue_url(QueueName=queue)["QueueUrl"]
    before = sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["RedrivePolicy"])["Attributes"]
    policy = json.loads(before["RedrivePolicy"]) | {"maxReceiveCount": count}
    sqs.set_queue_attributes(QueueUrl=url, Attributes={"RedrivePolicy": json.dumps(policy)})
    try:
        yield
    finally:
        sqs.set_queue_attributes(QueueUrl=url, Attributes=before)


def failures(world: World) -> int:
    """Deliveries that Okta gave up."""
    events = world.okta.model.organization.log.events()
    return sum(event["eventType"] == "event_hook.delivery" for event in events)


def test_a_burst_while_the_consumer_is_down_waits_and_is_worked_off(world: World) -> None:
    """Given leavers down and five hundred events at once: all wait, none is lost, all are worked off."""
    if world.shape.value == "one-account":
        pytest.skip("the queues are the same in both shapes")
    organization = world.okta.model.organization
    before = failures(world)
    with down(world, "ostiary-leavers"):
        for _ in range(BURST):
            organization.record(Occurrence(LOCK, "", organization.administrator, (STRANGER,), "/"))
        assert world.okta.model.deliveries.drain(120)
        if failures(world) > before:  # Instances of the hook that start on a busy machine outlast Okta.
            world.hub_client("lambda").invoke(FunctionName="ostiary-catchup", Payload=b"{}")
        eventually(lambda: waiting(world, "ostiary-leavers") >= BURST, "the burst in the queue")
    eventually(lambda: waiting(world, "ostiary-leavers") == 0, "the end of the queue")
    assert waiting(world, "ostiary-leavers-dlq") == 0


def test_a_poison_event_alone_becomes_a_dead_letter_and_can_be_redriven(world: World) -> None:
    """Given one event without a uuid among good ones: it alone is given up, shown, sent again."""
    if world.shape.value == "one-account":
        pytest.skip("the queues are the same in both shapes")
    letters = DeadLetters(world.hub_client("sqs"))
    published = "2026-11-22T10:00:00.000Z"
    good = [{"uuid": str(uuid.uuid4()), "eventType": LOCK, "published": published} for _ in range(9)]
    poison = {"eventType": LOCK, "published": published, "target": [{"alternateId": "grace@example.com"}]}
    with attempts(world, "ostiary-leavers", 1):
        put(world, [*good[:5], poison, *good[5:]])
        eventually(lambda: waiting(world, "ostiary-leavers-dlq") == 1, "the dead letter")
        eventually(lambda: waiting(world, "ostiary-leavers") == 0, "the end of the queue")
        (letter,) = letters.look("leavers", 10)
        assert (letter.source, letter.detail_type) == ("ostiary.okta", LOCK)
        assert "grace" not in json.dumps(letter.plain())
        assert {count.name: count.messages for count in letters.counts()}["leavers"] == 1
        assert letters.redrive("leavers") == 1
        eventually(
            lambda: waiting(world, "ostiary-leavers-dlq") == 1, "the dead letter"
        )  # It is still poison.
    sqs = world.hub_client("sqs")
    sqs.purge_queue(QueueUrl=sqs.get_queue_url(QueueName="ostiary-leavers-dlq")["QueueUrl"])


def put(world: World, details: list[dict[str, Any]]) -> None:
    entries = [
        {
            "EventBusName": names.BUS,
            "Source": "ostiary.okta",
            "DetailType": detail["eventType"],
            "Detail": json.dumps(detail),
        }
        for detail in details
    ]
    world.hub_client("events").put_events(Entries=entries)
