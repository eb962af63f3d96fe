"""An expectation: what a story should bring about, and what was seen when the world was read back."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import TypeVar

T = TypeVar("T")

PATIENCE = 30.0
"""Seconds after which an effect counts as missing."""

_POLL_SECONDS = 0.05


@dataclass(frozen=True)
class Seen:
    """One row of the table. `seconds` run from the trigger to the effect, where time matters."""

    story: str
    expected: str
    happened: str
    held: bool
    seconds: float | None = None


def watch(
    story: str,
    expected: str,
    *,
    since: float,
    read: Callable[[], T],
    holds: Callable[[T], bool],
    tell: Callable[[T], str],
) -> Seen:
    """Read until `holds`, at most PATIENCE seconds; `since` is the trigger's time.monotonic()."""
    while True:
        value = read()
        seconds = time.monotonic() - since
        if holds(value):
            return Seen(story, expected, tell(value), True, seconds)
        if seconds > PATIENCE:
            return Seen(story, expected, tell(value), False, seconds)
        time.sleep(_POLL_SECONDS)
