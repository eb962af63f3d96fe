"""What AWS does some time after it answered: one thread runs each job when its time has come."""

import heapq
import itertools
import threading
import time
from collections.abc import Callable


class Later:
    """Jobs in the order of their due times. They are called outside of its lock, one at a time."""

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._jobs: list[tuple[float, int, Callable[[], None]]] = []
        self._numbers = itertools.count()
        self._running = False
        self._closed = False
        self._thread = threading.Thread(target=self._run, name="identity-later", daemon=True)
        self._thread.start()

    def after(self, seconds: float, job: Callable[[], None]) -> None:
        """Run `job` in so many seconds; jobs due at the same time keep their order."""
        with self._changed:
            heapq.heappush(self._jobs, (time.monotonic() + seconds, next(self._numbers), job))
            self._changed.notify_all()

    def settle(self, timeout: float) -> bool:
        """Wait until no job is left, those that jobs add included. False after `timeout` seconds."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._jobs and not self._running, timeout)

    def close(self) -> None:
        """Drop what is not due yet and end the thread."""
        with self._changed:
            self._closed = True
            self._jobs.clear()
            self._changed.notify_all()
        self._thread.join()

    def _run(self) -> None:
        while job := self._next():
            job()
            with self._changed:
                self._running = False
                self._changed.notify_all()

    def _next(self) -> Callable[[], None] | None:
        with self._changed:
            while not self._closed:
                wait = self._jobs[0][0] - time.monotonic() if self._jobs else None
                if wait is not None and wait <= 0:
                    self._running = True
                    return heapq.heappop(self._jobs)[2]
                self._changed.wait(wait)
            return None
