"""Doctor's checks of the Okta side, given facts as they may be."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.okta.scopes import LOGS, NEEDED
from functions.policy.watch import Expiry
from infra.doctor import hook, okta
from infra.doctor.verdict import Verdict

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)


def registered(**changes: Any) -> dict[str, Any]:
    return {
        "name": "ostiary",
        "status": "ACTIVE",
        "verificationStatus": "VERIFIED",
        "events": {"items": ["a", "b"]},
        "channel": {"config": {"uri": "https://abc123.execute-api.eu-west-1.amazonaws.com/live/okta/events"}},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, None),
        ({"name": "of another name"}, None),
        ({"status": "INACTIVE"}, "hook active"),
        ({"verificationStatus": "UNVERIFIED"}, "hook verified"),
        ({"events": {"items": ["a"]}}, "hook event types"),
        ({"name": "other", "channel": {"config": {"uri": "https://x.example"}}}, "event hook"),
    ],
)
def test_hook(changes: dict[str, Any], broken: str | None) -> None:
    lines = hook.event_hook([registered(**changes)], "abc123", {"a", "b"})
    assert [line.check for line in lines if line.verdict is not Verdict.OK] == ([broken] if broken else [])


def test_a_service_app_is_better_than_a_token() -> None:
    assert okta.sign_in(True, {}).verdict is Verdict.WARN
    assert okta.sign_in(False, {}).verdict is Verdict.OK
    assert okta.sign_in(False, dict.fromkeys(NEEDED, "invalid_client")).verdict is Verdict.FAIL
    assert okta.sign_in(True, dict.fromkeys(NEEDED, "E0000011")).verdict is Verdict.FAIL


def test_a_scope_that_is_missing_is_named_with_what_does_not_work() -> None:
    line = okta.scopes(False, {LOGS: "no"})
    assert line.verdict is Verdict.FAIL
    assert f"{LOGS} ({NEEDED[LOGS]})" in line.says


@pytest.mark.parametrize(
    ("aws", "there", "verdict", "says"),
    [
        (0, 1, Verdict.OK, "differ by 1 s"),
        (60, -60, Verdict.OK, "differ by 60 s"),
        (0, 90, Verdict.FAIL, "Okta by 90 s"),
        (-600, -601, Verdict.FAIL, "this machine's clock"),
    ],
)
def test_clocks(aws: int, there: int, verdict: Verdict, says: str) -> None:
    others = {"AWS": NOW + timedelta(seconds=aws), "Okta": NOW + timedelta(seconds=there)}
    line = okta.clocks(NOW, others)
    assert line.verdict is verdict
    assert says in line.says


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (None, Verdict.WARN),
        (10, Verdict.OK),
        (334, Verdict.OK),
        (335, Verdict.WARN),
        (351, Verdict.FAIL),
        (366, Verdict.FAIL),
    ],
)
def test_scim_token(age: int | None, verdict: Verdict) -> None:
    today = date(2026, 11, 22)
    issued = None if age is None else today - timedelta(days=age)
    assert okta.scim_token(issued, Expiry(), today).verdict is verdict


def test_provisioning() -> None:
    good = {"syncState": "SYNCHRONIZED"}
    assert okta.provisioning([good], []).verdict is Verdict.OK
    assert (
        "1 people and 1 groups"
        in okta.provisioning([good, {"syncState": "ERROR"}], [{"status": "ERROR"}]).says
    )
    on = {"capabilities": {"update": {"lifecycleDeactivate": {"status": "ENABLED"}}}}
    assert okta.deactivation([on]).verdict is Verdict.OK
    assert okta.deactivation([]).verdict is Verdict.FAIL
