"""Events on their way out: one after another, on a thread of their own, to whoever listens now."""

import logging
from collections.abc import Callable, Mapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

Emit = Callable[[Mapping[str, Any]], object]

_log = logging.getLogger(__name__)


class Outbox:
    """`emit` gets each envelope; while it is None events are dropped, as on AWS without a rule."""

    def __init__(self, emit: Emit | None) -> None:
        self.emit = emit
        self.failures: list[BaseException] = []
        self._worker = ThreadPoolExecutor(1, thread_name_prefix="identity-events")

    def put(self, envelope: Mapping[str, Any]) -> None:
        """Hand over; returns at once. Who listens is decided now, not when its turn comes."""
        if self.emit is not None:
            self._worker.submit(self.emit, envelope).add_done_callback(self._done)

    def drain(self, timeout: float) -> None:
        """Wait until everything handed over so far has been delivered. Raises TimeoutError."""
        self._worker.submit(_nothing).result(timeout)

    def close(self) -> None:
        """Deliver what is left, then end the thread."""
        self._worker.shutdown(wait=True)

    def _done(self, delivery: "Future[object]") -> None:
        error = delivery.exception()
        if error is not None:
            self.failures.append(error)
            _log.error("An event was not delivered", exc_info=error)


def _nothing() -> None:
    """Stands at the end of the queue."""
