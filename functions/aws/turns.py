"""When whose turn is: the one line in which every call of sso-admin stands, whichever function makes it.

IAM Identity Center User Guide, "Quotas": all calls of the sso-admin API share 20 a second, whoever makes
them. A place in the line is a time on one clock, 1/RATE seconds from the next place, and it is given to one
instance alone (the generic cell rate algorithm: what is kept is when the line ends, and nothing else). So
whoever is alone has the whole rate, and whoever comes waits for those who were there before, no longer.
Times are seconds since the epoch, each instance's own: Lambda's hosts keep time within milliseconds.
"""

import math
from dataclasses import dataclass, replace

RATE = 18.0
"""Turns a second in all. A tenth of AWS's 20 is left for who does not stand in line: CloudFormation, the
console, the command line. AWS throttles with a token bucket, so with 20 new tokens a second it never runs
dry because of us alone."""

GAP = 1 / RATE

GOOD_FOR = 0.5
"""Seconds that a turn may be taken after its time, because who has five of them needs a while for each call.
In any t seconds there are then at most RATE x (t + GOOD_FOR + what two clocks differ) + 1 calls, which with
clocks 50 ms off are 12 more than RATE x t: less than the 20 that AWS's bucket holds."""

LONGEST = 15.0
"""Seconds. With every instance of every function in it, the line is a third of this: a longer one was
written by a broken clock, and begins anew."""

AGAIN = 10.0
"""Seconds alone after the line could not be asked."""


@dataclass(frozen=True)
class Place:
    """How an instance of a function stands in line. `block`: turns that it takes at one asking, at most; who
    takes more at once has more of the line when it is full. `alone`: calls a second when the line cannot be
    asked; over all instances they are less than RATE."""

    block: int
    alone: float


ACCOUNTS = Place(block=5, alone=3.0)
"""An account waits for it. Two instances, as the others' numbers in infra/capabilities."""

RECONCILE = Place(block=3, alone=1.5)
"""Nobody waits for it. Two instances."""

LEAVERS = Place(block=5, alone=0.65)
"""Who leaves has been denied by then, so they stand in line like everybody; their thirteen instances make
them most of it when they are many, and no part has to be kept free for them when they are none."""


@dataclass(frozen=True)
class Block:
    """`count` turns in a row, the first at `begin`. `gone` of them were taken or missed, `taken` taken."""

    begin: float
    count: int
    gone: int = 0
    taken: int = 0


@dataclass(frozen=True)
class Standing:
    """What one instance knows: its turns, or until when it does without the line."""

    place: Place
    block: Block = Block(0.0, 0)
    alone_until: float = -math.inf
    latest: float = -math.inf
    """When its last turn was or will be."""

    def turn(self, now: float) -> "tuple[float, Standing] | None":
        """When the next call may go out, and what then is left; None: ask the line for more."""
        if now < self.alone_until:
            at = max(now, self.latest + 1 / self.place.alone)
            return at, replace(self, latest=at)
        missed = math.ceil((now - GOOD_FOR - self.block.begin) / GAP)
        number = max(self.block.gone, missed)
        if number >= self.block.count:
            return None
        at = max(now, self.block.begin + number * GAP)
        block = replace(self.block, gone=number + 1, taken=self.block.taken + 1)
        return at, replace(self, block=block, latest=at)

    @property
    def wanted(self) -> int:
        """How many turns to ask for: one more than was made use of the last time. What expires helps nobody,
        and who takes its time between two calls would lose most of a whole block."""
        return min(self.place.block, self.block.taken + 1) if self.block.count else self.place.block

    def given(self, begin: float, count: int) -> "Standing":
        """The line has given `count` turns from `begin` on."""
        return replace(self, block=Block(begin, count), alone_until=-math.inf)

    def refused(self, now: float) -> "Standing":
        """The line cannot be asked: for a while each instance keeps to a share of its own."""
        return replace(self, block=Block(0.0, 0), alone_until=now + AGAIN)


def begin(ends: float | None, now: float) -> float:
    """Where the next turns begin in a line that `ends` then: now, if that is past, or can only be wrong."""
    return ends if ends is not None and now < ends <= now + LONGEST else now
