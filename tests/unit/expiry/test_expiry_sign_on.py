"""The AWS app's sign-on policy: rules changed, out of force, or gone, which only the log tells."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.expiry.sign_on_rules import RECENT, read_gone
from functions.finding import Finding, Severity
from functions.policy import AccessPolicy
from tests.unit.expiry.deployed import Deployed, deployed

NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
OURS = "rst5f1tsAwsIdc8Kp1d7"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Given a strict rule above a catch-all rule that asks for one factor: for long."""
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        world.trust_signing()
        rules = f"/api/v1/policies/{world.okta.model.policies.id}/rules"
        (catch_all,) = world.call("GET", rules)
        strict = {"name": "Two factors", "actions": catch_all["actions"]}
        world.call("POST", rules, strict)
        one_factor = {"access": "ALLOW", "verificationMethod": {"type": "ASSURANCE", "factorMode": "1FA"}}
        world.call("PUT", f"{rules}/{catch_all['id']}", {"actions": {"appSignOn": one_factor}})
        for rule in world.okta.model.policies._rules:
            rule["created"] = rule["lastUpdated"] = "2026-01-01T00:00:00.000Z"
        yield world


def strict_rule(world: Deployed) -> str:
    path = f"/api/v1/policies/{world.okta.model.policies.id}/rules"
    return f"{path}/{next(rule['id'] for rule in world.call('GET', path) if not rule['system'])}"


def found(world: Deployed, check: str) -> Finding:
    return world.said()[f"sign-on/{world.okta.app_id}/{check}"]


def test_one_factor_that_was_always_enough_waits_for_the_morning(world: Deployed) -> None:
    opened = world.opened()
    factor = opened[f"sign-on/{world.okta.app_id}/factor"]
    assert factor.severity is Severity.WARNING
    assert factor.since == datetime(2026, 1, 1, tzinfo=UTC)
    assert f"sign-on/{world.okta.app_id}/changed" not in opened


@pytest.mark.parametrize(
    ("method", "path", "deed"),
    [("DELETE", "", "deleted"), ("POST", "/lifecycle/deactivate", "deactivated")],
)
def test_the_strict_rule_taken_away_is_a_page_that_names_it_since_it_went(
    world: Deployed, method: str, path: str, deed: str
) -> None:
    before = datetime.now(UTC) - timedelta(milliseconds=1)
    world.call(method, strict_rule(world) + path)

    world.run()

    factor, changed = found(world, "factor"), found(world, "changed")
    assert (factor.state, factor.severity) == ("open", Severity.PAGE)
    assert deed in factor.facts["Rule Two factors"]
    assert "one factor" in factor.facts["Rule Catch-all Rule"]
    assert changed.title == "The AWS app's sign-on policy was changed: Two factors"
    assert before <= factor.since <= datetime.now(UTC)
    assert changed.since == factor.since


def test_after_a_week_the_page_becomes_a_warning_and_the_change_clears(world: Deployed) -> None:
    world.call("DELETE", strict_rule(world))
    world.clock.moves(days=7, seconds=2)
    opened = world.opened()
    assert opened[f"sign-on/{world.okta.app_id}/factor"].severity is Severity.WARNING
    assert f"sign-on/{world.okta.app_id}/changed" not in opened


def test_a_rule_that_is_gone_while_two_factors_are_still_demanded_is_a_change_and_no_hole(
    world: Deployed,
) -> None:
    for rule in world.okta.model.policies._rules:
        rule["actions"]["appSignOn"]["verificationMethod"] = {"type": "ASSURANCE", "factorMode": "2FA"}
    world.call("DELETE", strict_rule(world))
    world.run()
    assert found(world, "factor").state == "clear"
    assert found(world, "changed").state == "open"


def event(kind: str = "policy.rule.delete", **changes: Any) -> dict[str, Any]:
    return {
        "uuid": "u-1",
        "published": (NOW - timedelta(hours=1)).isoformat(),
        "eventType": kind,
        "outcome": {"result": "SUCCESS"},
        "target": [{"type": "PolicyRule", "id": "rul1", "displayName": "Two factors"}],
        **changes,
    }


def in_address(policy: str) -> dict[str, Any]:
    return {"debugContext": {"debugData": {"requestUri": f"/api/v1/policies/{policy}/rules/rul1"}}}


def policy_target(policy: str) -> dict[str, Any]:
    return {"target": [*event()["target"], {"type": "PolicyEntity", "id": policy, "displayName": "p"}]}


@pytest.mark.parametrize(
    ("changes", "is_ours"),
    [
        ({}, True),
        (in_address(OURS), True),
        (in_address("rstAnother"), False),
        (policy_target(OURS), True),
        (policy_target("rstAnother"), False),
        ({"debugContext": None}, True),
        ({"outcome": {"result": "FAILURE"}}, False),
        ({"published": (NOW - RECENT - timedelta(seconds=1)).isoformat()}, False),
        ({"target": None}, False),
    ],
)
def test_only_what_ended_a_rule_of_ours_lately_counts(changes: dict[str, Any], is_ours: bool) -> None:
    assert bool(read_gone([event(**changes)], OURS, NOW)) is is_ours
