"""The desk where findings arrive: remember, decide for each channel, tell, and remember who was told."""

import uuid
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from functions.alerts.channels import Channel
from functions.alerts.decision import Decision, Record, Sighting, decide, merge
from functions.alerts.findings import channel_down
from functions.alerts.message import Message
from functions.alerts.route import KEY, Routes, given_up
from functions.alerts.store import FindingStore
from functions.alerts.wire import ChannelError
from functions.finding import Finding


class AlertError(Exception):
    """Some channels were not told; the finding must come again for these."""


@dataclass
class _Round:
    """What telling everybody came to."""

    decisions: dict[str, Decision] = field(default_factory=dict)
    failures: dict[str, str] = field(default_factory=dict)
    took: list[str] = field(default_factory=list)
    back: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Desk:
    """`report` takes what is found about the channels themselves; `runbooks` is where runbooks are read."""

    store: FindingStore
    channels: Mapping[str, Channel]
    routes: Routes
    report: Callable[[Sequence[Finding]], None]
    runbooks: str

    def take(self, sighting: Sighting, now: datetime) -> dict[str, Decision]:
        """Tell every channel that has something to hear, and say what was decided for each.

        Each channel is tried, whatever the others do. One that fails again and again is stood in for by the
        next, and reported. Raises AlertError with all failures once what did go out is on record, and
        FindingBusyError where another delivery has this finding in hand.
        """
        token = str(uuid.uuid4())
        record = merge(self.store.claim(sighting.finding.key, token, now), sighting)
        told = _Round()
        for name in self.routes.listening(record):
            record = self._tell(record, name, "", now, told)
        record = self._stand_in(record, now, told)
        self.store.save(token, record)
        self._report(record, now, told)
        if told.failures:
            raise AlertError(f"{sighting.finding.key} comes again for: {'; '.join(told.failures.values())}")
        return told.decisions

    def _tell(self, record: Record, name: str, note: str, now: datetime, told: _Round) -> Record:
        decision = told.decisions[name] = decide(record.told.get(name), record.latest.finding)
        if not decision.speaks:
            return record
        try:
            self.channels[name].send(
                Message(decision, record.latest.finding, record.since, record.latest.at, note)
            )
        except ChannelError as error:
            told.failures[name] = str(error)
            return record.fail(name)
        told.took.append(name)
        if name in record.failed:
            told.back.append(name)
        return record.tell(name, now)

    def _stand_in(self, record: Record, now: datetime, told: _Round) -> Record:
        """For those given up: one other channel hears it, if it has not anyway."""
        down = [name for name in given_up(record) if name in told.failures]
        if not down:
            return record
        name = self.routes.instead(record.latest.finding.severity, told.failures.keys())
        if name is None or name in told.decisions:
            return record
        note = f"You read this here because {' and '.join(down)} did not take it."
        return self._tell(record, name, note, now, told)

    def _report(self, record: Record, now: datetime, told: _Round) -> None:
        """Say who is down and who is back. What is found about a channel goes round it: nothing circles."""
        down = [name for name in given_up(record) if name in told.failures]
        findings = [channel_down(name, told.failures[name], now, self.runbooks) for name in down]
        findings += back(self.store, told.took, now, self.runbooks, surely=told.back)
        if findings:
            self.report(findings)


def back(
    store: FindingStore, took: Iterable[str], now: datetime, runbooks: str, *, surely: Collection[str] = ()
) -> list[Finding]:
    """Of the channels that took a message, those that were said to be down: they are no more. `surely`: those
    that may have been reported a moment ago, and are not in the store yet."""
    return [
        channel_down(name, "none", now, runbooks).cleared()
        for name in took
        if name in surely or store.is_open(f"{KEY}{name}")
    ]
