"""Brings a plan about: asks for each assignment, follows each request to its end."""

from collections import Counter, deque
from collections.abc import Callable, Collection, Hashable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar

from functions.accounts.looks import Known, next_look
from functions.accounts.plan import Plan, Step, Unwanted
from functions.aws.assignment_requests import BusyError, Request
from functions.aws.identity_center import IdentityCenter

T = TypeVar("T", bound=Hashable)

OUTSTANDING = 15
"""IAM Identity Center User Guide, "Quotas": account assignments being created at one time."""

FIRST_PAUSE = 1.0
LONGEST_PAUSE = 5.0
"""Seconds to wait where AWS takes no request at all; each pause is twice the one before."""

PATIENCE = 8
"""How often AWS may answer that a quota is full before that is its last word on an assignment."""


class UnfinishedError(Exception):
    """Time ran out while AWS was still at it. What was asked for goes on; look again later."""


@dataclass(frozen=True)
class Failed:
    """An assignment that AWS did not make, and AWS's reason."""

    step: Step
    reason: str


@dataclass(frozen=True)
class Applied:
    """How the plan ended. `finished` is when the last request was seen SUCCEEDED, None if none was."""

    created: tuple[Step, ...]
    failed: tuple[Failed, ...]
    finished: datetime | None


NOTHING = Applied((), (), None)


@dataclass(frozen=True)
class Removed:
    """What was taken away, and what AWS left there, with its reason."""

    removed: tuple[Unwanted, ...]
    failed: tuple[tuple[Unwanted, str], ...]


@dataclass(frozen=True)
class Timing:
    """How time passes: what says it, what lets it pass, and when it is up."""

    clock: Callable[[], datetime]
    sleep: Callable[[float], None]
    deadline: datetime

    def now(self) -> float:
        """Seconds since the epoch."""
        return self.clock().timestamp()

    def sleep_until(self, at: float) -> None:
        """`at` is in seconds since the epoch; not beyond the deadline."""
        wait = min(at, self.deadline.timestamp()) - self.now()
        if wait > 0:
            self.sleep(wait)


def apply(
    plan: Plan,
    center: IdentityCenter,
    *,
    clock: Callable[[], datetime],
    sleep: Callable[[float], None],
    deadline: datetime,
) -> Applied:
    """Create all that the plan creates, at most 15 at a time. FAILED is final.

    Raises UnfinishedError at `deadline`; repeating the whole then finds what was done meanwhile.
    """
    requests = center.requests
    work = Work(deque(plan.create), lambda step: requests.create(step.assignment), requests.creations)
    work.run(Timing(clock, sleep, deadline))
    failed = tuple(Failed(step, reason) for step, reason in work.failed)
    return Applied(tuple(work.done), failed, work.finished)


def remove(unwanted: Sequence[Unwanted], center: IdentityCenter, timing: Timing) -> Removed:
    """Take these away, under the same rules as `apply`. What is gone already counts as taken away."""
    requests = center.requests
    work = Work(deque(unwanted), lambda each: requests.delete(each.assignment), requests.deletions)
    work.run(timing)
    return Removed(tuple(work.done), tuple(work.failed))


@dataclass
class Work(Generic[T]):
    """Requests on their way: `ask` makes one, `look` says how several stand. `outstanding` are those under
    way by their id, oldest first, each with the time in seconds when it was made."""

    waiting: deque[T]
    ask: Callable[[T], Request]
    look: Callable[[Collection[str]], Mapping[str, Request]]
    outstanding: dict[str, tuple[T, float]] = field(default_factory=dict)
    done: list[T] = field(default_factory=list)
    failed: list[tuple[T, str]] = field(default_factory=list)
    finished: datetime | None = None
    window: int = OUTSTANDING
    quota_answers: Counter[T] = field(default_factory=Counter)
    known: Known = field(default_factory=Known)

    def run(self, timing: Timing) -> None:
        """Raises UnfinishedError at the deadline."""
        pause = FIRST_PAUSE
        while self.waiting or self.outstanding:
            busy = self._ask_for_more(timing)
            left = len(self.outstanding) + len(self.waiting)
            if left and timing.clock() >= timing.deadline:
                raise UnfinishedError(f"{left} assignments are not made or removed yet")
            if self.outstanding:
                asked = [at for _, at in self.outstanding.values()]
                timing.sleep_until(next_look(asked, len(self.waiting), self.known))
                self._follow(timing)
            elif busy:
                timing.sleep_until(timing.now() + pause)
                pause = min(pause * 2, LONGEST_PAUSE)

    def _ask_for_more(self, timing: Timing) -> bool:
        """Fill the window; True if AWS would take no more. 15 is for the whole organization, so others'
        requests count as well: where AWS is full, the window shrinks to what it took."""
        while self.waiting and len(self.outstanding) < self.window and timing.clock() < timing.deadline:
            item = self.waiting.popleft()
            try:
                request = self.ask(item)
            except BusyError as error:
                self._put_back(item, error)
                self.window = max(1, len(self.outstanding))
                return True
            self._settle(item, request, timing.now(), timing)
        return False

    def _follow(self, timing: Timing) -> None:
        """Look at what is on its way."""
        try:
            requests = self.look(self.outstanding)
        except BusyError:
            self.known = self.known.missed(timing.now())
            return
        followed, self.outstanding = self.outstanding, {}
        now = timing.now()
        for request_id, request in requests.items():
            item, asked = followed[request_id]
            self._settle(item, request, asked, timing)
        ended = [asked for request_id, (_, asked) in followed.items() if request_id not in self.outstanding]
        self.known = self.known.seen(ended, [asked for _, asked in self.outstanding.values()], now)
        self.window = min(OUTSTANDING, self.window + len(ended))

    def _settle(self, item: T, request: Request, asked: float, timing: Timing) -> None:
        match request.state:
            case "IN_PROGRESS":
                self.outstanding[request.id] = item, asked
            case "SUCCEEDED":
                self.done.append(item)
                self.finished = timing.clock()
            case "FAILED":
                self.failed.append((item, request.reason or "AWS gave no reason"))

    def _put_back(self, item: T, error: BusyError) -> None:
        self.quota_answers[item] += error.quota
        if self.quota_answers[item] >= PATIENCE:
            self.failed.append((item, str(error)))
        else:
            self.waiting.append(item)
