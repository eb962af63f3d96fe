"""One rotation, step by step; killed anywhere, the next run goes on from there.

1. The new value is put beside the current one: the hook accepts both from then on.
2. Wait until every instance of the hook would find it.
3. A hook with the new value is made in Okta and verified, beside the one there is. If Okta cannot verify
   it, it is removed again: the old hook was never touched.
4. The new value becomes the current one; the old one is the previous one, and still accepted.
5. The old hook is removed from Okta.
"""

import secrets
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Protocol

from functions.aws.rotating_secret import Version, Versions
from functions.okta.event_hook import EventHook, Registrar

DUE = timedelta(days=30)

SETTLE = timedelta(seconds=15)
"""An instance of the hook that meets a value it does not know reads the versions anew, unless it has done so
within 5 seconds (functions.aws.secrets). What it read before the new value was there is older than that by
now, with room for Secrets Manager to show a new version everywhere."""


class Outcome(StrEnum):
    """How a run ended."""

    ROTATED = "rotated"
    YOUNG = "not due"
    UNREGISTERED = "Okta has no event hook of ours"


class Secret(Protocol):
    """The hook's secret, as functions.aws.rotating_secret has it."""

    def versions(self) -> Versions: ...

    def value(self, version: Version) -> str: ...

    def add_pending(self, value: str) -> Version: ...

    def promote(self, versions: Versions) -> None: ...


class Rotation:
    """Replaces the secret when it is due, or finishes what an earlier run began."""

    def __init__(
        self,
        secret: Secret,
        registrar: Registrar,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self._secret = secret
        self._registrar = registrar
        self._now = now
        self._sleep = sleep

    def run(self, *, at_once: bool = False) -> Outcome:
        """`at_once` does not wait until the secret is due: it may have leaked.

        Raises NotVerifiedError, an OktaError, or AWS's errors. In each case deliveries go on as before.
        """
        ours = self._registrar.ours()
        if not ours:
            return Outcome.UNREGISTERED
        working = next((hook for hook in ours if hook.works), ours[0])
        versions = self._secret.versions()
        if versions.pending is None and not at_once and self._now() - versions.current.created < DUE:
            self._finish(ours, versions, working.uri)
            return Outcome.YOUNG
        if versions.pending is None:
            versions = replace(versions, pending=self._secret.add_pending(secrets.token_urlsafe(48)))
        self._replace(versions, working.uri)
        return Outcome.ROTATED

    def _replace(self, versions: Versions, uri: str) -> None:
        pending = versions.pending
        if pending is None:
            raise ValueError("nothing is pending")
        self._sleep(max(0.0, (pending.created + SETTLE - self._now()).total_seconds()))
        hook = self._registrar.install(uri, self._secret.value(pending), pending.id)
        self._secret.promote(versions)
        self._registrar.retire_others(hook)

    def _finish(self, ours: list[EventHook], versions: Versions, uri: str) -> None:
        """A run that died after its fourth step left the old hook behind."""
        for hook in ours:
            if self._registrar.is_right(hook, uri, versions.current.id):
                self._registrar.retire_others(hook)
                return
