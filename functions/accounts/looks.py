"""When to look how requests stand: as seldom as can be while nothing waits for a look, soon while more does.

An assignment is there once AWS has made it, seen or not, so while nothing waits for a place a look serves
nobody but the report. While more waits, each place that is free again and not seen costs time. How long AWS
takes is documented nowhere; what a run sees of its own requests is all that is known.
"""

import math
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

FIRST_LOOK = 3.5
"""Seconds after the last request, when nothing else waits; then at twice its age. Assignments are a matter
of seconds: Terraform's provider of AWS looks after 5 first, and after 10 in its newer versions."""

EARLY_LOOK = 1.0
"""Seconds after the oldest request, when more waits for its place."""

SOONER = 1.25
"""While more waits, and when a request is overdue: the next look is when it is a quarter older."""

TOGETHER = 0.25
"""Seconds: requests that were made so soon after each other are looked at together."""

SOON = 0.25
LONGEST_WAIT = 10.0
"""Seconds from one look to the next for an overdue request at least, and for any at most."""

SURE = 0.9
"""Where the longest age at which none had ended is so much of the shortest at which one had, that is it."""


@dataclass(frozen=True)
class Known:
    """What the looks so far have shown: ages in seconds at which requests had not ended, and had. `looked`
    is when the last look was."""

    not_by: float = 0.0
    by: float = math.inf
    looked: float = -math.inf

    def seen(self, ended: Collection[float], going_on: Collection[float], now: float) -> "Known":
        """After a look at `now` that found these requests ended, and those not: times when they were made."""
        return Known(
            max([self.not_by, *(now - asked for asked in going_on)]),
            min([self.by, *(now - asked for asked in ended)]),
            now,
        )

    def missed(self, now: float) -> "Known":
        """After a look that AWS had no time for."""
        return replace(self, looked=now)

    @property
    def ended_by(self) -> float:
        """By which age others have ended, infinite if nobody has seen one; the middle of what is possible
        while that is wide: one look more, and all later ones are nearer."""
        sure = self.not_by >= self.by * SURE
        return self.by if sure else (self.not_by + self.by) / 2


def next_look(asked: Sequence[float], waiting: int, known: Known) -> float:
    """When to look at requests that were made at these times, oldest first, while so many more wait."""
    if math.isinf(known.by):
        at = _early(asked[0], known) if waiting else _late(asked[-1], known)
    elif waiting:
        needed = [each for each in asked[:waiting] if each <= asked[0] + TOGETHER]
        at = _expected(needed[-1], known.ended_by, known)
    else:
        at = _expected(asked[-1], max(known.not_by, known.by), known)
    return min(at, max(known.looked, asked[-1]) + LONGEST_WAIT)


def _early(oldest: float, known: Known) -> float:
    return _grown(oldest, EARLY_LOOK, SOONER, known.looked)


def _late(newest: float, known: Known) -> float:
    return _grown(newest, FIRST_LOOK, 2.0, known.looked)


def _grown(made: float, age: float, growth: float, looked: float) -> float:
    """At the first of these ages at which nobody has looked yet."""
    while made + age <= looked:
        age *= growth
    return made + age


def _expected(made: float, age: float, known: Known) -> float:
    if made + age > known.looked:
        return made + age
    return known.looked + max(SOON, (known.looked - made) * (SOONER - 1))
