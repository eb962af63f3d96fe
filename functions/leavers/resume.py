"""Steps that are left when the queue has given their message up: the schedule carries on with them."""

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Protocol

from aws_lambda_powertools import Logger
from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.ledger import LedgerConflictError
from functions.bus import BusError
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.record import Record
from functions.leavers.story import Story

GIVEN_UP = timedelta(hours=1)
"""After so long without an attempt no message of the queue is coming: it waits 15 minutes at most."""

TIME_FOR_WORK = timedelta(seconds=15)
"""In which another person is begun with; who is left is the next run's."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Resumable(Protocol):
    def resume(self, seed: Record) -> Story[None]: ...
    def search_again(self, seed: Record) -> Story[None]: ...


class Listener(Protocol):
    def tell(self, story: Story[None]) -> None: ...


class Writer(Protocol):
    def begin(self) -> None: ...


class Resumption:
    """Whose steps have not been tried for long: theirs are tried again, the longest left alone first."""

    def __init__(
        self,
        ledger: OpenRevocations,
        revocations: Resumable,
        writer: Writer,
        together: Listener,
        *,
        now: Callable[[], datetime],
        log: Logger,
    ) -> None:
        self._ledger = ledger
        self._revocations = revocations
        self._writer = writer
        self._together = together
        self._now = now
        self._log = log

    def run(self) -> None:
        """Try each once. What fails is on-call's already, as a finding, and comes again."""
        self._writer.begin()
        until = self._now() + TIME_FOR_WORK
        for seed in given_up(self._ledger.open_entries(), self._now()):
            if self._now() > until:
                return
            self._tried(self._revocations.resume(seed))

    def search_again(self, seed: Record) -> None:
        """Look again for somebody whom nobody could identify. What fails comes again as well."""
        self._tried(self._revocations.search_again(seed))

    def _tried(self, story: Story[None]) -> None:
        try:
            self._together.tell(story)
        except (StepsFailedError, LedgerConflictError, BusError, ClientError, BotoCoreError) as error:
            self._log.warning("still not done: %s", error)


def given_up(entries: Sequence[Mapping[str, Any]], now: datetime) -> list[Record]:
    """Whom the open entries show with steps that nobody has tried for `GIVEN_UP`, longest first."""
    tried = [
        (datetime.fromisoformat(entry["tried"]), entry["person"], entry)
        for entry in entries
        if entry.get("tried")
    ]
    return [
        Record(person, entry["okta_id"], entry["login"], entry["user_id"])
        for at, person, entry in sorted(tried, key=lambda each: each[:2])
        if now - at >= GIVEN_UP
    ]
