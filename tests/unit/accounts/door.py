"""The queue before the accounts function, and the bus behind it: fixtures and what tests say to them."""

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from functions.accounts import handler
from functions.accounts.wiring import Tools
from functions.bus import EventBus
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MemberAccount, World

__all__ = ["NEW", "Bus", "bus", "deliver", "sample", "world"]

EVENTS = Path(__file__).parents[3] / "events/aws"
NEW = "444455556666"


class Context:
    function_name = "ostiary-accounts"

    def get_remaining_time_in_millis(self) -> int:
        return 60_000


@dataclass
class Bus:
    """EventBridge, as far as findings go there."""

    findings: list[dict[str, Any]] = field(default_factory=list)
    asked: list[tuple[str, dict[str, Any]]] = field(default_factory=list)

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's spelling
        for entry in Entries:
            detail = json.loads(entry["Detail"])
            if entry["Source"] == "ostiary.findings":
                self.findings.append(detail)
            else:
                self.asked.append((entry["DetailType"], detail))
        return {"Entries": [{"EventId": "1"} for _ in Entries]}

    def open(self) -> set[str]:
        return {finding["key"] for finding in self.findings if finding["state"] == "open"}


@pytest.fixture
def world() -> World:
    world = World(
        loads(
            "permission_sets: {A: {}, B: {}}\n"
            "grants:\n"
            "  - {group: audit, permission_set: A, accounts: all}\n"
            "  - {groups: '{account}-{permission_set}'}\n"
        )
    )
    world.store.push("audit")
    world.organizations.accounts[NEW] = MemberAccount("fresh", "/")
    return world


@pytest.fixture
def bus(world: World, monkeypatch: pytest.MonkeyPatch) -> Iterator[Bus]:
    """The handler with the world behind it, and a queue that failed messages can go back to."""
    bus = Bus()
    made = Tools(world.admitter, EventBus(cast(Any, bus), "bus"), "https://runbooks.test")
    monkeypatch.setattr(handler, "tools", lambda: made)
    monkeypatch.setenv("POWERTOOLS_METRICS_NAMESPACE", "Ostiary")
    monkeypatch.setenv("POWERTOOLS_SERVICE_NAME", "accounts")
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws():
        boto3.client("sqs", region_name="eu-west-1").create_queue(QueueName="ostiary-accounts")
        yield bus


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def deliver(*events: dict[str, Any]) -> list[str]:
    """Message ids that go back to the queue; ids are the messages' places."""
    records = [
        {
            "messageId": str(n),
            "receiptHandle": "handle",
            "body": json.dumps(event),
            "eventSource": "aws:sqs",
            "eventSourceARN": "arn:aws:sqs:eu-west-1:123456789012:ostiary-accounts",
            "attributes": {"ApproximateReceiveCount": "1"},
        }
        for n, event in enumerate(events)
    ]
    answer = handler.handle({"Records": records}, cast(LambdaContext, Context()))
    return [item["itemIdentifier"] for item in answer["batchItemFailures"]]
