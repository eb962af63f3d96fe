"""The state of one identity plane, and the lock that guards it."""

import threading
from dataclasses import dataclass, field
from datetime import UTC, datetime

from sandbox.identity.behind import Moto
from sandbox.identity.directory import Directory
from sandbox.identity.later import Later
from sandbox.identity.outbox import Outbox
from sandbox.identity.settings import Settings


@dataclass
class State:
    """Everything the services share. Handlers run with `lock` held and never wait."""

    settings: Settings
    outbox: Outbox
    later: Later = field(default_factory=Later)
    moto: Moto = field(default_factory=Moto)
    directory: Directory = field(default_factory=Directory)
    instance_status: str = "ACTIVE"
    lock: threading.RLock = field(default_factory=threading.RLock)

    def now(self) -> datetime:
        """The time, in UTC."""
        return datetime.now(UTC)
