"""Reads the System Log on from where it was left: a page, onto the bus, then the cursor; page by page.

The cursor moves only once the bus has the page. Killed in between, the next run brings the page again, and
consumers know its events by their uuid.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any, Protocol

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from functions.aws.cursor import CursorMovedError, Position
from functions.bus import BusEvent
from functions.catchup.question import PATH, Question
from functions.okta.client import Page
from functions.okta.entries import calls
from functions.okta.errors import OktaError, OktaNotFoundError, OktaRejectedError
from functions.okta.log_event import LogEvent, LogEventError
from functions.okta.sift import sift

TIME_TO_STOP = 60.0
"""Seconds. With less than this left no page is begun: its wait for Okta and its bus calls need them."""

RESERVE = 5
"""Requests of the rate limit that are left to whoever else calls Okta with this token."""


class Log(Protocol):
    """The System Log. Raises an OktaError."""

    def page(self, where: str, params: Mapping[str, str] | None = None) -> Page: ...


class Bus(Protocol):
    """Takes events or raises BusError, ClientError or BotoCoreError."""

    def put(self, events: Sequence[BusEvent]) -> None: ...


class Place(Protocol):
    """Keeps the cursor. `move` raises CursorMovedError."""

    def read(self) -> Position | None: ...

    def move(self, position: Position) -> Position: ...


@dataclass
class Tally:
    """What one run did. `lost` are uuids of events that no bus can take; `failed_deliveries` the hook's."""

    position: Position
    pages: int = 0
    events: int = 0
    unreadable: int = 0
    failed_deliveries: int = 0
    lost: tuple[str, ...] = ()
    trouble: OktaError | GetParameterError | None = None


class Follower:
    """One reader of the log. `connect` opens it when a run begins, with the credentials of that moment."""

    def __init__(
        self,
        connect: Callable[[], Log],
        bus: Bus,
        place: Place,
        question: Question,
        *,
        now: Callable[[], datetime],
    ) -> None:
        self._connect = connect
        self._bus = bus
        self._place = place
        self._question = question
        self._now = now

    def run(self, remaining: Callable[[], float]) -> Tally:
        """Read until nothing is left, the time or the rate limit is nearly used up, or Okta fails.

        `remaining` says how many seconds this run still has. What keeps it from reading Okta is in the tally:
        the next run goes on from here. Raises BusError and AWS's errors.
        """
        tally = Tally(self._question.go_on(self._place.read(), self._now()))
        try:
            log = self._connect()
            while remaining() > TIME_TO_STOP:
                asked_at = self._now()
                page = self._page(log, tally.position)
                self._bring(page, tally)
                tally.position = self._place.move(_after(tally.position, page, asked_at))
                if _is_the_last(page):
                    break
        except (OktaError, GetParameterError) as error:
            tally.trouble = error
        except CursorMovedError:
            pass  # Another run is ahead of this one and goes on from there.
        return tally

    def _page(self, log: Log, position: Position) -> Page:
        if position.next is not None:
            try:
                return log.page(position.next)
            except (OktaRejectedError, OktaNotFoundError):
                pass  # Okta does not know this cursor any more.
        return log.page(PATH, self._question.since(position.reached))

    def _bring(self, page: Page, tally: Tally) -> None:
        sifted = sift(page.items, self._question.types)
        for group in calls(sifted.entries):
            self._bus.put(group)
        tally.pages += 1
        tally.events += len(sifted.entries)
        tally.unreadable += sifted.unreadable
        tally.lost += sifted.too_large
        tally.failed_deliveries += sum(_is_failed_delivery(each.detail) for each in sifted.entries)


def _is_the_last(page: Page) -> bool:
    """Nothing follows, or it is the next run's. Okta promises a link to what follows; without one, asking on
    would ask the same again."""
    return not page.items or page.next is None or (page.remaining is not None and page.remaining < RESERVE)


def _after(position: Position, page: Page, asked_at: datetime) -> Position:
    """An empty page says that all that was written until the question is read."""
    times = [at for item in page.items if (at := _published(item))]
    reached = max([position.reached, *times]) if page.items else asked_at
    return replace(position, next=page.next, reached=min(reached, asked_at))


def _published(raw: Any) -> datetime | None:
    try:
        return LogEvent.parse(raw).published
    except LogEventError:
        return None


def _is_failed_delivery(detail: Mapping[str, Any]) -> bool:
    outcome = detail.get("outcome") or {}
    return detail["eventType"] == "event_hook.delivery" and outcome.get("result") == "FAILURE"
