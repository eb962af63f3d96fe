"""What each of Okta's events, and each of an operator's, means for a person."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.leavers.decide import (
    Ignored,
    Leaver,
    OperatorRequestError,
    Reason,
    Return,
    Unclear,
    decide,
    decide_operator,
)
from functions.okta.event_types import LEAVER_EVENTS, RETURN_EVENTS
from functions.okta.log_event import LogEvent
from tests.unit.leavers.twins import APP_ID, JOHN, LOGIN, START, sample

EVERY = frozenset(reason.value for reason in Reason)


def decided(raw: dict[str, Any], reasons: frozenset[str] = EVERY) -> Any:
    return decide(LogEvent.parse(raw), reasons, APP_ID)


@pytest.mark.parametrize(
    ("name", "reason"),
    [
        ("hook-user-lifecycle-deactivate", Reason.DEACTIVATE),
        ("hook-suspend", Reason.SUSPEND),
        ("hook-delete-initiated", Reason.DELETE),
        ("hook-lock", Reason.LOCK),
        ("hook-app-membership-remove", Reason.UNASSIGN),
    ],
)
def test_who_left_is_the_user_among_the_targets(name: str, reason: Reason) -> None:
    raw = sample(name)
    published = datetime.fromisoformat(raw["published"])
    assert decided(raw) == Leaver(JOHN, LOGIN, reason, raw["uuid"], published)


@pytest.mark.parametrize(
    ("name", "lifted"),
    [
        ("hook-unsuspend", {Reason.SUSPEND}),
        ("hook-unlock", {Reason.LOCK}),
        ("hook-app-membership-add", {Reason.UNASSIGN}),
        ("hook-activate", {Reason.DEACTIVATE, Reason.SUSPEND, Reason.DELETE, Reason.LOCK}),
        ("hook-reactivate", {Reason.DEACTIVATE, Reason.SUSPEND, Reason.DELETE, Reason.LOCK}),
    ],
)
def test_a_return_takes_back_its_own_reason_only(name: str, lifted: set[Reason]) -> None:
    back = decided(sample(name))
    assert isinstance(back, Return)
    assert (back.okta_id, set(back.lifts)) == (JOHN, lifted)


def test_every_consumed_event_type_means_something() -> None:
    for kind in LEAVER_EVENTS | RETURN_EVENTS:
        raw = sample("hook-app-membership-remove") | {"eventType": kind}
        assert isinstance(decided(raw), Leaver if kind in LEAVER_EVENTS else Return), kind


def test_a_failed_deactivation_ends_nothing() -> None:
    assert isinstance(decided(sample("hook-deactivate-failed")), Ignored)


def test_a_lock_out_is_published_as_the_failed_sign_in_that_caused_it() -> None:
    raw = sample("hook-lock")
    assert raw["outcome"] == {"result": "FAILURE", "reason": "LOCKED_OUT"}
    assert isinstance(decided(raw), Leaver)
    raw["outcome"]["reason"] = "INTERNAL"
    assert isinstance(decided(raw), Ignored)


def test_a_reason_that_the_access_policy_does_not_name_is_ignored() -> None:
    assert isinstance(decided(sample("hook-suspend"), frozenset({"deactivate"})), Ignored)


def test_a_return_counts_whatever_the_policy_names() -> None:
    assert isinstance(decided(sample("hook-unsuspend"), frozenset()), Return)


@pytest.mark.parametrize("name", ["hook-app-membership-remove", "hook-app-membership-add"])
def test_membership_of_another_app_is_nothing(name: str) -> None:
    assert isinstance(decide(LogEvent.parse(sample(name)), EVERY, "0oaAnotherApp"), Ignored)


def test_the_app_is_found_wherever_it_stands_among_the_targets() -> None:
    raw = sample("hook-app-membership-remove")
    raw["target"].reverse()
    assert isinstance(decided(raw), Leaver)


def test_the_user_name_of_the_app_goes_before_the_okta_login() -> None:
    raw = sample("hook-app-membership-remove")
    app_user = next(target for target in raw["target"] if target["type"] == "AppUser")
    app_user["alternateId"] = "jdoe"
    assert decided(raw).login == "jdoe"


def test_the_actor_is_never_acted_on() -> None:
    raw = sample("hook-user-lifecycle-deactivate")
    raw["target"] = []
    assert isinstance(decided(raw), Unclear)


def test_two_users_among_the_targets_are_nobody_to_guess_from() -> None:
    raw = sample("hook-suspend")
    raw["target"].append({"id": "00uSomebodyElse00000", "type": "User", "alternateId": "x@example.com"})
    assert isinstance(decided(raw), Unclear)


def test_other_event_types_are_nothing() -> None:
    assert isinstance(decided(sample("hook-group-membership-remove")), Ignored)


@pytest.mark.parametrize(("ahead", "counts"), [(0.9, 0.9), (3600, 0), (-3600, -3600)])
def test_an_operators_clock_that_runs_ahead_does_not_outrank_what_comes_later(
    ahead: float, counts: float
) -> None:
    at = (START + timedelta(seconds=ahead)).isoformat()
    detail = {"person": "x", "reason": "r", "by": "b", "at": at}
    asked = decide_operator("leaver.revoke", detail, "e-1", START)
    assert asked.published == START + timedelta(seconds=counts)


@pytest.mark.parametrize(
    ("kind", "change"),
    [
        ("leaver.erase", {}),
        ("leaver.revoke", {"person": " "}),
        ("leaver.revoke", {"person": None}),
        ("leaver.revoke", {"at": "yesterday"}),
    ],
)
def test_an_operators_request_that_says_nothing_clear_is_refused(kind: str, change: dict[str, Any]) -> None:
    detail = {"person": "x", "reason": "r", "by": "b", "at": "2026-11-16T18:00:00"} | change
    with pytest.raises(OperatorRequestError):
        decide_operator(kind, detail, "e-1", START)


def test_an_operators_time_without_a_zone_is_utc() -> None:
    detail = {"person": "x", "reason": "r", "by": "b", "at": "2026-11-16T18:00:00"}
    request = decide_operator("leaver.restore", detail, "e-1", START)
    assert (request.leave, request.published) == (False, datetime(2026, 11, 16, 18, tzinfo=UTC))
