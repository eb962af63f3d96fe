"""The messages of one batch: all are in the ledger before the first step, so that one writing serves all."""

import time
from collections.abc import Callable, Sequence

from functions.inbox import Envelope
from functions.leavers.reception import Reception
from functions.leavers.renderer import OncePerBatch
from functions.leavers.revocations import Works
from functions.leavers.together import Together

TIME_FOR_WORK = 30.0
"""Seconds of the function's minute in which work is begun; one person's may take the other half."""


class Batch:
    """What was admitted, what is left to do for it, and what came of that."""

    def __init__(
        self,
        reception: Reception,
        renderer: OncePerBatch,
        together: Together,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._reception = reception
        self._renderer = renderer
        self._together = together
        self._until = clock() + TIME_FOR_WORK
        self._admitted: list[tuple[Envelope, Works | Exception]] = []
        self._done: dict[str, Exception | None] | None = None

    def admit(self, envelopes: Sequence[Envelope]) -> None:
        """Take all in. What one raises, `receive` raises in its turn, and for it alone."""
        stories = [self._reception.admit(envelope) for envelope in envelopes]
        self._admitted = list(zip(envelopes, self._together.hear(stories), strict=True))
        self._done = None

    def receive(self, envelope: Envelope) -> None:
        """See that what is left to do for this message is done; the first call does it for all of them.

        Raises what the work has raised, or OutOfTimeError.
        """
        if all(known != envelope for known, _ in self._admitted):
            self.admit([envelope])
        if self._done is None:
            self._done = self._carried_out()
        works = next(works for known, works in self._admitted if known == envelope)
        if isinstance(works, Exception):
            raise works
        for work in works:
            failed = self._done[work.key]
            if failed is not None:
                raise failed

    def _carried_out(self) -> dict[str, Exception | None]:
        """By the key of the works, of each the newest."""
        self._renderer.begin()
        admitted = [works for _, works in self._admitted if not isinstance(works, Exception)]
        every = sorted((work for works in admitted for work in works), key=lambda work: work.version)
        newest = {work.key: work for work in every}
        ended = self._together.hear([work.story() for work in newest.values()], self._until)
        return dict(zip(newest, ended, strict=True))
