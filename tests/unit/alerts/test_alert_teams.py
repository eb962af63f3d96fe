"""A message in Microsoft Teams: an Adaptive Card."""

import json
from typing import Any

import pytest

from functions.alerts import teams
from functions.alerts.decision import Decision
from tests.unit.alerts.conftest import FINDING, huge, message
from tests.unit.alerts.taken import by_teams


@pytest.mark.parametrize("decision", [Decision.OPENED, Decision.RESOLVED])
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_teams_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    by_teams(teams.payload(message(decision, **changes)))


def test_teams_takes_four_bytes_a_character() -> None:
    changes: dict[str, Any] = dict.fromkeys(("title", "subject", "why", "key"), "🔑" * 5000)
    changes["actions"] = ("🔑" * 5000,)
    changes["facts"] = {f"{number}🔑" * 50: "🔑" * 500 for number in range(30)}
    by_teams(teams.payload(message(**changes)))


def test_teams_shows_what_why_what_to_do_and_the_runbook() -> None:
    shown = json.dumps(teams.payload(message()))
    for words in (
        "Warning: SAML signing certificate",
        "since 2026-11-22 06:00 UTC",
        FINDING.why,
        FINDING.runbook,
    ):
        assert words in shown
    assert "2. Import it in Identity Center." in shown
