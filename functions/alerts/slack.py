"""A message as Slack's Block Kit. Pure."""

import re
from typing import Any

from functions.alerts.digest import Digest
from functions.alerts.message import Message, cut, numbered

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELDS = 10
"""Slack, "Block Kit: header block" and "section block"."""

MAX_FIELD = 200
"""Slack takes 2,000 characters a field, but refuses a message of some 13,000 altogether."""

MAX_ENTRIES = 15
"""Of a digest: with a line of some 600 characters each they stay below those 13,000."""

_SIGNS = {"page": ":rotating_light:", "warning": ":warning:", "info": ":information_source:"}


def payload(message: Message) -> dict[str, Any]:
    """The body for an incoming webhook. `text` is what a phone's notification shows."""
    finding = message.finding
    sign = ":white_check_mark:" if message.is_resolved else _SIGNS[finding.severity]
    headline = f"{message.head}: {finding.title}"
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(headline, MAX_HEADER)}},
        _section(f"{sign} *{escape(finding.subject)}*, {message.times}"),
    ]
    if message.note:
        blocks.append(_section(escape(message.note)))
    if not message.is_resolved:
        blocks.append(_section(f"*Why it matters*\n{escape(finding.why)}"))
        blocks.append(_section(f"*What to do*\n{escape(numbered(message))}"))
        blocks.append(_section(f"<{_address(finding.runbook)}|Runbook>"))
    if finding.facts:
        blocks.append({"type": "section", "fields": _fields(message)})
    blocks.append({"type": "context", "elements": [_text(f"Finding: {escape(finding.key)}", MAX_FIELD)]})
    return {"text": cut(escape(headline), MAX_SECTION), "blocks": blocks}


def digest_payload(digest: Digest) -> dict[str, Any]:
    """What stays open, the worst first, as many as one message takes."""
    blocks: list[dict[str, Any]] = [
        {"type": "header", "text": {"type": "plain_text", "text": cut(digest.headline, MAX_HEADER)}}
    ]
    if digest.note:
        blocks.append(_section(escape(digest.note)))
    for entry in digest.entries[:MAX_ENTRIES]:
        line = f"{_SIGNS[entry.severity]} *{_escaped(entry.title, MAX_FIELD)}*\n"
        line += f"{_escaped(entry.subject, MAX_FIELD)}, {entry.times}"
        blocks.append(_section(f"{line}\n<{_address(entry.runbook)}|Runbook>"))
    if (more := len(digest.entries) - MAX_ENTRIES) > 0:
        ending = f"and {more} more: `ostiary findings` lists all"
        blocks.append({"type": "context", "elements": [_text(ending, MAX_FIELD)]})
    return {"text": cut(escape(digest.headline), MAX_SECTION), "blocks": blocks}


def escape(text: str) -> str:
    """Slack, "Formatting text for app surfaces": only these three need it; no mention survives it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fields(message: Message) -> list[dict[str, Any]]:
    facts = list(message.finding.facts.items())[:MAX_FIELDS]
    return [_text(f"*{escape(name)}*\n{escape(value)}", MAX_FIELD) for name, value in facts]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text, MAX_SECTION)}


def _text(text: str, limit: int) -> dict[str, Any]:
    return {"type": "mrkdwn", "text": _cut_escaped(text, limit)}


def _escaped(text: str, limit: int) -> str:
    return _cut_escaped(escape(text), limit)


def _cut_escaped(text: str, limit: int) -> str:
    """Half an escape at the cut would show as it stands."""
    return text if len(text) <= limit else re.sub(r"&[a-z]{0,3}$", "", text[: limit - 1]) + "…"


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20")
