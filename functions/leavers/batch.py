"""The messages of one batch: all are in the ledger before the first step, so that one writing serves all."""

import time
from collections.abc import Callable, Sequence

from functions.inbox import Envelope
from functions.leavers.reception import Reception
from functions.leavers.renderer import OncePerBatch
from functions.leavers.revocations import Work

TIME_FOR_WORK = 30.0
"""Seconds of the function's minute in which work is begun; one person's may take the other half."""


class OutOfTimeError(Exception):
    """Too much of the function's time is over to begin with this message: it comes again, soon."""


class Batch:
    """What was admitted, and what is left to do for it."""

    def __init__(
        self,
        reception: Reception,
        renderer: OncePerBatch,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reception = reception
        self._clock = clock
        self._until = clock() + TIME_FOR_WORK
        self._admitted: list[tuple[Envelope, Work | Exception]] = []
        renderer.begin()

    def admit(self, envelopes: Sequence[Envelope]) -> None:
        """Take all in. What one raises, `receive` raises in its turn, and for it alone."""
        for envelope in envelopes:
            try:
                self._admitted.append((envelope, self._reception.admit(envelope)))
            except Exception as error:  # noqa: BLE001 - kept, and raised when its message is handled
                self._admitted.append((envelope, error))

    def receive(self, envelope: Envelope) -> None:
        """Do what is left to do for this message. Raises what the work raises, or OutOfTimeError."""
        work = next((work for known, work in self._admitted if known == envelope), None)
        if work is None:
            work = self._reception.admit(envelope)
        if isinstance(work, Exception):
            raise work
        if self._clock() > self._until:
            raise OutOfTimeError("the batch has taken too long; what is left comes again")
        work()
