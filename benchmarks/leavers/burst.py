"""So many leavers at once, taken in by as many instances as AWS would start."""

import queue
import threading
import time
from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any
from unittest.mock import patch

from benchmarks.leavers import floor
from benchmarks.leavers.world import environment, okta_id, opened
from functions.inbox import Envelope
from functions.leavers import wiring
from functions.leavers.renderer import BREATH_SECONDS
from functions.leavers.wiring import Leavers
from functions.policy import AccessPolicy

INSTANCES, BATCH = 10, 10
"""As infra/capabilities/leavers.py has them."""


@dataclass(frozen=True)
class Figure:
    """One burst. `denied`: seconds until the last of them is denied; `seconds`: until all is done.

    `floor`: seconds for the calls alone that none can do without, by as many threads.
    """

    leavers: int
    groups: int
    denied: float
    seconds: float
    floor: float
    updates: int
    calls: int
    by_service: Mapping[str, int]

    @property
    def ratio(self) -> float:
        return self.seconds / self.floor

    @property
    def per_update(self) -> float:
        return self.leavers / max(1, self.updates)

    @property
    def per_leaver(self) -> float:
        return self.calls / self.leavers


def burst(leavers: int, groups: int) -> Figure:
    """So many deactivations at once, people in so many groups that have access."""
    measured: list[float] = []
    with opened(leavers, groups) as world, patch.object(wiring, "_measure", measured.append):
        instances = _warm()
        batches = _batches(leavers)
        world.counted.calls.clear()
        world.plane.faults.reset()
        seconds = at_once(lambda number: _work(instances[number], batches))
        if world.denied() != leavers:
            raise RuntimeError(f"{world.denied()} of {leavers} leavers are denied")
        updates = world.plane.faults.calls()["organizations"].get("UpdatePolicy", 0)
        counted = dict(world.counted.calls)
    with opened(leavers, groups) as world:
        least = floor.seconds(world, leavers, at_once)
    by_service = Counter[str]()
    for name, count in counted.items():
        by_service[name.partition(":")[0]] += count
    calls = sum(counted.values())
    return Figure(leavers, groups, max(measured), seconds, least, updates, calls, dict(by_service))


def at_once(work: Callable[[int], None]) -> float:
    """Seconds until all threads are through; each is told its number."""
    failed: list[BaseException] = []

    def guarded(number: int) -> None:
        try:
            work(number)
        except BaseException as error:  # noqa: BLE001 - raised below, where it is seen
            failed.append(error)

    threads = [threading.Thread(target=guarded, args=(number,)) for number in range(INSTANCES)]
    began = time.monotonic()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    if failed:
        raise failed[0]
    return time.monotonic() - began


def _warm() -> list[Leavers]:
    instances = [Leavers(environment(), AccessPolicy(permission_sets={})) for _ in range(INSTANCES)]
    now = datetime.now(UTC)
    idle = Envelope("warm", "ostiary.okta", "user.session.end", now, _event("warm", "user.session.end", "x"))
    for instance in instances:
        _take(instance, [idle])
    instances[0].upkeep.run()
    time.sleep(BREATH_SECONDS)  # That was a writing; nobody leaves right after one.
    return instances


def _work(instance: Leavers, batches: "queue.Queue[list[Envelope]]") -> None:
    while True:
        try:
            envelopes = batches.get_nowait()
        except queue.Empty:
            return
        _take(instance, envelopes)


def _take(instance: Leavers, envelopes: list[Envelope]) -> None:
    batch = instance.batch()
    batch.admit(envelopes)
    for envelope in envelopes:
        batch.receive(envelope)


def _batches(leavers: int) -> "queue.Queue[list[Envelope]]":
    found: queue.Queue[list[Envelope]] = queue.Queue()
    now, kind = datetime.now(UTC), "user.lifecycle.deactivate"
    envelopes = [
        Envelope(f"e-{n}", "ostiary.okta", kind, now, _event(f"u-{n}", kind, okta_id(n)))
        for n in range(leavers)
    ]
    for start in range(0, leavers, BATCH):
        found.put(envelopes[start : start + BATCH])
    return found


def _event(uuid: str, kind: str, person: str) -> dict[str, Any]:
    return {
        "uuid": uuid,
        "published": datetime.now(UTC).isoformat(),
        "eventType": kind,
        "outcome": {"result": "SUCCESS"},
        "target": [{"id": person, "type": "User", "alternateId": f"{person}@example.com"}],
    }
