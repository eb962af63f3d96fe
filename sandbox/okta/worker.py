"""One thread that does one thing after another."""

import queue
import threading
import time
from collections.abc import Callable

Job = Callable[[], None]


class Worker:
    """Jobs run in the order they came; a job must handle its own failures."""

    def __init__(self, name: str) -> None:
        self._jobs: queue.Queue[Job | None] = queue.Queue()
        self._thread = threading.Thread(target=self._run, name=name, daemon=True)
        self._thread.start()

    def add(self, job: Job) -> None:
        """Do it later."""
        self._jobs.put(job)

    def drain(self, timeout: float) -> bool:
        """Wait for everything added so far; false when `timeout` seconds were not enough."""
        deadline = time.monotonic() + timeout
        with self._jobs.all_tasks_done:
            while self._jobs.unfinished_tasks:
                left = deadline - time.monotonic()
                if left <= 0:
                    return False
                self._jobs.all_tasks_done.wait(left)
        return True

    def close(self) -> None:
        """Finish what is queued, then end."""
        self._jobs.put(None)
        self._thread.join()

    def _run(self) -> None:
        while (job := self._jobs.get()) is not None:
            try:
                job()
            finally:
                self._jobs.task_done()
        self._jobs.task_done()
