"""`ostiary doctor` in the deployed world: with each thing broken in turn it names exactly that thing."""

import json
from contextlib import contextmanager
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.world import World
from tests.e2e.doctoring import BROKEN, Arguments

RUN = CliRunner()
STRANGER = "999999999999"
OFF_IN_ONE_ACCOUNT = ("bus policy", "delegated administrator")


class Doctor:
    """The command, called as an operator of this world calls it."""

    def __init__(self, world: World) -> None:
        context = {
            "hub_account": world.shape.hub_account,
            "hub_region": world.shape.hub_region,
            "okta_url": world.okta.url,
            "okta_app_id": world.okta.app_id,
        }
        self._arguments = [part for key, value in context.items() for part in ("-c", f"{key}={value}")]

    def verdicts(self, *more: str) -> tuple[int, dict[str, str]]:
        """Exit code, and check to verdict."""
        result = RUN.invoke(app, ["doctor", "--json", *self._arguments, *self._profiles(more)])
        assert result.stdout, result.output
        return result.exit_code, {
            line["check"]: line["verdict"] for line in json.loads(result.stdout)["checks"]
        }

    def text(self) -> str:
        """What a person reads."""
        return RUN.invoke(app, ["doctor", *self._arguments, *self._profiles(())]).stdout

    def _profiles(self, more: Arguments) -> Arguments:
        return more if "--management-profile" in more else (*more, "--management-profile", "management")


@pytest.fixture
def doctor(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Doctor:
    """Given a shell that is signed in to the hub, with a profile of the management account."""
    accounts = {"hub": world.shape.hub_account, "management": MANAGEMENT_ACCOUNT, "stranger": STRANGER}
    config = tmp_path / "config"
    config.write_text(
        "\n".join(
            f"[profile {name}]\naws_access_key_id = {account}\naws_secret_access_key = sandbox"
            for name, account in accounts.items()
        )
    )
    monkeypatch.setenv("AWS_CONFIG_FILE", str(config))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nonexistent")
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", world.shape.hub_account)
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "sandbox")
    monkeypatch.delenv("AWS_PROFILE", raising=False)
    monkeypatch.delenv("AWS_SESSION_TOKEN", raising=False)
    monkeypatch.setenv("AWS_ENDPOINT_URL", world.aws.url)
    for service in ("ORGANIZATIONS", "SSO_ADMIN", "IDENTITYSTORE"):
        monkeypatch.setenv(f"AWS_ENDPOINT_URL_{service}", world.identity.url)
    # Another story may have left the certificate with few days.
    world.okta.model.set_signing_certificate(days_left=3650)
    return Doctor(world)


def test_a_chain_that_holds_is_ok_or_worth_a_thought(doctor: Doctor) -> None:
    """Given the world as deployed, nothing fails; a token and an unknown date are warnings."""
    code, verdicts = doctor.verdicts()
    assert {check: verdict for check, verdict in verdicts.items() if verdict != "ok"} == {
        "Okta sign-in": "warn",
        "SCIM token": "warn",
    }
    assert code == Exit.OK
    assert "The chain holds." in doctor.text()
    # And whatever doctor looks at is broken once below
    assert {check for check, _ in BROKEN.values()} == verdicts.keys()


@pytest.mark.parametrize("title", BROKEN)
def test_what_is_broken_is_named_and_nothing_else(
    title: str, world: World, doctor: Doctor, tmp_path: Path
) -> None:
    """Given one thing broken, its check alone fails; what stands on it is skipped, and never ok."""
    check, breakage = BROKEN[title]
    if world.shape.hub_account == MANAGEMENT_ACCOUNT and check in OFF_IN_ONE_ACCOUNT:
        pytest.skip("one account needs neither")
    with contextmanager(breakage)(world, tmp_path) as arguments:
        code, verdicts = doctor.verdicts(*arguments)
    assert [check for check, verdict in verdicts.items() if verdict in ("fail", "unknown")] == [check]
    assert code == Exit.FAILED


def test_what_cannot_be_read_is_unknown_with_the_permission(world: World, doctor: Doctor) -> None:
    """Given AWS refuses one call, its check is unknown, and the rest is still looked at."""
    denied = {"service": "organizations", "operation": "ListRoots", "error": "AccessDeniedException"}
    world.identity.faults.set([{**denied, "status": 400}])
    try:
        code, verdicts = doctor.verdicts()
        text = doctor.text()
    finally:
        world.identity.faults.set([])
    assert [check for check, verdict in verdicts.items() if verdict not in ("ok", "warn")] == ["SCP type"]
    assert verdicts["SCP type"] == "unknown"
    assert "allow ListRoots" in text
    assert code == Exit.FAILED
