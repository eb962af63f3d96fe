"""Limits of access.yaml, and how long a thing is told."""

import json
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from functions.expiry import wiring
from functions.finding import Severity
from tests.unit.expiry.breaking import all_is_well, factor_reset, one_factor, touched
from tests.unit.expiry.deployed import Deployed


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with all_is_well(tmp_path, monkeypatch) as world:
        yield world


def test_a_change_of_the_policy_is_told_for_a_week(world: Deployed) -> None:
    touched(world)
    key = f"sign-on/{world.okta.app_id}/changed"
    world.clock.moves(days=7, seconds=-5)
    assert key in world.opened()
    world.clock.moves(seconds=6)
    assert key not in world.opened()


def test_a_factor_reset_is_told_for_a_week(world: Deployed) -> None:
    factor_reset(world)
    world.clock.moves(days=6, hours=23)
    assert "factors/reset" in world.opened()
    world.clock.moves(hours=2)
    assert "factors/reset" not in world.opened()


def test_whoever_is_gone_has_no_account_to_steal(world: Deployed) -> None:
    factor_reset(world)
    world.okta.faults.set(
        [{"service": "okta", "operation": "ListUserGroups", "error": "E0000007", "status": 404}]
    )
    assert "factors/reset" not in world.opened()


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (304, None),
        (306, Severity.INFO),
        (336, Severity.WARNING),
        (352, Severity.PAGE),
        (366, Severity.PAGE),
    ],
)
def test_the_scim_token_ages_from_the_day_it_was_made(
    world: Deployed, days: int, severity: Severity | None
) -> None:
    at = wiring.watch().sources
    issued = (world.clock.now() - timedelta(days=days)).date()
    policy = at.policy.model_copy(
        update={"expiry": at.policy.expiry.model_copy(update={"scim_token_issued": issued})}
    )
    object.__setattr__(at, "policy", policy)
    opened = world.opened()
    assert (opened["scim-token/issued"].severity if opened else None) == severity


def test_a_secret_of_a_year_is_a_word_and_a_new_one_ends_it(world: Deployed) -> None:
    world.clock.moves(days=366)
    assert world.opened()["okta/hook-secret"].severity is Severity.INFO
    world.clock.moves(days=-366)
    assert "okta/hook-secret" not in world.opened()


def test_sessions_longer_than_the_limit(world: Deployed) -> None:
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"session_limit": timedelta(hours=4)})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    finding = world.opened()["sessions/duration"]
    assert "Sessions of Developer are longer than 4h" in finding.title
    assert finding.facts == {"Developer": "8h"}


def test_the_second_factor_may_be_said_not_to_matter(world: Deployed) -> None:
    one_factor(world)
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"second_factor": False})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    assert f"sign-on/{world.okta.app_id}/factor" not in world.opened()


def test_where_nobody_is_protected_okta_is_not_asked(world: Deployed) -> None:
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"protected_groups": ()})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    factor_reset(world)
    wiring.watch().run(world.clock.now(), ("factors",))
    assert {found.state for found in world.said().values()} == {"clear"}
    assert "ListLogEvents" not in json.dumps(world.okta.faults.calls())
