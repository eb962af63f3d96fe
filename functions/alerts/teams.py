"""A message as an Adaptive Card for Microsoft Teams, posted to the webhook of a Workflow. Pure.

Microsoft Learn, "Create incoming webhooks with Workflows for Microsoft Teams": the trigger "When a Teams
webhook request is received" takes a message whose attachments are Adaptive Cards, and answers 202.
"""

from typing import Any

from functions.alerts.digest import Digest
from functions.alerts.message import Message, cut, numbered
from functions.finding import Severity

CONTENT_TYPE = "application/vnd.microsoft.card.adaptive"
SCHEMA = "http://adaptivecards.io/schemas/adaptive-card.json"
VERSION = "1.4"

MAX_BYTES = 28_000
"""Microsoft Learn, "Microsoft Teams" connector: a message is at most some 28 kB. The limits below keep
every card under it, even where each character takes four bytes."""

MAX_LINE = 250
MAX_TEXT = 1500
MAX_STEPS = 2000
MAX_FACTS = 8
MAX_FACT = 120
MAX_ENTRIES = 10

_COLORS = {Severity.PAGE: "attention", Severity.WARNING: "warning", Severity.INFO: "accent"}


def payload(message: Message) -> dict[str, Any]:
    """The body for the webhook."""
    finding = message.finding
    color = "good" if message.is_resolved else _COLORS[finding.severity]
    body = [
        _heading(f"{message.head}: {finding.title}", color),
        _text((cut(finding.subject, MAX_LINE), True), (f", {message.times}", False)),
    ]
    if message.note:
        body.append(_text((cut(message.note, MAX_LINE), False)))
    if not message.is_resolved:
        body += [
            _text(("Why it matters", True)),
            _text((cut(finding.why, MAX_TEXT), False)),
            _text(("What to do", True)),
            *(_text((line, False)) for line in cut(numbered(message), MAX_STEPS).split("\n")),
        ]
    facts = list(finding.facts.items())[:MAX_FACTS]
    body += [
        _text((f"{cut(name, MAX_FACT)}: ", True), (cut(value, MAX_FACT), False)) for name, value in facts
    ]
    body.append(_text((f"Finding: {cut(finding.key, MAX_LINE)}", False)))
    actions = [] if message.is_resolved else [_link("Runbook", finding.runbook)]
    return _card(body, actions)


def digest_payload(digest: Digest) -> dict[str, Any]:
    """What stays open, the worst first, as many as one card takes."""
    worst = digest.entries[0].severity if digest.entries else Severity.INFO
    body = [_heading(digest.headline, _COLORS[worst])]
    if digest.note:
        body.append(_text((cut(digest.note, MAX_LINE), False)))
    body += [
        _text(
            (f"{entry.head}: {cut(entry.title, MAX_LINE)}", True),
            (f" {cut(entry.subject, MAX_LINE)}, {entry.times}", False),
        )
        for entry in digest.entries[:MAX_ENTRIES]
    ]
    if (more := len(digest.entries) - MAX_ENTRIES) > 0:
        body.append(_text((f"and {more} more: ostiary findings lists all", False)))
    return _card(body, [])


def _card(body: list[dict[str, Any]], actions: list[dict[str, Any]]) -> dict[str, Any]:
    content = {"$schema": SCHEMA, "type": "AdaptiveCard", "version": VERSION, "body": body}
    if actions:
        content["actions"] = actions
    return {
        "type": "message",
        "attachments": [{"contentType": CONTENT_TYPE, "contentUrl": None, "content": content}],
    }


def _heading(text: str, color: str) -> dict[str, Any]:
    return _rich({"size": "large", "weight": "bolder", "color": color}, cut(text, MAX_LINE))


def _text(*runs: tuple[str, bool]) -> dict[str, Any]:
    """Runs of text, bold or not. Unlike a TextBlock, a RichTextBlock shows Markdown as it stands, so that
    nothing in a finding can become a link."""
    inlines = [_run(text, {"weight": "bolder"} if bold else {}) for text, bold in runs]
    return {"type": "RichTextBlock", "inlines": inlines}


def _rich(style: dict[str, str], text: str) -> dict[str, Any]:
    return {"type": "RichTextBlock", "inlines": [_run(text, style)]}


def _run(text: str, style: dict[str, str]) -> dict[str, Any]:
    return {"type": "TextRun", "text": text, **style}


def _link(title: str, url: str) -> dict[str, Any]:
    return {"type": "Action.OpenUrl", "title": title, "url": cut(url, MAX_LINE)}
