"""What on-call is told of a finding, and what not. Pure: no clock, no AWS.

A record keeps the latest sighting of a finding, by the time it was seen and not by when it arrived, and
for each channel what that channel was last told. So a channel that failed is behind the others, and the
next delivery, of whatever sighting, brings exactly that channel up to date. What stays open is not told
again one by one: the daily digest lists it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from enum import StrEnum

from functions.finding import Finding, Severity, State

_RANK = {severity: rank for rank, severity in enumerate(Severity)}


class Decision(StrEnum):
    """What a sighting of a finding means to a channel."""

    OPENED = "opened"
    REPEATED_QUIET = "repeated"
    WORSENED = "worsened"
    EASED = "eased"
    RESOLVED = "resolved"
    NOTHING = "nothing"

    @property
    def speaks(self) -> bool:
        """Whether a message goes out."""
        return self not in (Decision.REPEATED_QUIET, Decision.NOTHING)


@dataclass(frozen=True)
class Sighting:
    """A finding as a watch saw it `at` a time."""

    finding: Finding
    at: datetime

    @property
    def order(self) -> tuple[datetime, bool, int]:
        """Later wins; of one second, what EventBridge's clock resolves, the worse news wins."""
        is_open = self.finding.state is State.OPEN
        return self.at, is_open, _RANK[self.finding.severity]


@dataclass(frozen=True)
class Told:
    """The last message that a channel took."""

    state: State
    severity: Severity
    at: datetime


@dataclass(frozen=True)
class Record:
    """All that is kept of one finding. `since` is when its cause began, as far as is known."""

    latest: Sighting
    since: datetime
    told: Mapping[str, Told] = field(default_factory=dict)
    failed: Mapping[str, int] = field(default_factory=dict)
    """By channel: how many attempts in a row it did not take."""

    def tell(self, channel: str, now: datetime) -> "Record":
        """The record once `channel` has taken the message about the latest sighting."""
        finding = self.latest.finding
        told = Told(finding.state, finding.severity, now)
        failed = {name: count for name, count in self.failed.items() if name != channel}
        return replace(self, told={**self.told, channel: told}, failed=failed)

    def fail(self, channel: str) -> "Record":
        """The record once `channel` has not taken the message about the latest sighting."""
        return replace(self, failed={**self.failed, channel: self.failed.get(channel, 0) + 1})

    def knows(self, channel: str) -> bool:
        """Whether the channel has been told that it is open, and not yet that it is gone."""
        told = self.told.get(channel)
        return told is not None and told.state is State.OPEN


def merge(record: Record | None, sighting: Sighting) -> Record:
    """Take a sighting in. One that is older than what is known, or the same, changes nothing."""
    if record is None:
        return Record(sighting, sighting.finding.since)
    if sighting.order <= record.latest.order:
        return record
    reopened = record.latest.finding.state is State.CLEAR and sighting.finding.state is State.OPEN
    if reopened:
        # What a channel missed of the last time is over: it begins anew there too.
        return replace(record, latest=sighting, since=sighting.finding.since, failed={})
    return replace(record, latest=sighting, since=min(record.since, sighting.finding.since))


def decide(previous: Told | None, finding: Finding) -> Decision:
    """What to tell a channel that was last told `previous` about a finding as it is now."""
    knows_open = previous is not None and previous.state is State.OPEN
    if finding.state is State.CLEAR:
        return Decision.RESOLVED if knows_open else Decision.NOTHING
    if previous is None or not knows_open:
        return Decision.OPENED
    change = _RANK[finding.severity] - _RANK[previous.severity]
    if change == 0:
        return Decision.REPEATED_QUIET
    return Decision.WORSENED if change > 0 else Decision.EASED
