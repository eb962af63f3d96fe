"""A message in Slack, held to the schema of its blocks."""

import json
from typing import Any

import pytest

from functions.alerts import slack
from functions.alerts.decision import Decision
from tests.unit.alerts.conftest import huge, message
from tests.unit.alerts.taken import by_slack, schema


def test_slack_shows_what_why_and_what_to_do() -> None:
    body = slack.payload(message())
    shown = json.dumps(body)
    assert body["text"] == "Warning: SAML signing certificate of AWS expires in 30 days"
    assert body["blocks"][0] == {"type": "header", "text": {"type": "plain_text", "text": body["text"]}}
    assert "1. Generate a new certificate, inactive.\\n2. Import it" in shown
    assert "<https://example.com/runbooks/saml-certificate.md|Runbook>" in shown
    assert "*Key id*\\nkid-1" in shown


@pytest.mark.parametrize("decision", [Decision.OPENED, Decision.RESOLVED])
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_slack_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    body = slack.payload(message(decision, **changes))
    by_slack(body)


def test_nothing_in_a_finding_can_mention_or_link_in_slack() -> None:
    hostile = "<!channel> <https://evil.example|click> & more"
    shown = json.dumps(slack.payload(message(subject=hostile, why=hostile, actions=(hostile,))))
    assert "<!channel>" not in shown
    assert "<https://evil" not in shown
    assert "&lt;!channel&gt;" in shown


def test_no_escape_is_cut_in_half() -> None:
    for length in range(2990, 3001):
        text = slack.payload(message(why="x" * length + "<<<<"))["blocks"][2]["text"]["text"]
        assert len(text) <= 3000
        assert text.rstrip("…").endswith(("x", "&lt;"))


@pytest.mark.parametrize(
    "block",
    [
        {"type": "header", "text": {"type": "plain_text", "text": "x" * 151}},
        {"type": "header", "text": {"type": "mrkdwn", "text": "x"}},
        {"type": "section", "text": {"type": "mrkdwn", "text": "x" * 3001}},
        {"type": "section", "text": {"type": "mrkdwn", "text": ""}},
        {"type": "section"},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x"}] * 11},
        {"type": "section", "fields": [{"type": "mrkdwn", "text": "x" * 2001}]},
        {"type": "context", "elements": []},
        {"type": "headline", "text": {"type": "plain_text", "text": "x"}},
    ],
)
def test_the_schema_refuses_what_slack_refuses(block: dict[str, Any]) -> None:
    assert schema("slack-message").is_valid(slack.payload(message()))
    assert not schema("slack-message").is_valid({"text": "x", "blocks": [block]})
