"""Keeps a function to its share of the calls that IAM Identity Center takes.

IAM Identity Center User Guide, "Quotas": all calls of the sso-admin API share 20 a second, whoever makes
them. Each function has a share, and so many instances as its queue starts at once; the sum stays below 20,
so that leavers, deployments and people always find room.
"""

import time
from collections.abc import Callable
from typing import Any

ACCOUNTS = 5.0
"""Calls a second of one instance that works off events; there are two. An account waits for it."""

RECONCILE = 3.0
"""Calls a second of one instance that reconciles; there are two. Nobody waits for it."""


class Pace:
    """At most so many calls a second, evenly spaced: nothing is saved up for a burst."""

    def __init__(
        self,
        per_second: float,
        *,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._gap = 1 / per_second
        self._clock = clock
        self._sleep = sleep
        self._next = clock()

    def hold(self, client: Any) -> None:
        """Let every request of this boto3 client wait for its turn, pages and botocore's own retries too."""
        client.meta.events.register(f"before-send.{client.meta.service_model.service_id.hyphenize()}", self)

    def __call__(self, **_event: Any) -> None:
        """Wait for the next turn. botocore calls it with what it is about to send."""
        now = self._clock()
        turn = max(self._next, now)
        self._next = turn + self._gap
        if turn > now:
            self._sleep(turn - now)
