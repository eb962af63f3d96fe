"""A message as Slack's Block Kit. Pure."""

import re
from typing import Any

from functions.alerts.message import Message, cut, numbered

MAX_HEADER = 150
MAX_SECTION = 3000
MAX_FIELDS = 10
"""Slack, "Block Kit: header block" and "section block"."""

MAX_FIELD = 200
"""Slack takes 2,000 characters a field, but refuses a message of some 13,000 altogether."""

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
    if not message.is_resolved:
        blocks.append(_section(f"*Why it matters*\n{escape(finding.why)}"))
        blocks.append(_section(f"*What to do*\n{escape(numbered(message))}"))
        blocks.append(_section(f"<{_address(finding.runbook)}|Runbook>"))
    if finding.facts:
        blocks.append({"type": "section", "fields": _fields(message)})
    blocks.append({"type": "context", "elements": [_text(f"Finding: {escape(finding.key)}", MAX_FIELD)]})
    return {"text": cut(escape(headline), MAX_SECTION), "blocks": blocks}


def escape(text: str) -> str:
    """Slack, "Formatting text for app surfaces": only these three need it; no mention survives it."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _fields(message: Message) -> list[dict[str, Any]]:
    facts = list(message.finding.facts.items())[:MAX_FIELDS]
    return [_text(f"*{escape(name)}*\n{escape(value)}", MAX_FIELD) for name, value in facts]


def _section(text: str) -> dict[str, Any]:
    return {"type": "section", "text": _text(text, MAX_SECTION)}


def _text(text: str, limit: int) -> dict[str, Any]:
    if len(text) > limit:
        # Half an escape at the cut would show as it stands.
        text = re.sub(r"&[a-z]{0,3}$", "", text[: limit - 1]) + "…"
    return {"type": "mrkdwn", "text": text}


def _address(url: str) -> str:
    return url.replace("<", "%3C").replace(">", "%3E").replace("|", "%7C").replace(" ", "%20")
