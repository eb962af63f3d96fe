"""docs/cli.md is held to the code: every command, every option, every exit code, and nothing else."""

import re
from pathlib import Path
from typing import Any

import pytest
import typer
from typer.main import get_command

from cli.exits import Exit
from cli.main import app
from tests.unit.pages import CODE, PAGES, commands, said

DOCS = (Path(__file__).parents[3] / "docs" / "cli.md").read_text()
GROUP = get_command(app)
assert isinstance(GROUP, typer.core.TyperGroup)


def flat(group: typer.core.TyperGroup, before: str = "") -> dict[str, Any]:
    """Every command by its name as one types it: `okta connect`."""
    found: dict[str, Any] = {}
    for name, command in group.commands.items():
        if isinstance(command, typer.core.TyperGroup):
            found |= flat(command, f"{before}{name} ")
        else:
            found[before + name] = command
    return found


COMMANDS = flat(GROUP)
GROUPS = {name: command for name, command in GROUP.commands.items() if name not in COMMANDS}


def test_the_table_of_commands_is_complete() -> None:
    """Every command has its row, and no row stands for a command that is gone."""
    documented = set(re.findall(r"^\| `ostiary ([a-z-]+(?: [a-z-]+)?)", DOCS, re.MULTILINE))
    assert documented == set(COMMANDS)


@pytest.mark.parametrize("name", sorted(COMMANDS))
def test_every_option_is_documented_and_has_help(name: str) -> None:
    """An option that the docs do not name, or that says nothing of itself, is a defect."""
    for parameter in COMMANDS[name].params:
        assert getattr(parameter, "help", None), f"{name} {parameter.name} has no help"
        for option in parameter.opts:
            if option.startswith("--"):
                row = re.search(rf"^\| `{option}` \| (.*?) \|", DOCS, re.MULTILINE)
                assert row, f"{option} is not in docs/cli.md"
                assert f"`{name}`" in row[1], f"docs/cli.md does not say that {name} has {option}"


def refused(words: list[str]) -> str:
    """What `ostiary` would object to; empty where it takes the command, or would take it with more."""
    if words == ["X"]:
        return ""
    name = next((known for size in (2, 1) if (known := " ".join(words[:size])) in GROUPS | COMMANDS), None)
    if name is None:
        return "no such command"
    parameters = (GROUPS | COMMANDS)[name].params
    flags = {option: getattr(each, "is_flag", False) for each in parameters for option in each.opts}
    places = sum(each.param_type_name == "argument" for each in parameters)
    given = iter(word.strip("[]") for word in words[len(name.split()) :])
    for word in given:
        if not word.startswith("-"):
            places -= 1
        elif word not in (*flags, "--help"):
            return f"no such option: {word}"
        elif not flags.get(word, True):
            next(given, None)
    return "too many arguments" if places < 0 else ""


@pytest.mark.parametrize("pages", [PAGES, CODE], ids=["docs", "messages"])
def test_ostiary_takes_what_people_are_told_to_type(pages: list[Path]) -> None:
    """Given a command in the docs, in an alert or in an error, it is there with these options."""
    told = [(page.name, words) for page in pages for words in commands(said(page), "ostiary")]
    assert told
    assert [(page, words, wrong) for page, words in told if (wrong := refused(words))] == []


def test_the_exit_codes_are_those_of_the_code() -> None:
    """A pipeline is written from this table."""
    documented = {int(code) for code in re.findall(r"^\| (\d) \|", DOCS, re.MULTILINE)}
    assert documented == {int(code) for code in Exit}
