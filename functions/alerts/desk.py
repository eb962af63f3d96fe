"""The desk where findings arrive: remember, decide for each channel, tell, and remember who was told."""

import uuid
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.alerts.channels import Channel, ChannelError
from functions.alerts.decision import Decision, Record, Sighting, decide, merge
from functions.alerts.message import Message
from functions.alerts.store import FindingStore
from functions.finding import Severity, State


class AlertError(Exception):
    """Some channels were not told; the finding must come again for these."""


@dataclass(frozen=True)
class Desk:
    """`route` gives the channels for a severity (`alerts` of the access policy); mail hears everything."""

    store: FindingStore
    channels: Mapping[str, Channel]
    route: Callable[[Severity], Sequence[str]]

    def take(self, sighting: Sighting, now: datetime) -> dict[str, Decision]:
        """Tell every channel that has something to hear, and say what was decided for each.

        Each channel is tried, whatever the others do. Raises AlertError with all failures once what did
        go out is on record, and FindingBusyError where another delivery has this finding in hand.
        """
        token = str(uuid.uuid4())
        record = merge(self.store.claim(sighting.finding.key, token, now), sighting)
        decisions: dict[str, Decision] = {}
        failures: list[str] = []
        for name in self._listening(record):
            decisions[name] = decide(record.told.get(name), record.latest.finding, record.latest.at)
            if decisions[name].speaks:
                try:
                    self.channels[name].send(_message(decisions[name], record))
                except ChannelError as error:
                    failures.append(str(error))
                else:
                    record = record.tell(name, now)
        self.store.save(token, record)
        if failures:
            raise AlertError(f"{sighting.finding.key} comes again for: {'; '.join(failures)}")
        return decisions

    def _listening(self, record: Record) -> list[str]:
        """Who hears of it: for open findings by severity, for a clear one whoever heard before."""
        finding = record.latest.finding
        names = ["mail", *self.route(finding.severity)] if finding.state is State.OPEN else list(record.told)
        return [name for name in dict.fromkeys(names) if name in self.channels]


def _message(decision: Decision, record: Record) -> Message:
    return Message(decision, record.latest.finding, record.since, record.latest.at)
