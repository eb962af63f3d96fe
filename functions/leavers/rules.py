"""What the access policy says about leavers, and who is told what comes of it."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Protocol

from functions.aws.deny_policies import ROOT
from functions.finding import Finding


class Findings(Protocol):
    """Tells on-call. Raises BusError, ClientError or BotoCoreError."""

    def put_findings(self, findings: Sequence[Finding]) -> None: ...


@dataclass(frozen=True)
class Rules:
    """What the access policy says about leavers. `protected` are userNames."""

    keep_deny: timedelta
    protected: Collection[str] = ()
    targets: Collection[str] = (ROOT,)
    """What the service control policies are attached to: "root", or ids of organizational units."""

    @property
    def covered(self) -> str:
        """Where the service control policies deny."""
        if ROOT in self.targets:
            return "every member account"
        return f"every account under {' and '.join(self.targets)}, and in no other member account"

    def protects(self, *names: str | None) -> bool:
        protected = {name.casefold() for name in self.protected}
        return any(name is not None and name.casefold() in protected for name in names)
