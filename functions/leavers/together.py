"""Many stories side by side: what they want at the same time is one call, where one call can do it.

Of the calls that leavers cost, most would be to the ledger and to the bus, and both take many at once. What
fails for all together is tried for each alone, so that nobody is held up by somebody else.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Generic, Protocol, TypeVar

from functions.aws.people import Person
from functions.bus import BusError
from functions.finding import Finding
from functions.leavers.record import Record
from functions.leavers.story import (
    Change,
    Entry,
    Leave,
    Look,
    Meet,
    Notice,
    OutOfTimeError,
    Recall,
    Story,
    Want,
)

T = TypeVar("T")

PATIENCE = 8.0
"""Seconds that a story waits for the others. To be told and written down it waits twice, so little more than
this is done again, should the function be killed."""


class Records(Protocol):
    def look(self, seeds: Sequence[Record]) -> Sequence[Entry]: ...
    def write(self, changes: Sequence[Change]) -> Sequence[Entry]: ...


class Snapshot(Protocol):
    def find(self, okta_ids: Sequence[str]) -> Mapping[str, Person]: ...


class Findings(Protocol):
    """Raises BusError, which says what is not on the bus; ClientError or BotoCoreError."""

    def put_findings(self, findings: Sequence[Finding]) -> None: ...


class _Teller(Generic[T]):
    """One story, and where it stands."""

    def __init__(self, story: Story[T]) -> None:
        self.story = story
        self.want: Want | None = None
        self.answer: Any = None
        self.result: T | Exception | None = None
        self.on: str | None = None
        """Whose record it has looked at: until it ends, or looks at another one, no other story does."""


class Together:
    """Listens to stories until all have ended."""

    def __init__(
        self,
        book: Records,
        snapshot: Snapshot,
        findings: Findings,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._book = book
        self._snapshot = snapshot
        self._findings = findings
        self._clock = clock

    def hear(self, stories: Sequence[Story[T]], until: float = float("inf")) -> list[T | Exception]:
        """What each story came to, or what it raised. `until`, by the clock: Leave is given before it."""
        tellers = [_Teller(story) for story in stories]
        ready, waiting, since = deque(tellers), list[_Teller[T]](), self._clock()
        while ready or waiting:
            if ready and not (waiting and self._clock() - since > PATIENCE):
                teller = ready.popleft()
                self._go_on(teller, until)
                if teller.want is not None:
                    since = since if waiting else self._clock()
                    waiting.append(teller)
                continue
            served = self._serve(waiting, tellers)
            waiting = [each for each in waiting if each not in served]
            ready.extendleft(reversed(served))
            since = self._clock()
        return [teller.result for teller in tellers]  # type: ignore[misc]  # all have ended

    def tell(self, story: Story[T]) -> T:
        """One story alone. Raises what it raises."""
        (found,) = self.hear([story])
        if isinstance(found, Exception):
            raise found
        return found

    def _go_on(self, teller: _Teller[T], until: float) -> None:
        """Until it wants what can be asked for together with others, or has ended."""
        answer, teller.want = teller.answer, None
        try:
            while True:
                failed = isinstance(answer, Exception)
                want = teller.story.throw(answer) if failed else teller.story.send(answer)
                if not isinstance(want, Leave):
                    teller.want = want
                    return
                late = OutOfTimeError("the batch has taken too long; what is left comes again")
                answer = late if self._clock() > until + want.grace else None
        except StopIteration as end:
            teller.result, teller.on = end.value, None
        except Exception as error:  # noqa: BLE001 - it is what the story came to, and raised by whoever began it
            teller.result, teller.on = error, None

    def _serve(self, waiting: Sequence[_Teller[T]], tellers: Sequence[_Teller[T]]) -> list[_Teller[T]]:
        """Ask for what they want; return those that have their answer."""
        asking: list[tuple[Sequence[_Teller[T]], Callable[[Sequence[Any]], Sequence[Any]]]] = [
            (_wanting(Recall, waiting), self._recalled),
            (_one_for_each_record(_wanting(Look, waiting), tellers), self._looked),
            (_wanting(Change, waiting), self._book.write),
            (_wanting(Notice, waiting), self._told),
            (_wanting(Meet, waiting), lambda wants: [None] * len(wants)),
        ]
        for those, ask in asking:
            answers = _all_or_each([teller.want for teller in those], ask)
            for teller, answer in zip(those, answers, strict=True):
                teller.answer = answer
        return [teller for those, _ in asking for teller in those]

    def _recalled(self, wants: Sequence[Recall]) -> list[Person | None]:
        found = self._snapshot.find([want.okta_id for want in wants])
        return [found.get(want.okta_id) for want in wants]

    def _looked(self, wants: Sequence[Look]) -> Sequence[Entry]:
        return self._book.look([want.seed for want in wants])

    def _told(self, wants: Sequence[Notice]) -> list[BusError | None]:
        """Only whose notice the bus has refused has not told it."""
        findings = [(finding, number) for number, want in enumerate(wants) for finding in want.findings]
        try:
            self._findings.put_findings([finding for finding, _ in findings])
        except BusError as error:
            refused = {findings[place][1] for place in error.refused or range(len(findings))}
            return [error if number in refused else None for number in range(len(wants))]
        return [None] * len(wants)


def _wanting(kind: type[Want], tellers: Sequence[_Teller[T]]) -> list[_Teller[T]]:
    return [teller for teller in tellers if isinstance(teller.want, kind)]


def _one_for_each_record(
    wanting: Sequence[_Teller[T]], tellers: Sequence[_Teller[T]]
) -> Sequence[_Teller[T]]:
    """Of several stories about one person the first: what it writes the others then see."""
    for teller in wanting:
        teller.on = None
    busy, first = {teller.on for teller in tellers}, []
    for teller in wanting:
        if isinstance(teller.want, Look) and teller.want.seed.key not in busy:
            teller.on = teller.want.seed.key
            busy.add(teller.on)
            first.append(teller)
    return first


def _all_or_each(wants: Sequence[Any], ask: Callable[[Sequence[Any]], Sequence[Any]]) -> list[Any]:
    """The answers to all of them in one call; where that fails, to each in its own, or its error."""
    if not wants:
        return []
    try:
        return list(ask(wants))
    except Exception as error:  # noqa: BLE001 - it goes to the story that wanted it
        if len(wants) == 1:
            return [error]
    return [answer for want in wants for answer in _all_or_each([want], ask)]
