"""Whatever fails between Okta and the bus, in the end the events on the bus are the events that happened."""

import json
import threading
import time
import uuid
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import pytest
import requests

from functions.aws.ledger import Ledger
from functions.okta.event_types import LOCK, SUSPEND, UNLOCK, UNSUSPEND
from infra import names
from sandbox.okta.logevent import Occurrence, Ref
from sandbox.okta.settings import Chaos
from sandbox.world import World

STRANGER = Ref("00uNobodyOfTheCompany", "User", "nobody@example.com", "Nobody")
"""Locked and unlocked here: leavers hears of it, and has nothing to do."""


@dataclass
class Ear:
    """A queue of the test's own that takes every Okta event of the stranger from the hub's bus."""

    sqs: Any
    url: str

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


@pytest.fixture
def ear(world: World) -> Iterator[Ear]:
    name = f"ear-{uuid.uuid4().hex[:8]}"
    sqs, events = world.hub_client("sqs"), world.hub_client("events")
    url = sqs.create_queue(QueueName=name)["QueueUrl"]
    arn = f"arn:aws:sqs:{world.shape.hub_region}:{world.shape.hub_account}:{name}"
    pattern = {"source": ["ostiary.okta"], "detail": {"target": {"id": [STRANGER.id]}}}
    events.put_rule(Name=name, EventBusName=names.BUS, EventPattern=json.dumps(pattern))
    events.put_targets(Rule=name, EventBusName=names.BUS, Targets=[{"Id": "1", "Arn": arn}])
    yield Ear(sqs, url)
    events.remove_targets(Rule=name, EventBusName=names.BUS, Ids=["1"])
    events.delete_rule(Name=name, EventBusName=names.BUS)
    sqs.delete_queue(QueueUrl=url)


@pytest.fixture(autouse=True)
def calm(world: World) -> Iterator[None]:
    """Catch-up stands at the end of the log, and every test leaves the weather as it was."""
    catch_up(world)
    before = world.okta.model.deliveries.chaos
    yield
    world.okta.model.deliveries.chaos = before
    world.okta.faults.set([])


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
def bus_refuses(world: World, role: str) -> Iterator[None]:
    """Whoever acts under `role` may put nothing on the bus."""
    iam = world.hub_client("iam")
    statement = {"Effect": "Deny", "Action": "events:PutEvents", "Resource": "*"}
    document = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    iam.put_role_policy(RoleName=role, PolicyName="no-bus", PolicyDocument=document)
    yield
    iam.delete_role_policy(RoleName=role, PolicyName="no-bus")


def drained(world: World) -> None:
    assert world.okta.model.deliveries.drain(60)


def assert_complete(world: World, ear: Ear, emitted: set[str]) -> None:
    """What came is what happened: nothing is missing, nothing made up."""
    heard = ear.uuids(emitted).keys()
    assert emitted - heard == set()
    assert heard - {event["uuid"] for event in world.okta.model.organization.log.events()} == set()


def test_lost_doubled_and_shuffled_deliveries(world: World, ear: Ear) -> None:
    """Given a road that loses a third, doubles a third and shuffles half: catch-up brings what is missing."""
    world.okta.model.deliveries.chaos = Chaos(drop=0.3, duplicate=0.3, reorder=0.5, seed=7)
    emitted = set()
    for _ in range(10):
        emitted |= happen(world, 4)
        time.sleep(0.03)  # longer than the window in which Okta collects one delivery
    drained(world)
    catch_up(world)
    assert_complete(world, ear, emitted)


def test_the_endpoint_is_down(world: World, ear: Ear) -> None:
    """Given no instance of the hook may run: Okta gives up, catch-up brings all, and that the hook failed."""
    functions = world.hub_client("lambda")
    functions.put_function_concurrency(FunctionName="ostiary-hook", ReservedConcurrentExecutions=0)
    emitted = happen(world, 12)
    drained(world)
    functions.delete_function_concurrency(FunctionName="ostiary-hook")
    failed = [
        e for e in world.okta.model.organization.log.events() if e["eventType"] == "event_hook.delivery"
    ]
    assert failed
    assert failed[-1]["outcome"]["result"] == "FAILURE"
    catch_up(world)
    assert_complete(world, ear, emitted)


def test_the_bus_refuses_both_roads_for_a_while(world: World, ear: Ear) -> None:
    """Given neither hook nor catch-up reach the bus: 5xx to Okta, the cursor stays, later all is there."""
    if world.shape.value == "one-account":
        pytest.skip("IAM is enforced in the other shape")
    with bus_refuses(world, "ostiary-hook"), bus_refuses(world, "ostiary-catchup"):
        emitted = happen(world, 12)
        drained(world)
        answer = world.hub_client("lambda").invoke(FunctionName="ostiary-catchup", Payload=b"{}")
        assert "FunctionError" in answer
    assert not ear.uuids(set(), seconds=1)
    catch_up(world)
    assert_complete(world, ear, emitted)


def test_okta_itself_fails(world: World, ear: Ear) -> None:
    """Given lost deliveries and a System Log that answers 500, then 429: nothing moves, then all is there."""
    world.okta.model.deliveries.chaos = Chaos(drop=1.0)
    reached = catch_up(world)["reached"]
    emitted = happen(world, 12)
    drained(world)
    fault = {"operation": "ListLogEvents", "error": "E0000006", "status": 403}
    world.okta.faults.set([fault])
    assert catch_up(world)["reached"] <= reached
    world.okta.faults.set([fault | {"status": 500, "error": "E0000009", "times": 2}])
    catch_up(world)
    assert_complete(world, ear, emitted)


def test_both_roads_bring_the_same_and_leavers_does_it_once(world: World) -> None:
    """Given somebody suspended, and both roads heard: the ledger holds each event once."""
    person = world.okta.model.user_by_login("tim.tanaka@example.com")
    people, by = world.okta.model.people, world.okta.model.organization.administrator
    people.suspend(person.id, by=by)
    drained(world)
    catch_up(world)
    waits_for(lambda: [change for change, _ in changes(world, person.id)] == ["left"])
    people.unsuspend(person.id, by=by)
    drained(world)
    catch_up(world)
    waits_for(lambda: "returned" in [change for change, _ in changes(world, person.id)])
    catch_up(world)
    log = world.okta.model.organization.log.events()
    happened = [e["uuid"] for e in log if e["eventType"] in (SUSPEND, UNSUSPEND) and _about(e, person.id)]
    assert changes(world, person.id) == list(zip(("left", "returned"), happened, strict=True))


def _about(event: dict[str, Any], okta_id: str) -> bool:
    return okta_id in [target["id"] for target in event["target"]]


def changes(world: World, okta_id: str) -> list[tuple[str, str]]:
    """What the ledger's audit says of somebody's coming and going, and the events' uuids, oldest first."""
    history = Ledger(world.hub_client("dynamodb"), names.LEDGER).history(f"okta:{okta_id}")
    return [(e["change"], e["trigger"]) for e in history if e["change"] in ("left", "returned")]


def waits_for(holds: Any, seconds: float = 30) -> None:
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not come"
        time.sleep(0.1)


def test_the_secret_changes_hands_under_steady_traffic(world: World, ear: Ear) -> None:
    """Given a delivery every few milliseconds, a rotation refuses none of them and loses none."""
    if world.shape.value == "one-account":
        pytest.skip("a rotation takes 15 seconds, and the other shape is the stricter one")
    emitted: set[str] = set()
    ended = threading.Event()

    def traffic() -> None:
        while not ended.wait(0.25):
            emitted.update(happen(world, 1))

    refused_before = len(_failed(world))
    thread = threading.Thread(target=traffic)
    thread.start()
    try:
        outcome = invoke(world, "rotate", {"rotate": "at once"})
    finally:
        ended.set()
        thread.join()
    drained(world)
    assert outcome == {"outcome": "rotated"}
    assert len(emitted) > 30
    assert len(_failed(world)) == refused_before
    assert_complete(world, ear, emitted)  # by the hook alone: nothing has caught up
    secrets = world.hub_client("secretsmanager")
    current = secrets.get_secret_value(SecretId=names.HOOK_SECRET)["SecretString"]
    assert current != world.hook_secret
    (hook,) = world.okta.model.hooks.all()
    assert (hook.verified, hook.active, hook.channel.auth_value) == (True, True, current)
    for secret in (current, world.hook_secret):
        headers = {"Authorization": secret, "x-okta-verification-challenge": "c"}
        assert requests.get(world.hook_url, headers=headers, timeout=30).status_code == 200


def _failed(world: World) -> list[Any]:
    events = world.okta.model.organization.log.events()
    return [event for event in events if event["eventType"] == "event_hook.delivery"]


def test_no_secret_and_no_token_was_ever_logged(world: World) -> None:
    """Given all that the functions wrote: neither the hook's secrets nor Okta's token is in it."""
    catch_up(world)
    secrets = world.hub_client("secretsmanager")
    told = {world.hook_secret, world.okta.token}
    told.add(secrets.get_secret_value(SecretId=names.HOOK_SECRET)["SecretString"])
    logs = world.hub_client("logs")
    lines = 0
    for group in logs.describe_log_groups(logGroupNamePrefix="/aws/lambda/ostiary-")["logGroups"]:
        for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
            for event in page["events"]:
                lines += 1
                assert not any(secret in event["message"] for secret in told), group["logGroupName"]
    # What the functions' processes wrote to their standard error is in the embedded AWS's own log.
    home = Path(psutil.Process(world.aws.pid).environ()["TMPDIR"]).parent
    written = (home / "aws.log").read_text(errors="replace")
    assert not any(secret in written for secret in told)
    assert lines > 100
