"""AWS Health's notice on the SCIM token, from the sample event that the sandbox sends too."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.expiry.check import Desk
from functions.expiry.scim_token import HealthEventError, read_health_event
from functions.finding import Finding, Severity, State
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import RUNBOOKS

SAMPLE = Path(__file__).parents[3] / "events" / "aws" / "health-scim-token-expiry.json"
INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
END = datetime(2027, 1, 14, 6, tzinfo=UTC)


@pytest.fixture
def detail() -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads(SAMPLE.read_text())["detail"]
    return loaded


def read(detail: dict[str, Any], now: datetime = END - timedelta(days=90)) -> tuple[Finding, ...]:
    return read_health_event(detail, Desk(now, Expiry().severity, RUNBOOKS))


@pytest.mark.parametrize(
    ("left", "severity", "words"),
    [
        (timedelta(days=90), Severity.WARNING, "expires in 90 days"),
        (timedelta(days=30), Severity.WARNING, "expires in 30 days"),
        (timedelta(days=14), Severity.PAGE, "expires in 14 days"),
        (timedelta(hours=5), Severity.PAGE, "expires in 5 hours"),
        (timedelta(0), Severity.PAGE, "expired on 2027-01-14 06:00 UTC"),
        (timedelta(days=-3), Severity.PAGE, "expired on"),
    ],
)
def test_severity_rises_as_the_end_comes_near(
    detail: dict[str, Any], left: timedelta, severity: Severity, words: str
) -> None:
    (finding,) = read(detail, END - left)
    assert (finding.state, finding.severity) == (State.OPEN, severity)
    assert words in finding.title


def test_the_finding_names_the_instance_and_what_to_do(detail: dict[str, Any]) -> None:
    (finding,) = read(detail)
    assert finding.key == f"scim-token/{INSTANCE}"
    assert finding.subject == INSTANCE
    assert finding.facts["Valid until"] == "2027-01-14 06:00 UTC"
    assert "Delete the old token" in finding.actions[-1]
    assert finding.runbook.endswith("/scim-token.md")


def test_a_sentence_without_a_date_still_warns(detail: dict[str, Any]) -> None:
    detail["eventDescription"][0]["latestDescription"] = "Your token expires soon."
    (finding,) = read(detail)
    assert finding.severity is Severity.WARNING
    assert "within 90 days" in finding.title
    assert finding.facts == {"AWS Health says": "Your token expires soon."}


@pytest.mark.parametrize("date", ["Thu, 14 Jan 2027 06:00:00 UTC", "Thu Jan 14 06:00:00 UTC 2027"])
def test_both_ways_in_which_aws_writes_dates_are_read(detail: dict[str, Any], date: str) -> None:
    detail["eventDescription"][0]["latestDescription"] = f"The token expires in 90 days on {date}. Act."
    (finding,) = read(detail)
    assert finding.facts["Valid until"] == "2027-01-14 06:00 UTC"


def test_without_entities_the_account_is_the_subject(detail: dict[str, Any]) -> None:
    del detail["affectedEntities"]
    (finding,) = read(detail)
    assert finding.key == "scim-token/account 123456789012"


def test_each_instance_gets_its_own_finding(detail: dict[str, Any]) -> None:
    detail["affectedEntities"].append({"entityValue": "arn:aws:sso:::instance/ssoins-other"})
    assert [finding.subject for finding in read(detail)] == [INSTANCE, "arn:aws:sso:::instance/ssoins-other"]


def test_a_closed_notice_clears_the_same_key(detail: dict[str, Any]) -> None:
    (opened,) = read(detail)
    detail["statusCode"] = "closed"
    (closed,) = read(detail)
    assert closed.state is State.CLEAR
    assert closed.key == opened.key


@pytest.mark.parametrize("missing", ["eventTypeCode", "eventDescription", "statusCode"])
def test_an_event_that_lacks_something_names_it(detail: dict[str, Any], missing: str) -> None:
    del detail[missing]
    with pytest.raises(HealthEventError, match=missing):
        read(detail)


def test_another_health_event_is_refused(detail: dict[str, Any]) -> None:
    detail["eventTypeCode"] = "AWS_EC2_MAINTENANCE"
    with pytest.raises(HealthEventError, match="AWS_EC2_MAINTENANCE"):
        read(detail)
