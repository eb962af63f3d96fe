"""What each channel takes: its documented schema and limits, asserted of a payload."""

import json
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # its types are a package of their own
from slack_sdk.models.blocks import Block

from functions.alerts.teams import MAX_BYTES

SCHEMAS = Path(__file__).parents[2] / "schemas"


@cache
def schema(name: str) -> Any:
    """A validator of tests/schemas."""
    loaded = json.loads((SCHEMAS / f"{name}.json").read_text())
    jsonschema.Draft202012Validator.check_schema(loaded)
    return jsonschema.Draft202012Validator(loaded)


def by_pagerduty(event: dict[str, Any]) -> None:
    """Raises ValidationError, or AssertionError where it is larger than PagerDuty takes."""
    schema("pagerduty-event").validate(event)
    assert len(json.dumps(event).encode()) <= 512 * 1024


def by_slack(body: dict[str, Any]) -> None:
    """By the schema and by Slack's own SDK, which refuses what is too long and drops what it does not know.

    A message of more than some 13,000 characters is refused as msg_blocks_too_long.
    """
    schema("slack-message").validate(body)
    assert [block.to_dict() for block in Block.parse_all(body["blocks"])] == body["blocks"]
    assert len(json.dumps(body["blocks"], ensure_ascii=False)) < 13_000


def by_teams(body: dict[str, Any]) -> None:
    """Adaptive Cards, "Schema explorer", 1.4, the elements in use; and the size that Teams takes."""
    assert body["type"] == "message"
    (attachment,) = body["attachments"]
    assert attachment.keys() == {"contentType", "contentUrl", "content"}
    assert attachment["contentType"] == "application/vnd.microsoft.card.adaptive"
    card = attachment["content"]
    assert (card["type"], card["version"]) == ("AdaptiveCard", "1.4")
    assert card.keys() <= {"$schema", "type", "version", "body", "actions"}
    for element in card["body"]:
        assert element.keys() == {"type", "inlines"}
        assert element["type"] == "RichTextBlock"
        for run in element["inlines"]:
            assert run.keys() <= {"type", "text", "size", "weight", "color"}
            assert run["type"] == "TextRun"
            assert run["text"]
            assert run.get("size", "default") in ("default", "small", "medium", "large", "extraLarge")
            assert run.get("weight", "default") in ("default", "lighter", "bolder")
            assert run.get("color", "default") in ("default", "accent", "good", "warning", "attention")
    for action in card.get("actions", []):
        assert action.keys() == {"type", "title", "url"}
        assert action["type"] == "Action.OpenUrl"
    assert len(json.dumps(body, ensure_ascii=False).encode()) < MAX_BYTES
