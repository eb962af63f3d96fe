"""What every part of the stand-in shares: one lock, one clock, one System Log, one way to record an event."""

import threading
import uuid
from collections.abc import Callable
from datetime import datetime
from typing import Any

from sandbox.okta.ids import new_id
from sandbox.okta.logevent import Occurrence, Ref, log_event
from sandbox.okta.settings import Settings
from sandbox.okta.systemlog import SystemLog

Listener = Callable[[dict[str, Any]], None]


class Organization:
    """An Okta organization. Hold `lock` while reading or changing anything in it, never while calling out."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.lock = threading.RLock()
        self.log = SystemLog(settings.clock)
        self.base_url = ""
        self.administrator = Ref(new_id("00u"), "User", "it.admin@example.com", "Iris Admin")
        self._listeners: list[Listener] = []

    def now(self) -> datetime:
        """The time, from the settings' clock."""
        return self.settings.clock()

    def listen(self, listener: Listener) -> None:
        """Have every LogEvent from now on, as it is written; the listener must not block."""
        self._listeners.append(listener)

    def record(self, occurrence: Occurrence, published: datetime | None = None) -> dict[str, Any]:
        """Write the System Log and tell the listeners. `published` in the past: an event that comes late."""
        with self.lock:
            event = log_event(occurrence, published or self.now())
            self.log.append(event)
            for listener in self._listeners:
                listener(event)
        return event

    @staticmethod
    def transaction() -> str:
        """An id to share between the events of one action."""
        return uuid.uuid4().hex
