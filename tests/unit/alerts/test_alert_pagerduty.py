"""An event of PagerDuty, held to the schema of its Events API v2."""

from typing import Any

import pytest

from functions.alerts import pagerduty
from functions.alerts.decision import Decision
from functions.finding import Severity
from tests.unit.alerts.conftest import FINDING, huge, message
from tests.unit.alerts.taken import by_pagerduty, schema


def test_a_trigger_is_a_valid_event_under_the_findings_key() -> None:
    event = pagerduty.event(message(severity=Severity.PAGE), "R" * 32)
    assert event["event_action"] == "trigger"
    assert event["dedup_key"] == FINDING.key
    assert event["routing_key"] == "R" * 32
    assert event["payload"]["severity"] == "critical"
    assert event["payload"]["timestamp"] == "2026-11-22T06:00:00.000+00:00"
    assert event["payload"]["custom_details"]["Step 2"] == "Import it in Identity Center."
    assert event["links"] == [{"href": FINDING.runbook, "text": "Runbook"}]


@pytest.mark.parametrize(
    ("severity", "word"),
    [(Severity.PAGE, "critical"), (Severity.WARNING, "warning"), (Severity.INFO, "info")],
)
def test_pagerduty_has_its_own_words_for_severity(severity: Severity, word: str) -> None:
    assert pagerduty.event(message(severity=severity), "R")["payload"]["severity"] == word


def test_a_resolve_needs_only_the_key() -> None:
    event = pagerduty.event(message(Decision.RESOLVED), "R")
    assert event == {"routing_key": "R", "dedup_key": FINDING.key, "event_action": "resolve"}


def test_long_keys_stay_different_and_the_same_for_trigger_and_resolve() -> None:
    assert pagerduty.dedup_key("k" * 300) != pagerduty.dedup_key("k" * 301)
    assert len(pagerduty.dedup_key("k" * 300)) == 255
    trigger = pagerduty.event(message(key="k" * 300), "R")
    resolve = pagerduty.event(message(Decision.RESOLVED, key="k" * 300), "R")
    assert trigger["dedup_key"] == resolve["dedup_key"]


@pytest.mark.parametrize("decision", list(Decision))
@pytest.mark.parametrize("changes", [{}, huge(), {"facts": {}}])
def test_pagerduty_takes_every_message(decision: Decision, changes: dict[str, Any]) -> None:
    by_pagerduty(pagerduty.event(message(decision, **changes), "R" * 32))


@pytest.mark.parametrize(
    "changes",
    [
        {"routing_key": ""},
        {"routing_key": None},
        {"event_action": "shout"},
        {"dedup_key": "k" * 256},
        {"payload": None},
        {"payload": {"summary": "x", "source": "y"}},
        {"payload": {"summary": "x", "source": "y", "severity": "page"}},
        {"payload": {"summary": "x" * 1025, "source": "y", "severity": "info"}},
        {"payload": {"summary": "x", "source": "y", "severity": "info", "timestamp": "yesterday"}},
        {"links": [{"text": "no address"}]},
        {"severity": "critical"},
    ],
)
def test_the_schema_refuses_what_pagerduty_refuses(changes: dict[str, Any]) -> None:
    event = pagerduty.event(message(), "R" * 32)
    assert schema("pagerduty-event").is_valid(event)
    assert not schema("pagerduty-event").is_valid({**event, **changes})


def test_an_end_without_its_key_is_refused() -> None:
    resolve = pagerduty.event(message(Decision.RESOLVED), "R" * 32)
    del resolve["dedup_key"]
    assert not schema("pagerduty-event").is_valid(resolve)
