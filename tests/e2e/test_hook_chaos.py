"""Whatever fails between Okta and the bus, in the end the events on the bus are the events that happened."""

import time
from collections.abc import Iterator
from typing import Any

import pytest

from functions.aws.ledger import Ledger
from functions.okta.event_types import SUSPEND, UNSUSPEND
from infra import names
from sandbox.okta.settings import Chaos
from sandbox.world import World
from tests.e2e.hooking import (
    OF_THE_STRANGER,
    Ear,
    assert_complete,
    bus_throttles,
    catch_up,
    drained,
    failures,
    happen,
    listening,
)
from tests.e2e.waiting import eventually


@pytest.fixture(autouse=True)
def calm(world: World) -> Iterator[None]:
    """Catch-up stands at the end of the log, and every test leaves the weather as it was."""
    catch_up(world)
    before = world.okta.model.deliveries.chaos
    yield
    world.okta.model.deliveries.chaos = before
    world.okta.faults.set([])


@pytest.fixture
def ear(world: World) -> Iterator[Ear]:
    """Hears the stranger."""
    with listening(world, OF_THE_STRANGER) as ear:
        yield ear


def test_lost_doubled_and_shuffled_deliveries(world: World, ear: Ear) -> None:
    """Given a road that loses a third, doubles a third and shuffles half: catch-up brings what is missing.

    BriteCore: the hook did its work within Okta's three seconds, and twice what came twice.
    """
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


def test_a_bus_that_stumbles_costs_no_delivery(world: World, ear: Ear) -> None:
    """Given two calls that the bus is too busy for: the hook asks again, and Okta hears of nothing."""
    failed_before = len(failures(world))
    with bus_throttles(world, times=2):
        emitted = happen(world, 4)
        drained(world)
    assert_complete(world, ear, emitted)  # by the hook alone: nothing has caught up
    assert len(failures(world)) == failed_before


def test_the_bus_takes_nothing_from_both_roads_for_a_while(world: World, ear: Ear) -> None:
    """Given a throttled bus, whoever asks: 5xx to Okta, the cursor stays, later all is there."""
    if world.shape.value == "one-account":
        pytest.skip("both attempts of Okta and what the hook tries within them take seconds")
    with bus_throttles(world):
        emitted = happen(world, 2)
        drained(world)
        answer = world.hub_client("lambda").invoke(FunctionName="ostiary-catchup", Payload=b"{}")
        assert "FunctionError" in answer
    assert not ear.uuids(set(), seconds=1)
    catch_up(world)
    assert_complete(world, ear, emitted)


LOG = {"operation": "ListLogEvents"}


def test_okta_itself_fails(world: World, ear: Ear) -> None:
    """Given lost deliveries and a System Log that refuses, then fails: nothing moves, then all is there."""
    world.okta.model.deliveries.chaos = Chaos(drop=1.0)
    reached = catch_up(world)["reached"]
    emitted = happen(world, 12)
    drained(world)
    world.okta.faults.set([LOG | {"error": "E0000006", "status": 403}])
    assert catch_up(world)["reached"] <= reached
    world.okta.faults.set([LOG | {"error": "E0000009", "status": 500, "times": 2}])
    catch_up(world)
    assert_complete(world, ear, emitted)


def test_okta_s_rate_limit_is_used_up(world: World, ear: Ear) -> None:
    """Given lost deliveries and a 429 that says until when: the same run waits until then, and has all."""
    world.okta.model.deliveries.chaos = Chaos(drop=1.0)
    emitted = happen(world, 12)
    drained(world)
    world.okta.faults.set([LOG | {"error": "E0000047", "status": 429, "times": 1}])
    began = time.monotonic()
    assert catch_up(world)["events"] >= len(emitted)
    assert time.monotonic() - began >= 1
    assert_complete(world, ear, emitted)


def test_both_roads_bring_the_same_and_leavers_does_it_once(world: World) -> None:
    """Given somebody suspended, and both roads heard: the ledger holds each event once."""
    person = world.okta.model.user_by_login("tim.tanaka@example.com")
    people, by = world.okta.model.people, world.okta.model.organization.administrator
    people.suspend(person.id, by=by)
    drained(world)
    catch_up(world)
    eventually(lambda: [change for change, _ in changes(world, person.id)] == ["left"], "the revocation")
    people.unsuspend(person.id, by=by)
    drained(world)
    catch_up(world)
    eventually(lambda: "returned" in [change for change, _ in changes(world, person.id)], "the return")
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
