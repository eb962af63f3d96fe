"""The watch against Identity Center's SCIM endpoint as the identity plane serves it, over HTTP."""

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from functions.expiry import wiring
from functions.finding import Finding, Severity, State
from functions.policy import AccessPolicy
from sandbox import identity
from tests.unit.expiry.deployed import SCIM_SECRET, Deployed, client_of, deployed

FAST = identity.Settings(account_seconds=0, close_seconds=0, assignment_seconds=0, provisioning_seconds=0)


@pytest.fixture(scope="module")
def plane() -> Iterator[identity.IdentityServer]:
    with identity.serve(settings=FAST) as server:
        yield server


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Given a deployment that names a SCIM secret."""
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={})) as world:
        monkeypatch.setenv("OSTIARY_SCIM_CREDENTIALS", SCIM_SECRET)
        wiring.watch.cache_clear()
        world.trust_signing()
        yield world


def tried(world: Deployed, url: str, token: str) -> Finding:
    """What the watch says of the endpoint, with this address and token in the secret."""
    value = json.dumps({"url": url, "token": token})
    client_of("secretsmanager").create_secret(Name=SCIM_SECRET, SecretString=value)
    wiring.watch().run(world.clock.now(), ("provisioning",))
    told = world.said()
    assert told["watch/provisioning"].state is State.CLEAR
    assert token not in json.dumps([finding.to_detail() for finding in told.values()])
    return told["scim-endpoint"]


def test_a_token_that_identity_center_accepts_is_no_news(
    world: Deployed, plane: identity.IdentityServer
) -> None:
    finding = tried(world, plane.scim_url, plane.scim_token)
    assert (finding.state, finding.title) == (State.CLEAR, "The SCIM endpoint accepts the access token")


def test_a_token_that_it_refuses_is_a_page(world: Deployed, plane: identity.IdentityServer) -> None:
    """Given a token that has expired or was deleted, nobody who leaves is disabled any more."""
    finding = tried(world, plane.scim_url, "a-token-of-last-year")
    assert (finding.state, finding.severity) == (State.OPEN, Severity.PAGE)
    assert "HTTP 401" in finding.title
    assert finding.runbook.endswith("/scim-token.md")


def test_another_path_is_a_warning_that_says_what_came(
    world: Deployed, plane: identity.IdentityServer
) -> None:
    finding = tried(world, f"{plane.url}/nowhere", plane.scim_token)
    assert (finding.state, finding.severity) == (State.OPEN, Severity.WARNING)
    assert "HTTP 40" in finding.title


def test_an_endpoint_that_is_not_there_is_a_warning(world: Deployed) -> None:
    finding = tried(world, "http://127.0.0.1:9/scim/v2", "t0ken-of-nothing")
    assert (finding.state, finding.severity) == (State.OPEN, Severity.WARNING)
    assert "does not answer (ConnectionError)" in finding.title


def test_looking_changes_nothing_in_the_directory(world: Deployed, plane: identity.IdentityServer) -> None:
    before = len(plane.state.directory.users)
    tried(world, plane.scim_url, plane.scim_token)
    assert len(plane.state.directory.users) == before
