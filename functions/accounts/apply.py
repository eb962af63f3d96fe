"""Brings a plan about: asks for each assignment, follows each request to its end."""

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime

from functions.accounts.plan import Plan, Step
from functions.aws.identity_center import IdentityCenter, Request

OUTSTANDING = 15
"""IAM Identity Center User Guide, "Quotas": account assignments being created at one time."""

FIRST_WAIT = 0.5
LONGEST_WAIT = 5.0
"""Seconds between two looks at the requests; each wait is half as long again as the one before."""


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


@dataclass
class _Work:
    """Requests on their way."""

    waiting: deque[Step]
    outstanding: dict[str, Step] = field(default_factory=dict)
    created: list[Step] = field(default_factory=list)
    failed: list[Failed] = field(default_factory=list)
    finished: datetime | None = None

    def settle(self, step: Step, request: Request, now: datetime) -> None:
        match request.state:
            case "IN_PROGRESS":
                self.outstanding[request.id] = step
            case "SUCCEEDED":
                self.created.append(step)
                self.finished = now
            case "FAILED":
                self.failed.append(Failed(step, request.reason or "AWS gave no reason"))


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
    work = _Work(deque(plan.create))
    wait = FIRST_WAIT
    while work.waiting or work.outstanding:
        while work.waiting and len(work.outstanding) < OUTSTANDING:
            step = work.waiting.popleft()
            work.settle(step, center.create(step.assignment), clock())
        if not work.outstanding:
            continue
        if clock() >= deadline:
            raise UnfinishedError(f"{len(work.outstanding) + len(work.waiting)} assignments are not made yet")
        sleep(wait)
        wait = min(wait * 1.5, LONGEST_WAIT)
        followed, work.outstanding = work.outstanding, {}
        for request_id, request in center.creations(followed).items():
            work.settle(followed[request_id], request, clock())
    return Applied(tuple(work.created), tuple(work.failed), work.finished)
