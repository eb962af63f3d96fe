"""Faults and call counts of a stand-in, as `/_sandbox/faults` and `/_sandbox/calls` serve them."""

import random
import threading
import time
from collections import Counter
from dataclasses import asdict, dataclass, fields
from typing import Any


class FaultError(ValueError):
    """A fault that cannot be set as it is written."""


@dataclass
class Fault:
    """What to do to calls of `service` and `operation` (`*` for any).

    `times` calls are hit (None: all), each with probability `rate`; a hit waits `latency_ms` and then,
    if `error` is set, is answered with that error and HTTP `status` instead of being carried out.
    """

    service: str = "*"
    operation: str = "*"
    error: str | None = None
    status: int = 400
    times: int | None = None
    latency_ms: int = 0
    rate: float = 1.0

    @classmethod
    def parse(cls, raw: Any) -> "Fault":
        """Raises FaultError that names what is unknown or of the wrong kind."""
        known = {f.name for f in fields(cls)}
        if not isinstance(raw, dict) or not raw.keys() <= known:
            raise FaultError(f"a fault is an object with keys out of {sorted(known)}")
        fault = cls(**raw)
        numbers = (fault.rate, fault.latency_ms, fault.status, fault.times or 0)
        if not all(isinstance(number, int | float) for number in numbers):
            raise FaultError("rate, latency_ms, status and times are numbers")
        if not 0 <= fault.rate <= 1 or fault.latency_ms < 0 or not 400 <= fault.status <= 599:
            raise FaultError("rate is 0..1, latency_ms at least 0, status 400..599")
        return fault


@dataclass(frozen=True)
class Failure:
    """The error to answer with."""

    error: str
    status: int


class FaultBoard:
    """The faults in force and the calls counted. Safe to share between threads."""

    def __init__(self, *, seed: int = 0) -> None:
        self._lock = threading.Lock()
        self._faults: list[Fault] = []
        self._calls: Counter[tuple[str, str]] = Counter()
        self._random = random.Random(seed)  # noqa: S311 - chooses which call fails, guards nothing

    def set(self, raw: Any) -> None:
        """Replace all faults by this list of objects; an empty list clears them. Raises FaultError."""
        if not isinstance(raw, list):
            raise FaultError("faults are a list")
        faults = [Fault.parse(item) for item in raw]
        with self._lock:
            self._faults = faults

    def current(self) -> list[dict[str, Any]]:
        """The faults in force; one whose `times` are used up shows 0."""
        with self._lock:
            return [asdict(fault) for fault in self._faults]

    def meet(self, service: str, operation: str) -> Failure | None:
        """Count one call, wait as the faults say, and return the error to answer with, if any."""
        with self._lock:
            self._calls[service, operation] += 1
            hits = [fault for fault in self._faults if self._hits(fault, service, operation)]
        time.sleep(sum(fault.latency_ms for fault in hits) / 1000)
        failing = [fault for fault in hits if fault.error is not None]
        return Failure(failing[0].error or "", failing[0].status) if failing else None

    def calls(self) -> dict[str, dict[str, int]]:
        """Counts by service and operation since the start or the last `reset`."""
        with self._lock:
            counted: dict[str, dict[str, int]] = {}
            for (service, operation), count in sorted(self._calls.items()):
                counted.setdefault(service, {})[operation] = count
            return counted

    def reset(self) -> None:
        """Forget the counts."""
        with self._lock:
            self._calls.clear()

    def _hits(self, fault: Fault, service: str, operation: str) -> bool:
        if fault.service not in ("*", service) or fault.operation not in ("*", operation):
            return False
        if fault.times == 0 or self._random.random() >= fault.rate:
            return False
        if fault.times is not None:
            fault.times -= 1
        return True
