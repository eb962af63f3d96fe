"""What on-call received."""

import threading
from datetime import UTC, datetime
from typing import Any


class Inbox:
    """Messages, oldest first. Safe to share between threads."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._messages: list[dict[str, Any]] = []

    def add(self, channel: str, subject: str | None, body: Any, **more: Any) -> None:
        """Keep one; `more` is what only its channel has."""
        at = datetime.now(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")
        with self._lock:
            self._messages.append({"at": at, "channel": channel, "subject": subject, "body": body, **more})

    def all(self) -> list[dict[str, Any]]:
        """Everything, oldest first."""
        with self._lock:
            return [dict(message) for message in self._messages]

    def clear(self) -> None:
        """Forget everything."""
        with self._lock:
            self._messages.clear()
