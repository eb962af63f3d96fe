"""Which channels hear of what, and who steps in for one that is down. Pure."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from functions.alerts.channels import MAIL
from functions.alerts.decision import Record
from functions.finding import Severity, State

ATTEMPTS = 3
"""So many attempts in a row may fail before another channel steps in. With the waits of functions.inbox
that is some ten seconds after the first."""

KEY = "channel/"
"""What is found about a channel begins with this, its name follows."""


@dataclass(frozen=True)
class Routes:
    """`chosen` is `alerts` of the access policy; `there` are the channels that exist."""

    chosen: Callable[[Severity], Sequence[str]]
    there: Collection[str]

    def hearing(self, severity: Severity) -> list[str]:
        """The chosen channels that exist, in their order; mail, which always does, where none of them is."""
        return [name for name in dict.fromkeys(self.chosen(severity)) if name in self.there] or [MAIL]

    def listening(self, record: Record) -> list[str]:
        """Who is told how it stands: whoever hears of this severity, and whoever heard that it is open.

        That a channel is down is told to all but that channel.
        """
        finding = record.latest.finding
        names = self.hearing(finding.severity) if finding.state is State.OPEN else []
        names += [name for name in record.told if record.knows(name)]
        return [name for name in dict.fromkeys(names) if name in self.there and name != _subject(finding.key)]

    def instead(self, severity: Severity, failing: Collection[str]) -> str | None:
        """Who steps in for what is failing: the next one chosen, any other, mail last; None if all fail."""
        others = sorted(name for name in self.there if name != MAIL)
        line = dict.fromkeys([*self.hearing(severity), *others, MAIL])
        return next((name for name in line if name in self.there and name not in failing), None)


def given_up(record: Record) -> list[str]:
    """The channels that did not take the message ATTEMPTS times in a row."""
    return [name for name, count in record.failed.items() if count >= ATTEMPTS]


def _subject(key: str) -> str | None:
    return key.removeprefix(KEY) if key.startswith(KEY) else None
