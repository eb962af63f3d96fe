"""A message as plain JSON, for any webhook. Pure. `version` changes when a field changes its meaning."""

from typing import Any

from functions.alerts.digest import Digest
from functions.alerts.message import Message

VERSION = 1


def payload(message: Message) -> dict[str, Any]:
    """Everything that is known of the finding, and what happened to it: opened, worsened, eased, resolved."""
    finding = message.finding.to_detail()
    del finding["state"]
    return {
        "version": VERSION,
        "event": message.decision.value,
        **finding,
        "since": message.since.isoformat(),
        "at": message.at.isoformat(),
        "note": message.note,
    }


def digest_payload(digest: Digest) -> dict[str, Any]:
    """What stays open: `event` is `digest`."""
    return {
        "version": VERSION,
        "event": "digest",
        "title": digest.headline,
        "at": digest.at.isoformat(),
        "note": digest.note,
        "findings": [
            {
                "key": entry.key,
                "severity": entry.severity.value,
                "title": entry.title,
                "subject": entry.subject,
                "since": entry.since.isoformat(),
                "seen": entry.seen.isoformat(),
                "runbook": entry.runbook,
            }
            for entry in digest.entries
        ],
    }
