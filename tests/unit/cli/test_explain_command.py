"""`ostiary explain` never says that somebody can get in where they cannot, and says what is in the way."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from typer.testing import CliRunner

from cli.main import app
from functions.accounts.snapshot import Snapshot, dump
from tests.unit.cli.test_accounts_commands import CHECKOUT, PLAY, POLICY, SEEN, has

RUN = CliRunner(env={"COLUMNS": "250"})


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("access.yaml").write_text(POLICY)


def explained(seen: Snapshot, *words: str, policy: str = POLICY) -> str:
    Path("access.yaml").write_text(policy)
    Path("seen.json").write_text(dump(seen))
    return RUN.invoke(app, ["explain", *words, "--snapshot", "seen.json"]).stdout


def in_state(state: str) -> Snapshot:
    """The organization, with the account checkout in this state."""
    others = [account for account in SEEN.accounts if account is not CHECKOUT]
    return replace(SEEN, accounts=(*others, replace(CHECKOUT, state=state)))


@pytest.mark.parametrize("state", ["SUSPENDED", "PENDING_ACTIVATION", "CLOSED"])
def test_nobody_can_use_an_account_that_is_not_active(state: str) -> None:
    """Given an assignment in a suspended account, the answer is no, and the state is the reason."""
    told = explained(in_state(state), "kim@example.com", "checkout")
    assert "kim@example.com cannot get into checkout" in told
    assert f"has Operations through group sre, but the account is {state}" in told
    assert f"checkout is {state}: nobody gets in, and nothing is made there" in told
    assert "can use" not in told


def test_nothing_is_missing_in_an_account_that_is_not_active() -> None:
    """Given a grant and no assignment in a suspended account, nobody is told to wait for it."""
    told = explained(replace(in_state("SUSPENDED"), assignments=()), "sre", "checkout")
    assert "would have Operations through group sre, but the account is SUSPENDED" in told
    assert "(yet)" not in told
    found = json.loads(explained(in_state("SUSPENDED"), "sre", "checkout", "--json"))
    assert found["account"]["state"] == "SUSPENDED"


def test_a_tag_that_misses_is_what_is_told() -> None:
    """Given a grant that misses by its tag, the tag is told, and not the OU, which is right."""
    policy = (
        "permission_sets: {Operations: {}}\n"
        "grants: [{group: sre, permission_set: Operations, accounts: {ou: /Workloads, tag: {stage: prod}}}]"
    )
    told = explained(replace(SEEN, assignments=()), "sre", "checkout", policy=policy)
    assert "but not here: tag stage=prod is wanted, checkout has no tag stage" in told
    assert "OU /Workloads/Production).\n" in told


def test_an_exception_is_told_as_one() -> None:
    """Given a grant that `except` keeps away, the exception is told, and not what would have matched."""
    policy = (
        "permission_sets: {Operations: {}}\n"
        "grants: [{group: sre, permission_set: Operations, accounts: all, except: {ou: /Workloads}}]"
    )
    told = explained(replace(SEEN, assignments=()), "sre", "checkout", policy=policy)
    assert "to group sre, but not here: except says OU /Workloads" in told


def test_a_shape_of_names_means_the_group_it_fits() -> None:
    """Given a grant by the shape of names, a group of that shape is meant by it, here and elsewhere."""
    policy = (
        "permission_sets: {Operations: {}}\n"
        "grants:\n"
        "  - {groups: 's?e', permission_set: Operations, accounts: {ou: /Sandbox}, until: 2026-01-31}\n"
        "  - {groups: 's*', permission_set: Operations, accounts: {name: cards}}\n"
        "  - {groups: 'x*', permission_set: Operations, accounts: all}\n"
    )
    told = explained(
        replace(SEEN, assignments=(has(PLAY, "Operations", "sre"),)), "sre", "play", policy=policy
    )
    assert "grant 1 gives Operations to group sre here until 2026-01-31, which is over" in told
    assert "grant 2 gives Operations to group sre, but not here: name cards is wanted" in told
    assert "grant 3 gives Operations here to group x*; sre is not among them" in told
