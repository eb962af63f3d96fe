"""What stays open, once a day."""

from datetime import timedelta

import pytest

from functions.alerts.daily import Daily, DigestError
from functions.alerts.decision import Record, Sighting
from functions.alerts.digest import open_entries, recent
from functions.alerts.findings import channel_down
from functions.alerts.route import Routes
from functions.alerts.store import FindingStore
from functions.finding import Finding, Severity, State
from functions.policy.watch import Alerts
from tests.unit.alerts.conftest import MORNING, Heard, finding

ROUTES = Alerts(page=("pagerduty", "slack"), warning=("slack", "mail"), info=("mail",))
DAY = timedelta(days=1)


class Morning:
    """A table with findings, and who reads the digest of it."""

    def __init__(self, store: FindingStore, *names: str) -> None:
        self.heard = {name: Heard(name) for name in names or ("mail", "slack")}
        self.reported: list[Finding] = []
        self._store = store
        routes = Routes(ROUTES.channels, self.heard)
        self.daily = Daily(store, self.heard, routes, self.reported.extend, "https://example.com/runbooks")

    def keep(self, found: Finding) -> None:
        self._store.claim(found.key, "t", MORNING)
        self._store.save("t", Record(Sighting(found, MORNING), MORNING))

    def listed(self, name: str) -> list[list[str]]:
        return [[entry.key for entry in digest.entries] for digest in self.heard[name].digests]


@pytest.fixture
def morning(store: FindingStore) -> Morning:
    made = Morning(store)
    made.keep(finding(Severity.INFO, key="info"))
    made.keep(finding(Severity.WARNING, key="warning"))
    made.keep(finding(Severity.PAGE, key="page"))
    made.keep(finding(Severity.PAGE, State.CLEAR, key="gone"))
    return made


def test_each_channel_hears_of_what_is_open_among_what_it_hears(morning: Morning) -> None:
    assert sorted(morning.daily.run(MORNING + DAY)) == ["mail", "slack"]
    assert morning.listed("slack") == [["page", "warning"]]
    assert morning.listed("mail") == [["warning", "info"]]
    assert morning.reported == []


def test_nothing_open_is_no_message(store: FindingStore) -> None:
    morning = Morning(store)
    morning.keep(finding(state=State.CLEAR))
    assert morning.daily.run(MORNING) == []
    assert morning.listed("mail") == []


def test_a_channel_that_is_down_is_reported(morning: Morning) -> None:
    morning.heard["slack"].down = True
    assert morning.daily.run(MORNING + DAY) == ["mail"]
    assert [found.key for found in morning.reported] == ["channel/slack"]


def test_a_channel_that_takes_the_digest_is_back(morning: Morning) -> None:
    morning.keep(channel_down("slack", "slack: HTTP 500", MORNING, "https://example.com/runbooks"))
    morning.daily.run(MORNING + DAY)
    assert [(found.key, found.state) for found in morning.reported] == [("channel/slack", State.CLEAR)]


def test_what_nobody_took_goes_to_one_who_had_nothing_to_hear(store: FindingStore) -> None:
    # Given a warning for Slack and mail, both down, and a webhook that is chosen for nothing
    morning = Morning(store, "mail", "slack", "webhook")
    morning.keep(finding())
    morning.heard["slack"].down = morning.heard["mail"].down = True
    assert morning.daily.run(MORNING + DAY) == ["webhook"]
    (digest,) = morning.heard["webhook"].digests
    assert digest.note.startswith("You read this here because")


def test_nobody_at_all_is_an_error_that_the_schedule_retries(morning: Morning) -> None:
    morning.heard["slack"].down = morning.heard["mail"].down = True
    with pytest.raises(DigestError, match="slack: HTTP 500"):
        morning.daily.run(MORNING + DAY)


def test_what_nobody_repeats_for_a_week_leaves_the_digest() -> None:
    entries = open_entries([Record(Sighting(finding(), MORNING), MORNING)])
    assert recent(entries, MORNING + 7 * DAY) == entries
    assert recent(entries, MORNING + 8 * DAY) == ()


def test_the_worst_comes_first_and_then_the_oldest() -> None:
    records = [
        Record(Sighting(finding(severity, key=key), MORNING), MORNING + age * DAY)
        for severity, key, age in (
            (Severity.INFO, "info", 0),
            (Severity.PAGE, "young page", 2),
            (Severity.PAGE, "old page", 1),
        )
    ]
    assert [entry.key for entry in open_entries(records)] == ["old page", "young page", "info"]
