"""Waiting for an effect in the deployed world, which says nothing about how fast the machine is."""

import time
from collections.abc import Callable

PATIENCE = 120.0
"""Seconds. Other tests may just have filled the queues of the same world, on two cores."""


def eventually(holds: Callable[[], bool], what: str) -> float:
    """Seconds until it holds. Raises AssertionError with `what` did not come."""
    began = time.monotonic()
    while not holds():
        assert time.monotonic() - began < PATIENCE, f"after {PATIENCE:.0f} s there is still not: {what}"
        time.sleep(0.1)
    return time.monotonic() - began
