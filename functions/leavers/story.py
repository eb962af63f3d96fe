"""A story: what becomes of one message, told as a generator, so that many are told side by side.

A story yields what it wants of the ledger or of the bus, and goes on with the answer, or with the error, as
if it had made the call itself. Whoever hears many (functions.leavers.together) asks for all of them at once.
"""

from collections.abc import Callable, Generator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from functions.finding import Finding
from functions.leavers.record import Record

T = TypeVar("T")


class OutOfTimeError(Exception):
    """Too much of the function's time is over to begin with this message: it comes again, soon."""


@dataclass(frozen=True)
class Entry:
    """A record and the version it has in the ledger; 0 if it is not there yet."""

    record: Record
    version: int


@dataclass(frozen=True)
class Recall:
    """Whoever had this Okta id when the directory was last looked through: a Person, or None."""

    okta_id: str


@dataclass(frozen=True)
class Look:
    """This person's record as it is now: an Entry, of `seed` itself where the ledger has none."""

    seed: Record


@dataclass(frozen=True)
class Change:
    """The record written in the place of `before`: an Entry. Its error: LedgerConflictError."""

    before: Entry
    record: Record
    audit: Mapping[str, Any]


@dataclass(frozen=True)
class Notice:
    """On-call is told: None."""

    findings: Sequence[Finding]


@dataclass(frozen=True)
class Leave:
    """Leave to begin with what can take long: None. Its error: OutOfTimeError.

    `grace`: seconds after the time for beginning in which it is given still.
    """

    grace: float = 0.0


@dataclass(frozen=True)
class Meet:
    """All the others have come as far as they could without an answer: None."""


Want = Recall | Look | Change | Notice | Leave | Meet
Story = Generator[Want, Any, T]


def alone(story: Story[T], answer: Callable[[Want], Any]) -> T:
    """One story, with what it wants asked for at once."""
    try:
        want = next(story)
        while True:
            try:
                got = answer(want)
            except Exception as error:  # noqa: BLE001 - it is the story's, which knows what to do
                want = story.throw(error)
            else:
                want = story.send(got)
    except StopIteration as end:
        found: T = end.value
        return found
