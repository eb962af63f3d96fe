"""An identity plane of each test's own."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack

import pytest

from sandbox import identity
from tests.standins.identity.plane import Plane

FAST = identity.Settings(
    account_seconds=0.01, close_seconds=0.01, assignment_seconds=0.01, provisioning_seconds=0.01
)

Start = Callable[[identity.Settings], Plane]


@pytest.fixture
def start() -> Iterator[Start]:
    """Starts a plane with settings."""
    with ExitStack() as stack:

        def started(settings: identity.Settings) -> Plane:
            plane = Plane(stack.enter_context(identity.serve(settings=settings)))
            stack.callback(plane.close)
            return plane

        yield started


@pytest.fixture
def plane(start: Start) -> Plane:
    """One that does everything within hundredths of a second."""
    return start(FAST)
