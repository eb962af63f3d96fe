"""Somebody whose access has ended signs in, or asks for a role: CloudTrail tells, on-call is paged."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

from functions.leavers.notices import Notices
from functions.leavers.rules import Findings


class OpenRevocations(Protocol):
    def open_entries(self) -> Sequence[Mapping[str, Any]]: ...


class Tripwire:
    """Compares who signs in with the open revocations."""

    def __init__(self, ledger: OpenRevocations, findings: Findings, notices: Notices) -> None:
        self._ledger = ledger
        self._findings = findings
        self._notices = notices

    def signed_in(self, detail: Mapping[str, Any], at: datetime) -> None:
        """One CloudTrail record. IAM Identity Center User Guide, "Logging API calls with CloudTrail":
        who it was stands in userIdentity.onBehalfOf; a record without it names nobody."""
        user_id = ((detail.get("userIdentity") or {}).get("onBehalfOf") or {}).get("userId")
        if not user_id:
            return
        for entry in self._ledger.open_entries():
            if entry["user_id"] == user_id and not entry.get("before") and _is_after(entry, at):
                who = entry["login"] or entry["okta_id"] or user_id
                name = str(detail.get("eventName"))
                found = self._notices.signed_in(str(entry["person"]), str(who), str(user_id), name, at)
                self._findings.put_findings([found])


def _is_after(entry: Mapping[str, Any], at: datetime) -> bool:
    return at >= datetime.fromisoformat(entry["since"])
