"""A token bucket, as AWS throttles: so many calls a second, and a burst."""

import threading
import time
from collections.abc import Callable


class Bucket:
    """Holds `burst` tokens and gets `per_second` new ones; None never runs empty."""

    def __init__(
        self, per_second: float | None, burst: float, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._per_second = per_second
        self._burst = burst
        self._clock = clock
        self._tokens = burst
        self._filled = clock()
        self._lock = threading.Lock()

    def take(self) -> bool:
        """Take one token; False if there is none."""
        if self._per_second is None:
            return True
        with self._lock:
            now = self._clock()
            self._tokens = min(self._burst, self._tokens + (now - self._filled) * self._per_second)
            self._filled = now
            if self._tokens < 1:
                return False
            self._tokens -= 1
            return True
