"""On-call: takes what Slack, PagerDuty, Teams, a webhook and the mail topic would get, and shows it.

POST /slack, /pagerduty, /teams, /webhook, /sns; GET / lists what came, oldest first, DELETE / forgets it.
`PUT /_sandbox/faults` makes it fail, with service `oncall` and the channel's name as operation.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from sandbox.faults import FaultBoard
from sandbox.okta.listener import Listener
from sandbox.oncall.inbox import Inbox
from sandbox.oncall.web import Web

__all__ = ["OncallServer", "serve"]


class OncallServer:
    """A running sink."""

    def __init__(self, port: int) -> None:
        self.faults = FaultBoard()
        self._inbox = Inbox()
        self._listener = Listener(Web(self._inbox, self.faults), port, "oncall")
        self.url = self._listener.url

    def messages(self) -> list[dict[str, Any]]:
        """What on-call received, oldest first: at, channel, subject, body."""
        return self._inbox.all()

    def clear(self) -> None:
        """Forget what came so far."""
        self._inbox.clear()

    def close(self) -> None:
        """Stop serving."""
        self._listener.close()


@contextmanager
def serve(port: int = 0) -> Iterator[OncallServer]:
    """A sink on 127.0.0.1: on `port`, or on another one if that is taken or 0."""
    server = OncallServer(port)
    try:
        yield server
    finally:
        server.close()
