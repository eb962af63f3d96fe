"""Once a day: what stays open, to every channel that people read."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from functions.alerts.channels import Channel, Reader
from functions.alerts.desk import back
from functions.alerts.digest import Digest, Entry, open_entries, recent
from functions.alerts.findings import channel_down
from functions.alerts.route import Routes
from functions.alerts.store import FindingStore
from functions.alerts.wire import ChannelError
from functions.finding import Finding


class DigestError(Exception):
    """No channel took the digest."""


@dataclass(frozen=True)
class Daily:
    """A channel gets what is open of the severities that it hears. Nothing open, nothing sent."""

    store: FindingStore
    channels: Mapping[str, Channel]
    routes: Routes
    report: Callable[[Sequence[Finding]], None]
    runbooks: str

    def run(self, now: datetime) -> list[str]:
        """The channels that took it. Raises DigestError where one was due and nobody took it."""
        entries = recent(open_entries(self.store.open()), now)
        due = {name: Digest(mine, now) for name, mine in self._shares(entries).items()}
        failures: dict[str, str] = {}
        took = [name for name, digest in due.items() if self._send(name, digest, failures)]
        missed = {entry for name in failures for entry in due[name].entries}
        missed -= {entry for name in took for entry in due[name].entries}
        if missed:
            took += self._stand_in(Digest(tuple(e for e in entries if e in missed), now), due, failures)
        if due and not took:
            raise DigestError(f"nobody took the digest: {'; '.join(failures.values())}")
        down = [channel_down(name, error, now, self.runbooks) for name, error in failures.items()]
        self.report([*down, *back(self.store, took, now, self.runbooks)])
        return took

    def _shares(self, entries: Sequence[Entry]) -> dict[str, tuple[Entry, ...]]:
        shares = {
            name: tuple(entry for entry in entries if name in self.routes.hearing(entry.severity))
            for name, channel in self.channels.items()
            if isinstance(channel, Reader)
        }
        return {name: mine for name, mine in shares.items() if mine}

    def _stand_in(self, digest: Digest, due: Mapping[str, Digest], failures: dict[str, str]) -> list[str]:
        note = f"You read this here because {' and '.join(failures)} did not take it."
        for name, channel in self.channels.items():
            spare = isinstance(channel, Reader) and name not in due
            if spare and self._send(name, replace(digest, note=note), failures):
                return [name]
        return []

    def _send(self, name: str, digest: Digest, failures: dict[str, str]) -> bool:
        channel = self.channels[name]
        if not isinstance(channel, Reader):
            return False
        try:
            channel.send_digest(digest)
        except ChannelError as error:
            failures[name] = str(error)
            return False
        return True
