"""`ostiary plan` of one account is that account's plan, and of what could not be read nothing is claimed."""

import json
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from cli.survey import Survey
from functions.accounts.snapshot import dump
from tests.unit.cli.test_accounts_commands import CARDS, CHECKOUT, POLICY, SEEN, has

RUN = CliRunner(env={"COLUMNS": "250"})


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    Path("access.yaml").write_text(POLICY)


def test_the_plan_of_one_account_takes_away_from_that_account_alone() -> None:
    """Given unwanted assignments in two accounts, a plan of one account shows what goes there."""
    Path("access.yaml").write_text(POLICY + "accounts: {prune: enforce}\n")
    unwanted = (has(CHECKOUT, "ReadOnly", "everyone"), has(CARDS, "ReadOnly", "everyone"))
    Path("seen.json").write_text(dump(replace(SEEN, assignments=(*SEEN.assignments, *unwanted))))
    told = RUN.invoke(app, ["plan", "--snapshot", "seen.json", "--account", "cards", "--json"])
    assert told.exit_code == Exit.OK, told.output
    made = json.loads(told.stdout)
    assert {entry["account"] for section in ("create", "remove") for entry in made[section]} == {CARDS.id}
    assert [entry["principal"] for entry in made["remove"]] == ["everyone"]


def test_nothing_is_to_be_made_for_whom_could_not_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    """Given a group whose assignments could not be read, the plan does not claim that it lacks them."""
    gap = "group audit: AccessDenied"
    picture = replace(SEEN, assignments=()).picture()
    seen = SimpleNamespace(picture=replace(picture, gaps=(gap,)), unread=frozenset({"id-of-audit"}))
    reader = SimpleNamespace(all=lambda **_: seen)
    survey = SimpleNamespace(reader=lambda _: reader, off_limits={})
    monkeypatch.setattr(Survey, "connect", lambda _: survey)
    told = RUN.invoke(app, ["plan", "--json"])
    assert told.exit_code == Exit.OK, told.output
    assert f"not read: {gap}" in told.stderr
    made = json.loads(told.stdout)
    assert "audit" not in {entry["principal"] for entry in made["create"]}
    assert "sre" in {entry["principal"] for entry in made["create"]}
