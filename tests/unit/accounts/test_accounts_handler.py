"""The door: the queue's messages in, access and findings out, what failed back to the queue alone."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.accounts import wiring
from functions.accounts.looks import FIRST_LOOK
from functions.accounts.report import CLOCK
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MemberAccount, World
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world

__all__ = ["bus", "world"]


def metrics(printed: str) -> list[dict[str, Any]]:
    lines = [json.loads(line) for line in printed.splitlines() if line.startswith("{")]
    return [line for line in lines if CLOCK in line]


def test_an_account_joins(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given CreateAccountResult, the account has its access, nothing is found, the clock has stopped."""
    world.clock.now += timedelta(seconds=7)
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("audit", "A")}
    assert bus.open() == set()
    (metric,) = metrics(capsys.readouterr().out)
    assert 7 < metric[CLOCK][0] < 7 + 2 * FIRST_LOOK
    assert metric["_aws"]["CloudWatchMetrics"][0]["Namespace"] == "Ostiary"


def test_created_and_joined_are_one_arrival(
    world: World, bus: Bus, capsys: pytest.CaptureFixture[str]
) -> None:
    """Given both events of one account, it is let in once, and its wait is measured once."""
    assert deliver(sample("create-account-result"), sample("account-joined-organization")) == []
    assert world.center.calls["create_account_assignment"] == 1
    assert len(metrics(capsys.readouterr().out)) == 1


def test_a_move_is_no_arrival(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given a move, access follows, but nobody waited for an account to join."""
    assert deliver(sample("move-account")) == []
    assert world.access(NEW) == {("audit", "A")}
    assert metrics(capsys.readouterr().out) == []


def test_a_failure_is_no_arrival(world: World, bus: Bus, capsys: pytest.CaptureFixture[str]) -> None:
    """Given one assignment of two that failed, the promise was not kept, so no time is reported."""
    world.store.push("fresh-B")
    world.center.fails["A"] = "no"
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("fresh-B", "B")}
    assert bus.open() == {f"accounts/{NEW}/access"}
    assert metrics(capsys.readouterr().out) == []


def test_an_account_that_is_not_ready_goes_back_alone(world: World, bus: Bus) -> None:
    """Given one account not ACTIVE yet and one that is, only the first event comes back; then it works."""
    world.organizations.accounts["555566667777"] = MemberAccount("invited", "/", state="PENDING_ACTIVATION")
    events = [sample("accept-handshake"), sample("create-account-result")]
    assert deliver(*events) == ["0"]
    assert world.access(NEW) == {("audit", "A")}
    world.organizations.accounts["555566667777"].state = "ACTIVE"
    assert deliver(events[0]) == []
    assert world.access("555566667777") == {("audit", "A")}


def test_an_account_too_new_for_identity_center_comes_back_and_is_said(world: World, bus: Bus) -> None:
    """Given AWS's reason for very new accounts, on-call hears, and the event comes back until it works."""
    world.center.fails["A"] = "Obtaining permissions takes longer than usual"
    assert deliver(sample("create-account-result")) == ["0"]
    assert bus.open() == {f"accounts/{NEW}/access"}
    world.center.fails.clear()
    bus.findings.clear()
    assert deliver(sample("create-account-result")) == []
    assert (bus.findings[0]["key"], bus.findings[0]["state"]) == (f"accounts/{NEW}/access", "clear")


def test_a_creation_that_failed_is_a_finding(world: World, bus: Bus) -> None:
    """Given FAILED, which has no account id, on-call hears the reason and the request to look up."""
    assert deliver(sample("create-account-result-failed")) == []
    assert bus.open() == {"accounts/creation/car-8c1d3e5f7a9b4c2d8e6f0a1b3c5d7e9f"}
    assert bus.findings[0]["facts"] == {"reason": "EMAIL_ALREADY_EXISTS"}
    assert bus.findings[0]["runbook"] == "https://runbooks.test/account.md"


@pytest.mark.parametrize(
    "name", ["close-account-result", "remove-account-from-organization", "leave-organization"]
)
def test_who_leaves_is_not_let_in(world: World, bus: Bus, name: str) -> None:
    """Given an account that is gone, Organizations is not even asked."""
    assert deliver(sample(name)) == []
    assert world.organizations.calls == {}


def test_an_error_goes_to_the_queue_and_to_the_log(
    world: World, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    """EXT: every exception was swallowed, so the dead-letter queue stayed empty.

    Given an error, the message goes back, and the log says why.
    """
    world.center.trouble["list_permission_sets"] = ["AccessDeniedException"]
    assert deliver(sample("create-account-result")) == ["0"]
    assert "AccessDeniedException" in caplog.text


def test_no_names_of_people_or_accounts_are_logged(
    world: World, bus: Bus, caplog: pytest.LogCaptureFixture
) -> None:
    """Given an arrival, the log holds ids and counts; the account's name stays out of it."""
    world.organizations.accounts[NEW] = MemberAccount("secret-project", "/")
    deliver(sample("create-account-result"))
    said = " ".join(str(vars(record)) for record in caplog.records)
    assert NEW in said
    assert "secret-project" not in said


def test_the_environment_is_read_when_the_first_event_comes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a variable that is not set, the error names it, and importing the handler did not need it."""
    monkeypatch.delenv("OSTIARY_BUS", raising=False)
    with pytest.raises(KeyError, match="OSTIARY_BUS"):
        wiring.Environment.read()


def test_the_tools_fit_together(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Given the variables that the stack sets, the function has its policy, its gateways and its bus."""
    (tmp_path / "access.json").write_text(loads("permission_sets: {A: {}}").to_json())
    for name, value in {
        "LAMBDA_TASK_ROOT": str(tmp_path),
        "AWS_DEFAULT_REGION": "eu-west-1",
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_RUNBOOKS": "https://runbooks.test",
        "OSTIARY_ORGANIZATION_ROLE": "arn:aws:iam::123456789012:role/ostiary-organization-read",
        "OSTIARY_MANAGEMENT_ACCOUNT": "123456789012",
        "OSTIARY_HUB_ACCOUNT": "222222222222",
        "OSTIARY_INSTANCE_ARN": "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6",
        "OSTIARY_IDENTITY_STORE_ID": "d-9067f01234",
        "OSTIARY_TURNS_TABLE": "ostiary-turns",
        "OSTIARY_MANAGEMENT_ACCESS": "arn:aws:iam::123456789012:role/ostiary-management-access",
    }.items():
        monkeypatch.setenv(name, value)
    wiring.tools.cache_clear()
    made = wiring.tools()
    wiring.tools.cache_clear()
    assert set(made.admitter.policy.permission_sets) == {"A"}
    assert made.runbooks == "https://runbooks.test"


def test_an_account_that_left_has_no_open_finding(world: World, bus: Bus) -> None:
    """Given a closed account whose access was incomplete, the finding is gone: nobody waits for it."""
    world.center.fails["A"] = "no"
    deliver(sample("create-account-result"))
    bus.findings.clear()
    assert deliver(sample("close-account-result")) == []
    assert [(f["key"], f["state"]) for f in bus.findings] == [(f"accounts/{NEW}/access", "clear")]
