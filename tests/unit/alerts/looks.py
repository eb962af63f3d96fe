"""How a payload looks to the person who gets it, as Markdown: read out of the payload itself."""

import html
import re
from typing import Any

_SIGNS = {
    ":rotating_light:": "🚨",
    ":warning:": "⚠️",
    ":information_source:": "ℹ️",  # noqa: RUF001 - the sign that Slack shows
    ":white_check_mark:": "✅",
}


def in_slack(body: dict[str, Any]) -> str:
    """Block by block, top to bottom."""
    parts: list[str] = []
    for block in body["blocks"]:
        match block["type"]:
            case "header":
                parts.append(f"**{_plain(block['text']['text'])}**")
            case "section" if "fields" in block:
                parts.append("<br>".join(_mrkdwn(field["text"], ": ") for field in block["fields"]))
            case "section":
                parts.append(_mrkdwn(block["text"]["text"]))
            case "context":
                parts.append("<br>".join(f"*{_mrkdwn(each['text'])}*" for each in block["elements"]))
    return _quoted(parts)


def in_teams(body: dict[str, Any]) -> str:
    """The card's text, and its buttons."""
    card = body["attachments"][0]["content"]
    parts = [
        "".join(
            f"**{_plain(run['text'].strip())}**" + (" " if run["text"].endswith(" ") else "")
            if run.get("weight") == "bolder"
            else _plain(run["text"])
            for run in element["inlines"]
        )
        for element in card["body"]
    ]
    parts += [f"[`{action['title']}`]({action['url']})" for action in card.get("actions", [])]
    return _quoted(parts)


def in_pagerduty(event: dict[str, Any]) -> str:
    """The incident, with its severity, source and details."""
    payload = event["payload"]
    source = _plain(payload["source"])
    details = [f"{name}: {_plain(value)}" for name, value in payload["custom_details"].items()]
    return _quoted(
        [
            f"**{_plain(payload['summary'])}**",
            f"Severity: {payload['severity']} · Source: {source} · Client: {event['client']}",
            "<br>".join(details),
            *(f"[{link['text']}]({link['href']})" for link in event["links"]),
        ]
    )


def _mrkdwn(text: str, between: str = "<br>") -> str:
    """Slack, "Formatting text for app surfaces": bold, links, signs, and its three escapes."""
    text = re.sub(r"<(https?://[^|>]+)\|([^>]+)>", r"[\2](\1)", text)
    for name, sign in _SIGNS.items():
        text = text.replace(name, sign)
    text = re.sub(r"\*([^*\n]+)\*", r"**\1**", text)
    return html.unescape(text).replace("\n", between, 1).replace("\n", "<br>")


def _plain(text: str) -> str:
    return text.replace("*", r"\*")


def _quoted(parts: list[str]) -> str:
    return "\n>\n".join(f"> {part}" for part in parts) + "\n"
