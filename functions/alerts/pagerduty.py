"""A message as an event of PagerDuty's Events API v2. Pure."""

import hashlib
from itertools import islice
from typing import Any

from functions.alerts.message import Message, cut, moment
from functions.finding import Severity

ENQUEUE = "https://events.pagerduty.com/v2/enqueue"

MAX_SUMMARY = 1024
MAX_DEDUP_KEY = 255
"""PagerDuty, "Send an Alert Event": characters."""

MAX_DETAILS = 40
MAX_DETAIL_NAME = 100
MAX_DETAIL = 1000
"""PagerDuty takes 512 kB for one event: so it fits even if JSON escapes every character."""

SEVERITIES = {Severity.PAGE: "critical", Severity.WARNING: "warning", Severity.INFO: "info"}


def event(message: Message, routing_key: str) -> dict[str, Any]:
    """`trigger`, or `resolve` for what is gone; both under the finding's key."""
    finding = message.finding
    common = {"routing_key": routing_key, "dedup_key": dedup_key(finding.key)}
    if message.is_resolved:
        return common | {"event_action": "resolve"}
    details = {
        "Subject": finding.subject,
        "Since": moment(message.since),
        "Why it matters": finding.why,
        **{f"Step {number}": step for number, step in enumerate(finding.actions, 1)},
        **({"Note": message.note} if message.note else {}),
        **finding.facts,
    }
    return common | {
        "event_action": "trigger",
        "client": "Ostiary",
        "links": [{"href": finding.runbook, "text": "Runbook"}],
        "payload": {
            "summary": cut(finding.title, MAX_SUMMARY),
            "source": cut(finding.subject, MAX_SUMMARY),
            "severity": SEVERITIES[finding.severity],
            "timestamp": message.at.isoformat(timespec="milliseconds"),
            "component": finding.key.split("/")[0],
            "custom_details": {
                cut(name, MAX_DETAIL_NAME): cut(value, MAX_DETAIL)
                for name, value in islice(details.items(), MAX_DETAILS)
            },
        },
    }


def dedup_key(key: str) -> str:
    """The finding's key; one that is too long keeps its beginning, and a digest of all of it."""
    if len(key) <= MAX_DEDUP_KEY:
        return key
    digest = hashlib.sha256(key.encode()).hexdigest()
    return f"{key[: MAX_DEDUP_KEY - len(digest) - 1]}#{digest}"
