"""Somebody whose access has ended signs in, or asks for a role: CloudTrail tells, on-call is paged."""

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from functions.leavers.notices import Notices
from functions.leavers.rules import Findings

KEEP_SECONDS = 10.0
"""Everybody's sign-ins come by here, and CloudTrail tells of one minutes later: long before that, whoever
had left by then is among the open revocations."""


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Tripwire:
    """Compares who signs in with the open revocations."""

    def __init__(
        self,
        ledger: OpenRevocations,
        findings: Findings,
        notices: Notices,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._ledger = ledger
        self._clock = clock
        self._known: Sequence[Mapping[str, Any]] = ()
        self._known_until = float("-inf")
        self._findings = findings
        self._notices = notices

    def signed_in(self, detail: Mapping[str, Any], at: datetime) -> None:
        """One CloudTrail record. IAM Identity Center User Guide, "Logging API calls with CloudTrail":
        who it was stands in userIdentity.onBehalfOf; a record without it names nobody."""
        user_id = ((detail.get("userIdentity") or {}).get("onBehalfOf") or {}).get("userId")
        if not user_id:
            return
        for entry in self._open_entries():
            if entry["user_id"] == user_id and not entry.get("before") and _is_after(entry, at):
                who = entry["login"] or entry["okta_id"] or user_id
                name = str(detail.get("eventName"))
                found = self._notices.signed_in(str(entry["person"]), str(who), str(user_id), name, at)
                self._findings.put_findings([found])

    def _open_entries(self) -> Sequence[Mapping[str, Any]]:
        if self._clock() >= self._known_until:
            self._known = self._ledger.open_entries()
            self._known_until = self._clock() + KEEP_SECONDS
        return self._known


def _is_after(entry: Mapping[str, Any], at: datetime) -> bool:
    return at >= datetime.fromisoformat(entry["since"])
