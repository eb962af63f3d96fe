"""LogEvents as they come in, from whichever road, sorted into what somebody consumes and what not."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from typing import Any

from functions.bus import BusEvent
from functions.okta.entries import TooLargeError, entry
from functions.okta.log_event import LogEvent


@dataclass(frozen=True)
class Sifted:
    """`entries` are what goes on the bus, in the order it came; the rest is only counted.

    `too_large` holds the uuids of those that do not fit the bus even when trimmed.
    """

    entries: tuple[BusEvent, ...]
    too_large: tuple[str, ...]
    ignored: int
    unreadable: int


def sift(raws: Iterable[Any], consumed: Collection[str]) -> Sifted:
    """Never raises: one event that cannot be read does not take the others with it."""
    entries, too_large = [], []
    ignored = unreadable = 0
    for raw in raws:
        try:
            event = LogEvent.parse(raw)
            if event.event_type in consumed:
                entries.append(entry(event, raw))
            else:
                ignored += 1
        except TooLargeError as error:
            too_large.append(error.uuid[:64])
        except (ValueError, RecursionError):  # LogEventError, or what JSON cannot write
            unreadable += 1
    return Sifted(tuple(entries), tuple(too_large), ignored, unreadable)
