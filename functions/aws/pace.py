"""Holds boto3's clients of sso-admin to the line of turns."""

import threading
import time
from collections.abc import Callable
from typing import Any, Protocol, Self

import boto3
from aws_lambda_powertools import Logger

from functions.aws.turn_line import QUICK, LineUnavailableError, TurnLine
from functions.aws.turns import Place, Standing

_logger = Logger()


class Line(Protocol):
    """What gives turns: functions.aws.turn_line.TurnLine."""

    def book(self, count: int, now: float) -> float:
        """When the first of `count` turns is. Raises LineUnavailableError."""


class Pace:
    """One instance's place in the line. Safe to share between threads and clients, whatever their roles."""

    def __init__(
        self,
        line: Line,
        place: Place,
        *,
        clock: Callable[[], float] = time.time,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._line = line
        self._standing = Standing(place)
        self._clock = clock
        self._sleep = sleep
        self._lock = threading.Lock()
        self._told = False

    @classmethod
    def of(cls, table: str, place: Place) -> Self:
        """In the line that this table keeps."""
        return cls(TurnLine(boto3.client("dynamodb", config=QUICK), table), place)

    def hold(self, client: Any) -> None:
        """Let every request of this boto3 client wait for its turn, pages and botocore's own retries too."""
        client.meta.events.register(f"before-send.{client.meta.service_model.service_id.hyphenize()}", self)

    def __call__(self, **_event: Any) -> None:
        """Wait for the next turn. botocore calls it with what it is about to send."""
        with self._lock:
            at = self._turn()
        wait = at - self._clock()
        if wait > 0:
            self._sleep(wait)

    def _turn(self) -> float:
        while True:
            now = self._clock()
            found = self._standing.turn(now)
            if found:
                at, self._standing = found
                return at
            self._ask(now)

    def _ask(self, now: float) -> None:
        count = self._standing.wanted
        try:
            first = self._line.book(count, now)
        except LineUnavailableError as error:
            self._standing = self._standing.refused(self._clock())
            if not self._told:
                _logger.warning("the line of turns cannot be asked", extra={"reason": str(error)})
            self._told = True
            return
        self._standing = self._standing.given(first, count)
        self._told = False
