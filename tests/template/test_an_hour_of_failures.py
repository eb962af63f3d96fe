"""A consumer that is down for an hour loses nothing: no message is given up while it may yet be worked on."""

from dataclasses import dataclass

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.inbox import LONGEST_WAIT, wait_before
from tests.template.templates import Template, of_type, refers_to

HOUR = 3600

courses = st.lists(st.tuples(st.booleans(), st.floats(0, 1)), max_size=15)
"""How each attempt fails: by a crash that nobody sees, or after a part of the function's time."""


@dataclass(frozen=True)
class Held:
    """A queue, how long its function may run, and how often a message is handed out. Seconds."""

    name: str
    visibility: int
    retention: int
    attempts: int
    timeout: int


@pytest.fixture(scope="module")
def queues(hub: Template) -> list[Held]:
    """Every queue that gives up at all, with the function that reads it."""
    mappings = of_type(hub, "AWS::Lambda::EventSourceMapping").values()
    functions = of_type(hub, "AWS::Lambda::Function").items()
    return [
        Held(
            queue["QueueName"],
            queue["VisibilityTimeout"],
            queue["MessageRetentionPeriod"],
            queue["RedrivePolicy"]["maxReceiveCount"],
            function["Timeout"],
        )
        for queue_id, queue in of_type(hub, "AWS::SQS::Queue").items()
        if "RedrivePolicy" in queue
        for mapping in mappings
        if refers_to(mapping["EventSourceArn"], queue_id)
        for function_id, function in functions
        if refers_to(mapping["FunctionName"], function_id)
    ]


def receives_within(seconds: int, queue: Held, course: list[tuple[bool, float]]) -> int:
    """How often SQS hands a message out in that time, if no attempt ever succeeds.

    What the function sees fail comes back as functions.inbox says; after a crash, a time-out, or a start that
    Lambda refused, it is the queue's visibility timeout that brings it back.
    """
    now, received = 0.0, 0
    while now <= seconds:
        received += 1
        crashes, part = course[received - 1] if received <= len(course) else (False, 0.0)
        now += queue.visibility if crashes else part * queue.timeout + wait_before(received)
    return received


@settings(deadline=None, max_examples=100)
@given(course=courses)
def test_within_an_hour_of_failures_nothing_is_given_up(
    queues: list[Held], course: list[tuple[bool, float]]
) -> None:
    assert len(queues) >= 5
    for queue in queues:
        assert receives_within(HOUR, queue, course) < queue.attempts, queue.name


def test_within_an_hour_of_crashes_nothing_is_given_up(queues: list[Held]) -> None:
    """Given a function that cannot even start, so that nobody shortens or lengthens the wait."""
    for queue in queues:
        assert receives_within(HOUR, queue, [(True, 0.0)] * 100) < queue.attempts, queue.name


def test_what_is_tried_again_to_the_last_is_not_dropped_before(queues: list[Held]) -> None:
    """Given the slowest road through all attempts, the queue keeps the message longer than that."""
    for queue in queues:
        assert queue.retention > 2 * queue.attempts * max(queue.visibility, LONGEST_WAIT)
