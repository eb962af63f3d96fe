"""Putting events: all of them, or an error that makes the caller send again."""

import json
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, cast

import pytest

from functions.bus import ATTEMPTS, ENTRIES_PER_CALL, FINDINGS, BusError, BusEvent, EventBus
from functions.finding import Finding, Severity, State

if TYPE_CHECKING:
    from mypy_boto3_events import EventBridgeClient


class FakeEventBridge:
    """Refuses the first `refusals` entries that carry the word `poor`."""

    def __init__(self, refusals: int = 0) -> None:
        self.refusals = refusals
        self.calls: list[list[dict[str, Any]]] = []
        self.kept: list[dict[str, Any]] = []

    def put_events(self, *, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - AWS's name
        self.calls.append(Entries)
        return {"Entries": [self._put(entry) for entry in Entries]}

    def _put(self, entry: dict[str, Any]) -> dict[str, str]:
        if "poor" in entry["Detail"] and self.refusals > 0:
            self.refusals -= 1
            return {"ErrorCode": "ThrottlingException"}
        self.kept.append(entry)
        return {"EventId": "1"}


def bus(fake: FakeEventBridge) -> EventBus:
    return EventBus(cast("EventBridgeClient", fake), "ostiary", sleep=lambda _: None)


def events(count: int, word: str = "fine") -> list[BusEvent]:
    return [
        BusEvent("ostiary.okta", "user.lifecycle.deactivate", {"n": n, "word": word}) for n in range(count)
    ]


def test_no_call_is_larger_than_aws_allows() -> None:
    """Given 23 events, they go in three calls, each of at most 10, in order."""
    fake = FakeEventBridge()
    bus(fake).put(events(23))
    assert [len(call) for call in fake.calls] == [10, 10, 3]
    assert max(len(call) for call in fake.calls) <= ENTRIES_PER_CALL
    assert [json.loads(entry["Detail"])["n"] for entry in fake.kept] == list(range(23))


def test_nothing_to_put_is_no_call() -> None:
    """PutEvents refuses an empty list, so it is never asked."""
    fake = FakeEventBridge()
    bus(fake).put([])
    assert fake.calls == []


def test_only_what_was_refused_is_sent_again() -> None:
    """Given one entry of three throttled once, that one alone is sent a second time."""
    fake = FakeEventBridge(refusals=1)
    bus(fake).put([*events(2), *events(1, "poor")])
    assert [len(call) for call in fake.calls] == [3, 1]
    assert len(fake.kept) == 3


def test_what_stays_refused_is_an_error_that_says_so() -> None:
    """Given an entry refused each time, the caller learns that it must send again."""
    fake = FakeEventBridge(refusals=ATTEMPTS)
    with pytest.raises(
        BusError, match=r"1 events are not on bus ostiary .*ThrottlingException.*again"
    ) as told:
        bus(fake).put([*events(2), *events(1, "poor")])
    assert told.value.refused == (2,)


def test_what_comes_after_a_refusal_is_not_tried_and_counts_as_refused() -> None:
    """Given more than one call takes, the caller learns of everything that is not on the bus."""
    fake = FakeEventBridge(refusals=ATTEMPTS)
    with pytest.raises(BusError) as told:
        bus(fake).put([*events(8), *events(1, "poor"), *events(3)])
    assert told.value.refused == (8, 10, 11)
    assert len(fake.kept) == 9


def test_a_finding_survives_the_way() -> None:
    """Given a finding, whoever reads the event's detail has the same finding."""
    finding = Finding(
        key="saml-certificate/0oa1/abc",
        severity=Severity.PAGE,
        title="SAML certificate expires in 12 days",
        subject="AWS IAM Identity Center",
        since=datetime(2026, 11, 22, 3, tzinfo=UTC),
        why="Nobody can sign in to AWS once it has expired.",
        actions=("Import the new certificate", "Activate it in Okta"),
        runbook="saml-certificate.md",
        facts={"kid": "abc"},
    )
    fake = FakeEventBridge()
    bus(fake).put_findings([finding, finding.cleared()])
    assert {entry["Source"] for entry in fake.kept} == {FINDINGS}
    read = [Finding.from_detail(json.loads(entry["Detail"])) for entry in fake.kept]
    assert read[0] == finding
    assert read[1].state is State.CLEAR
    assert read[1].key == finding.key
