"""Which channels hear of what, and who steps in."""

import pytest

from functions.alerts.decision import Record, Sighting
from functions.alerts.route import ATTEMPTS, Routes, given_up
from functions.finding import Severity, State
from functions.policy.watch import Alerts
from tests.unit.alerts.conftest import MORNING, finding

CHOSEN = Alerts(page=("pagerduty", "slack"), warning=("slack", "mail"), info=())
THERE = ("mail", "slack", "pagerduty", "webhook")


def routes(*there: str) -> Routes:
    return Routes(CHOSEN.channels, there or THERE)


@pytest.mark.parametrize(
    ("severity", "there", "hearing"),
    [
        (Severity.PAGE, THERE, ["pagerduty", "slack"]),
        (Severity.WARNING, THERE, ["slack", "mail"]),
        (Severity.WARNING, ("mail",), ["mail"]),
        # Nobody is chosen, or none of the chosen exists: mail, which always does
        (Severity.INFO, THERE, ["mail"]),
        (Severity.PAGE, ("mail", "teams"), ["mail"]),
    ],
)
def test_the_access_policy_chooses_by_severity(
    severity: Severity, there: tuple[str, ...], hearing: list[str]
) -> None:
    assert routes(*there).hearing(severity) == hearing


def test_who_heard_of_a_page_hears_that_it_is_less_and_that_it_is_gone() -> None:
    # Given PagerDuty was told of a page that is a warning by now
    record = Record(Sighting(finding(Severity.PAGE), MORNING), MORNING).tell("pagerduty", MORNING)
    eased = Record(Sighting(finding(Severity.WARNING), MORNING), MORNING, record.told)
    gone = Record(Sighting(finding(Severity.INFO, State.CLEAR), MORNING), MORNING, record.told)

    assert routes().listening(eased) == ["slack", "mail", "pagerduty"]
    assert routes().listening(gone) == ["pagerduty"]


def test_that_a_channel_is_down_is_not_told_to_that_channel() -> None:
    record = Record(Sighting(finding(key="channel/slack"), MORNING), MORNING)
    assert routes().listening(record) == ["mail"]


@pytest.mark.parametrize(
    ("failing", "instead"),
    [
        ({"pagerduty"}, "slack"),
        ({"pagerduty", "slack"}, "webhook"),
        ({"pagerduty", "slack", "webhook"}, "mail"),
        ({"pagerduty", "slack", "webhook", "mail"}, None),
    ],
)
def test_the_next_one_steps_in_and_mail_is_the_last(failing: set[str], instead: str | None) -> None:
    assert routes().instead(Severity.PAGE, failing) == instead


def test_a_channel_is_given_up_after_attempts_in_a_row_and_not_before() -> None:
    record = Record(Sighting(finding(), MORNING), MORNING)
    for _ in range(ATTEMPTS - 1):
        record = record.fail("slack")
    assert given_up(record) == []
    assert given_up(record.fail("slack")) == ["slack"]
    assert given_up(record.tell("slack", MORNING).fail("slack")) == []
