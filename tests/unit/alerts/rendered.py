"""The examples of docs/alerts.md, rendered by the code that renders the real ones.

`python -m tests.unit.alerts.rendered` writes them into the page; a test holds the page to the code.
"""

import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from functions.alerts import mail, pagerduty, slack, teams, webhook
from functions.alerts.decision import Decision, Record, Sighting
from functions.alerts.digest import Digest, open_entries
from functions.alerts.findings import channel_down
from functions.alerts.message import Message
from functions.finding import Finding, Severity
from tests.unit.alerts import looks

PAGE = Path(__file__).parents[3] / "docs" / "alerts.md"
RUNBOOKS = "https://example.com/ostiary/docs/runbooks"
NIGHT = datetime(2026, 11, 22, 2, 14, tzinfo=UTC)

FINDING = Finding(
    key="leaver/00u1abcd2EFGH3ijk4l5/failing",
    severity=Severity.PAGE,
    title="Access of ada.abbott@example.com is not fully ended",
    subject="ada.abbott@example.com",
    since=NIGHT,
    why="Still failing, and being retried: account assignments. What holds is listed below.",
    actions=(
        "Read the errors below, and remove their cause: the retry then finishes by itself.",
        "If retries have ended, the message is in the dead-letter queue of leavers: redrive it.",
    ),
    runbook=f"{RUNBOOKS}/leaver.md",
    facts={"Deny policy": "done since 02:14: in force", "Assignments": "failing, being retried: throttled"},
)
OPENED = Message(Decision.OPENED, FINDING, NIGHT, NIGHT)
RESOLVED = Message(Decision.RESOLVED, FINDING, NIGHT, NIGHT + timedelta(minutes=9))
DOWN = channel_down("slack", "slack: HTTP 410 channel_is_archived", NIGHT, RUNBOOKS)
DIGEST = Digest(
    open_entries([Record(Sighting(each, NIGHT), NIGHT) for each in (FINDING, DOWN)]),
    NIGHT + timedelta(hours=5),
)


def examples() -> dict[str, str]:
    """What stands in the page, by the name of its place there."""
    key = "R0UTINGKEY…"
    return {
        "mail": _text(f"Subject: {mail.subject(OPENED)}\n\n{mail.body(OPENED)}"),
        "mail-digest": _text(f"Subject: {mail.digest_subject(DIGEST)}\n\n{mail.digest_body(DIGEST)}"),
        "slack-look": looks.in_slack(slack.payload(OPENED)),
        "slack-resolved-look": looks.in_slack(slack.payload(RESOLVED)),
        "slack-digest-look": looks.in_slack(slack.digest_payload(DIGEST)),
        "teams-look": looks.in_teams(teams.payload(OPENED)),
        "pagerduty-look": looks.in_pagerduty(pagerduty.event(OPENED, key)),
        "slack": _json(slack.payload(OPENED)),
        "teams": _json(teams.payload(OPENED)),
        "pagerduty": _json(pagerduty.event(OPENED, key)),
        "pagerduty-resolve": _json(pagerduty.event(RESOLVED, key)),
        "webhook": _json(webhook.payload(OPENED)),
        "webhook-digest": _json(webhook.digest_payload(DIGEST)),
    }


def filled(page: str) -> str:
    """The page with every example as the code renders it now."""
    for name, example in examples().items():
        place = re.compile(rf"(?<=<!-- example: {name} -->\n).*?(?=<!-- end -->)", re.DOTALL)
        found = place.search(page)
        if found is None:
            raise ValueError(f"docs/alerts.md has no place for the example {name}")
        page = page[: found.start()] + example + page[found.end() :]
    return page


def _text(text: str) -> str:
    return f"```text\n{text.rstrip()}\n```\n"


def _json(body: dict[str, Any]) -> str:
    return f"```json\n{json.dumps(body, indent=2, ensure_ascii=False)}\n```\n"


if __name__ == "__main__":
    PAGE.write_text(filled(PAGE.read_text()))
