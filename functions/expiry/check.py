"""How a check's result becomes a finding, written for a person at 3 a.m. Pure: time is passed in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from functions.finding import Finding, Severity, State

SeverityOf = Callable[[float], Severity | None]
"""Days left → how soon somebody must look; None: nobody yet. `expiry` of the access policy."""

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


def worst(*severities: Severity | None) -> Severity | None:
    """The most urgent one; None where nothing is wrong."""
    found = [severity for severity in severities if severity is not None]
    return max(found, key=_RANK.__getitem__) if found else None


@dataclass(frozen=True)
class Found:
    """What a check found: severity (None: nothing wrong), the sentence that says it, figures, and since when
    it is so, where that can be known. Otherwise it counts from the first time that it was seen."""

    severity: Severity | None
    title: str
    facts: Mapping[str, str] = field(default_factory=dict)
    since: datetime | None = None


@dataclass(frozen=True)
class Guide:
    """What all findings of one check share: why it matters, what to do in which order, the runbook."""

    why: str
    actions: tuple[str, ...]
    runbook: str


@dataclass(frozen=True)
class Desk:
    """Writes findings: the clock of this run, the thresholds, and the address of the runbooks' folder."""

    now: datetime
    severity: SeverityOf
    runbooks: str

    def write(self, key: str, subject: str, found: Found, guide: Guide) -> Finding:
        """One finding, open or clear, under a key that outlives what it is about today."""
        return Finding(
            key=key,
            severity=found.severity or Severity.INFO,
            title=found.title,
            subject=subject,
            since=min(found.since or self.now, self.now),
            why=guide.why,
            actions=guide.actions,
            runbook=f"{self.runbooks.rstrip('/')}/{guide.runbook}",
            state=State.OPEN if found.severity else State.CLEAR,
            facts=found.facts,
        )
