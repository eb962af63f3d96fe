"""The desk with its table in DynamoDB: who is told what, across failures, crashes and duplicates."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

import pytest
from botocore.exceptions import ClientError

from functions.alerts.channels import Channel
from functions.alerts.decision import Record, Sighting
from functions.alerts.desk import AlertError, Desk
from functions.alerts.route import ATTEMPTS, Routes
from functions.alerts.store import CLAIM, FindingBusyError, FindingStore
from functions.finding import Finding, Severity, State
from functions.policy.watch import Alerts
from tests.unit.alerts.conftest import FINDING, MORNING, TABLE, Heard, finding, message

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

HOUR = timedelta(hours=1)
DAY = timedelta(days=1)
ROUTES = Alerts(page=("pagerduty", "slack", "mail"), warning=("slack", "mail"), info=("mail",))
RUNBOOKS = "https://example.com/runbooks"


def desk(
    store: FindingStore,
    channels: Mapping[str, Channel],
    report: Callable[[Sequence[Finding]], None] = lambda _: None,
) -> Desk:
    return Desk(store, channels, Routes(ROUTES.channels, channels), report, RUNBOOKS)


class Office:
    """A desk and its three channels."""

    def __init__(self, store: FindingStore) -> None:
        self.mail, self.slack, self.pagerduty = Heard("mail"), Heard("slack"), Heard("pagerduty")
        self.reported: list[Finding] = []
        channels = {"mail": self.mail, "slack": self.slack, "pagerduty": self.pagerduty}
        self.desk = desk(store, channels, self.reported.extend)

    def take(self, seen: Finding, at: datetime, now: datetime | None = None) -> None:
        self.desk.take(Sighting(seen, at), now or at)


@pytest.fixture
def office(store: FindingStore) -> Office:
    return Office(store)


def test_a_finding_that_stays_the_same_is_told_once(office: Office) -> None:
    for hour in (0, 0, 1, 12, 24, 25, 48):
        office.take(finding(title=f"seen after {hour} hours"), MORNING + hour * HOUR)
    assert office.mail.decisions == ["opened"]
    assert office.slack.decisions == office.mail.decisions


def test_a_severity_reaches_its_channels(office: Office) -> None:
    office.take(finding(Severity.INFO), MORNING)
    assert (len(office.mail.messages), len(office.slack.messages)) == (1, 0)
    office.take(finding(Severity.WARNING), MORNING + HOUR)
    assert (office.mail.decisions, office.slack.decisions) == (["opened", "worsened"], ["opened"])
    office.take(finding(Severity.PAGE), MORNING + 2 * HOUR)
    assert office.slack.decisions == ["opened", "worsened"]
    assert office.pagerduty.decisions == ["opened"]


def test_what_is_less_urgent_is_told_to_whoever_heard_of_the_page(office: Office) -> None:
    office.take(finding(Severity.PAGE), MORNING)
    office.take(finding(Severity.INFO), MORNING + HOUR)
    office.take(finding(state=State.CLEAR), MORNING + 2 * HOUR)
    for channel in (office.mail, office.slack, office.pagerduty):
        assert channel.decisions == ["opened", "eased", "resolved"]


def test_a_clear_resolves_once_wherever_it_was_told(office: Office) -> None:
    office.take(finding(Severity.PAGE), MORNING)
    office.take(finding(Severity.INFO, State.CLEAR), MORNING + HOUR)
    office.take(finding(Severity.INFO, State.CLEAR), MORNING + DAY)
    for channel in (office.mail, office.slack, office.pagerduty):
        assert channel.decisions == ["opened", "resolved"]
    resolved = office.mail.messages[-1]
    assert (resolved.since, resolved.at) == (MORNING, MORNING + HOUR)


def test_a_check_that_was_never_open_stays_silent(office: Office) -> None:
    office.take(finding(state=State.CLEAR), MORNING)
    assert office.mail.messages == []


def test_a_late_duplicate_after_the_end_changes_nothing(office: Office) -> None:
    office.take(finding(), MORNING)
    office.take(finding(state=State.CLEAR), MORNING + HOUR)
    office.take(finding(), MORNING, now=MORNING + 3 * DAY)
    assert office.mail.decisions == ["opened", "resolved"]


def test_a_late_duplicate_of_an_open_finding_reminds_nobody(office: Office) -> None:
    office.take(finding(), MORNING)
    office.take(finding(), MORNING, now=MORNING + 3 * DAY)
    assert office.mail.decisions == ["opened"]


def test_a_queue_that_was_held_for_days_brings_one_message_not_three(office: Office) -> None:
    now = MORNING + 3 * DAY
    for day in range(3):
        office.take(finding(), MORNING + day * DAY, now=now)
    assert office.mail.decisions == ["opened"]


def test_a_channel_that_fails_stops_no_other_and_alone_is_tried_again(office: Office) -> None:
    # Given
    office.slack.down = office.mail.down = True

    # When
    with pytest.raises(AlertError, match=r"slack: HTTP 500; mail: HTTP 500"):
        office.take(finding(Severity.PAGE), MORNING)
    office.slack.down = office.mail.down = False
    office.take(finding(Severity.PAGE), MORNING, now=MORNING + HOUR)

    # Then
    assert office.pagerduty.decisions == ["opened"]
    assert office.slack.decisions == ["opened"]
    assert office.mail.decisions == ["opened"]


def test_a_channel_that_missed_the_opening_is_not_told_of_the_end(office: Office) -> None:
    office.slack.down = True
    with pytest.raises(AlertError):
        office.take(finding(), MORNING)
    office.slack.down = False
    office.take(finding(state=State.CLEAR), MORNING + HOUR)
    assert office.mail.decisions == ["opened", "resolved"]
    assert office.slack.decisions == []


def test_a_channel_that_is_not_configured_is_left_out(store: FindingStore) -> None:
    mail = Heard("mail")
    desk(store, {"mail": mail}).take(Sighting(finding(Severity.PAGE), MORNING), MORNING)
    assert mail.decisions == ["opened"]


def test_given_a_crash_after_sending_then_it_is_sent_again_rather_than_never(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Given: the function ends between sending and recording
    def crash(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(FindingStore, "save", crash)
        with pytest.raises(KeyboardInterrupt):
            office.take(finding(), MORNING)

    # When: the queue brings it again, too early and then after the claim has lapsed
    with pytest.raises(FindingBusyError):
        office.take(finding(), MORNING, now=MORNING + CLAIM / 2)
    office.take(finding(), MORNING, now=MORNING + 2 * CLAIM)

    # Then
    assert office.mail.decisions == ["opened", "opened"]


def test_two_deliveries_at_once_tell_once(store: FindingStore, office: Office) -> None:
    assert store.claim(FINDING.key, "the other delivery", MORNING) is None
    with pytest.raises(FindingBusyError, match="comes again"):
        office.take(finding(), MORNING)
    assert office.mail.messages == []


def test_a_claim_that_lapsed_meanwhile_overwrites_nothing(store: FindingStore) -> None:
    record = Record(Sighting(finding(), MORNING), MORNING)
    store.claim(FINDING.key, "slow", MORNING)
    store.claim(FINDING.key, "quick", MORNING + 2 * CLAIM)
    store.save("quick", record.tell("mail", MORNING))
    with pytest.raises(FindingBusyError):
        store.save("slow", record)
    kept = store.claim(FINDING.key, "reader", MORNING + 3 * CLAIM)
    assert kept == record.tell("mail", MORNING)


def test_only_what_is_resolved_expires(office: Office, dynamodb: "DynamoDBClient") -> None:
    office.take(finding(), MORNING)
    item = dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": FINDING.key}})["Item"]
    assert "expires" not in item
    office.take(finding(state=State.CLEAR), MORNING + HOUR)
    item = dynamodb.get_item(TableName=TABLE, Key={"pk": {"S": FINDING.key}})["Item"]
    assert int(item["expires"]["N"]) == int((MORNING + HOUR + 30 * DAY).timestamp())


def test_a_table_that_is_missing_is_an_error_of_its_own(dynamodb: "DynamoDBClient") -> None:
    with pytest.raises(ClientError, match="ResourceNotFound"):
        Office(FindingStore(dynamodb, "no-such-table")).take(finding(), MORNING)


def test_the_message_is_about_the_latest_sighting(office: Office) -> None:
    office.mail.down = True
    with pytest.raises(AlertError):
        office.take(finding(title="30 days"), MORNING)
    office.mail.down = False
    office.take(finding(title="29 days"), MORNING + DAY)
    assert [told.finding.title for told in office.mail.messages] == ["29 days"]
    assert office.mail.messages[0].since == message().since


def test_a_channel_that_stays_down_is_stood_in_for_and_reported(store: FindingStore) -> None:
    # Given a page that only PagerDuty is chosen for, which is down
    office = Office(store)
    only = Alerts(page=("pagerduty",), warning=("slack", "mail"), info=("mail",))
    front = replace(office.desk, routes=Routes(only.channels, office.desk.channels))
    office.pagerduty.down = True

    # When it is tried as often as it may fail
    for attempt in range(ATTEMPTS):
        assert (office.slack.messages, office.reported) == ([], [])
        with pytest.raises(AlertError):
            front.take(Sighting(finding(Severity.PAGE), MORNING), MORNING + attempt * HOUR)

    # Then the next channel has it, with the reason, and a finding says which channel is down and why
    (stood_in,) = office.slack.messages
    assert stood_in.note == "You read this here because pagerduty did not take it."
    (down,) = office.reported
    assert (down.key, down.state) == ("channel/pagerduty", State.OPEN)
    assert down.facts == {"Error": "pagerduty: HTTP 500"}
    assert down.runbook == f"{RUNBOOKS}/alerts.md"

    # When it fails once more, the stand-in is not told twice; and when it is back, that is found too
    with pytest.raises(AlertError):
        front.take(Sighting(finding(Severity.PAGE), MORNING), MORNING + 4 * HOUR)
    office.pagerduty.down = False
    front.take(Sighting(finding(Severity.PAGE), MORNING), MORNING + 5 * HOUR)
    front.take(Sighting(finding(state=State.CLEAR), MORNING + 6 * HOUR), MORNING + 6 * HOUR)
    assert office.pagerduty.decisions == ["opened", "resolved"]
    assert office.slack.decisions == ["opened", "resolved"]
    assert [found.state for found in office.reported] == [State.OPEN, State.OPEN, State.CLEAR]


def test_a_channel_that_is_down_makes_no_circle(office: Office) -> None:
    """Given Slack is down, that news itself neither goes to Slack nor comes again."""
    office.slack.down = True
    for attempt in range(ATTEMPTS):
        with pytest.raises(AlertError):
            office.take(finding(), MORNING, now=MORNING + attempt * HOUR)
    (down,) = office.reported
    office.take(down, MORNING + 9 * HOUR)
    assert len(office.reported) == 1
    assert [told.finding.key for told in office.mail.messages] == [FINDING.key, "channel/slack"]


def test_a_channel_is_back_with_the_first_message_that_it_takes_whatever_it_is_about(office: Office) -> None:
    """Given what Slack missed is gone before Slack is back, another finding's message ends the news of it."""
    office.slack.down = True
    for attempt in range(ATTEMPTS):
        with pytest.raises(AlertError):
            office.take(finding(), MORNING, now=MORNING + attempt * HOUR)
    office.take(office.reported.pop(), MORNING + 3 * HOUR)
    office.take(finding(state=State.CLEAR), MORNING + 4 * HOUR)
    assert office.reported == []

    office.slack.down = False
    office.take(finding(key="something/else"), MORNING + 5 * HOUR)

    (back,) = office.reported
    assert (back.key, back.state) == ("channel/slack", State.CLEAR)
    office.take(back, MORNING + 5 * HOUR)
    assert office.mail.decisions[-1] == "resolved"
    # And that is said once
    office.take(finding(key="a third"), MORNING + 6 * HOUR)
    assert len(office.reported) == 1


def test_what_failed_before_the_finding_was_gone_counts_no_more_when_it_is_back(office: Office) -> None:
    office.slack.down = True
    for attempt in range(ATTEMPTS - 1):
        with pytest.raises(AlertError):
            office.take(finding(), MORNING, now=MORNING + attempt * HOUR)
    office.take(finding(state=State.CLEAR), MORNING + DAY)
    with pytest.raises(AlertError):
        office.take(finding(), MORNING + 2 * DAY)
    assert office.reported == []
