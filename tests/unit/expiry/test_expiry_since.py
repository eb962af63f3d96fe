"""Since when: the time at which a thing began, wherever it can be known, and not that of the run."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.scim import token_age
from functions.expiry.scim_token import read_health_event
from functions.expiry.surroundings import Served, domains
from functions.policy.watch import Expiry
from tests.unit.expiry.breaking import all_is_well, factor_reset
from tests.unit.expiry.conftest import RUNBOOKS
from tests.unit.expiry.deployed import HOOK_SECRET, Deployed, client_of

SAMPLE = Path(__file__).parents[3] / "events" / "aws" / "health-scim-token-expiry.json"
NOW = datetime(2026, 11, 22, 6, tzinfo=UTC)
DESK = Desk(NOW, Expiry().severity, RUNBOOKS)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with all_is_well(tmp_path, monkeypatch) as world:
        yield world


def certificate(world: Deployed, check: str) -> datetime:
    """The watch runs an hour later, and says since when."""
    world.clock.moves(hours=1)
    return world.opened()[f"saml-certificate/{world.okta.app_id}/{check}"].since


def test_an_expired_certificate_is_so_since_it_ended(world: Deployed) -> None:
    key = world.okta.model.set_signing_certificate(days_left=-3)
    world.trust_signing()
    assert certificate(world, "expiry") == key.expires


def test_everybody_is_out_since_somebody_changed_the_app(world: Deployed) -> None:
    world.okta.model.set_signing_certificate(days_left=3000)
    changed = datetime.fromisoformat(world.okta.model.app.body()["lastUpdated"])
    assert certificate(world, "trust") == changed


def test_a_newer_certificate_waits_since_it_was_generated(world: Deployed) -> None:
    by = world.okta.model.organization.administrator
    key = world.okta.model.app.keys.add(timedelta(days=3700), by=by)
    assert certificate(world, "successor") == key.created


def test_a_factor_is_gone_since_it_was_reset(world: Deployed) -> None:
    factor_reset(world)
    (event, *_) = world.call("GET", '/api/v1/logs?filter=eventType eq "user.mfa.factor.reset_all"')
    world.clock.moves(hours=1)
    assert world.opened()["factors/reset"].since == datetime.fromisoformat(event["published"])


def test_a_secret_is_too_old_since_its_birthday(world: Deployed) -> None:
    (version,) = client_of("secretsmanager").list_secret_version_ids(SecretId=HOOK_SECRET)["Versions"]
    world.clock.moves(days=400)
    assert world.opened()["okta/hook-secret"].since == version["CreatedDate"] + timedelta(days=365)


def test_a_scim_token_has_expired_since_a_year_after_it_was_made() -> None:
    finding = token_age(NOW.date() - timedelta(days=375), DESK)
    assert finding.since == datetime(2026, 11, 12, tzinfo=UTC)


def test_aws_healths_notice_is_as_old_as_aws_says() -> None:
    detail = json.loads(SAMPLE.read_text())["detail"]
    (finding,) = read_health_event(detail, DESK)
    assert finding.since == datetime(2026, 10, 16, 6, tzinfo=UTC)
    (finding,) = read_health_event({**detail, "startTime": "some day"}, DESK)
    assert finding.since == NOW


def test_the_first_custom_domain_that_ended_counts() -> None:
    ended = [NOW - timedelta(days=days) for days in (2, 5)]
    finding = domains([Served(f"{n}.example.com", at, None) for n, at in enumerate(ended)], DESK)
    assert finding.since == ended[1]


def test_what_nobody_can_know_counts_from_the_first_time_it_was_seen(world: Deployed) -> None:
    world.clock.moves(seconds=90)
    before = world.clock.now()
    assert world.opened()["okta/clock"].since >= before


def test_no_finding_began_in_the_future() -> None:
    guide = Guide("why", ("do",), "watch.md")
    assert DESK.write("k", "s", Found(None, "t", since=NOW + timedelta(days=1)), guide).since == NOW
