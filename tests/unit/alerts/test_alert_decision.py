"""What on-call hears and what not, decided without a clock of its own."""

from datetime import timedelta

import pytest

from functions.alerts.decision import Decision, Record, Sighting, Told, decide, merge
from functions.finding import Severity, State
from tests.unit.alerts.conftest import MORNING, finding

OPEN_WARNING = Told(State.OPEN, Severity.WARNING, MORNING)
CLEAR = Told(State.CLEAR, Severity.INFO, MORNING)
DAY = timedelta(days=1)


@pytest.mark.parametrize(
    ("previous", "severity", "state", "decision"),
    [
        (None, Severity.INFO, State.OPEN, Decision.OPENED),
        (None, Severity.INFO, State.CLEAR, Decision.NOTHING),
        (OPEN_WARNING, Severity.WARNING, State.OPEN, Decision.REPEATED_QUIET),
        (OPEN_WARNING, Severity.INFO, State.OPEN, Decision.EASED),
        (OPEN_WARNING, Severity.PAGE, State.OPEN, Decision.WORSENED),
        (OPEN_WARNING, Severity.INFO, State.CLEAR, Decision.RESOLVED),
        (CLEAR, Severity.INFO, State.CLEAR, Decision.NOTHING),
        (CLEAR, Severity.INFO, State.OPEN, Decision.OPENED),
    ],
)
def test_each_sighting_has_one_meaning(
    previous: Told | None, severity: Severity, state: State, decision: Decision
) -> None:
    assert decide(previous, finding(severity, state)) is decision


@pytest.mark.parametrize(
    ("decision", "speaks"),
    [
        (Decision.OPENED, True),
        (Decision.WORSENED, True),
        (Decision.EASED, True),
        (Decision.RESOLVED, True),
        (Decision.REPEATED_QUIET, False),
        (Decision.NOTHING, False),
    ],
)
def test_only_news_is_sent(decision: Decision, speaks: bool) -> None:
    assert decision.speaks is speaks


def test_a_late_open_does_not_reopen_what_is_clear() -> None:
    clear = Record(Sighting(finding(state=State.CLEAR), MORNING), MORNING)
    assert merge(clear, Sighting(finding(), MORNING - DAY)) is clear


def test_of_one_second_the_worse_news_counts() -> None:
    clear = Sighting(finding(state=State.CLEAR), MORNING)
    warning = Sighting(finding(), MORNING)
    page = Sighting(finding(Severity.PAGE), MORNING)
    for first, second in ((clear, warning), (warning, clear), (page, warning), (warning, page)):
        latest = merge(merge(None, first), second).latest
        assert latest is max(first, second, key=lambda sighting: sighting.order)
        assert latest.finding.state is State.OPEN


def test_since_is_when_it_opened_and_starts_again_when_it_reopens() -> None:
    opened = merge(None, Sighting(finding(), MORNING))
    next_day = merge(opened, Sighting(finding(since=MORNING + DAY), MORNING + DAY))
    cleared = merge(
        next_day, Sighting(finding(state=State.CLEAR, since=MORNING + 2 * DAY), MORNING + 2 * DAY)
    )
    reopened = merge(cleared, Sighting(finding(since=MORNING + 3 * DAY), MORNING + 3 * DAY))
    assert [record.since for record in (next_day, cleared)] == [MORNING, MORNING]
    assert reopened.since == MORNING + 3 * DAY
