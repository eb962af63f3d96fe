"""What the docs tell people to type exists: commands and options of ours, of the AWS CLI, targets of make."""

import re
from functools import cache
from pathlib import Path
from typing import Any

import botocore.session
import pytest
from botocore import xform_name
from botocore.exceptions import UnknownServiceError

from tests.unit.pages import CODE, PAGES, ROOT, commands, said

GLOBAL = {"region", "profile", "output", "query", "cli-binary-format"}
"""Options of every command of the AWS CLI (AWS CLI Command Reference, "Global options")."""

OWN = {"logs tail": {"since", "follow", "filter-pattern"}}
"""Commands that the AWS CLI adds to the API's."""


@cache
def service(name: str) -> Any:
    return botocore.session.get_session().get_service_model(name)


def misread(words: list[str]) -> str:
    """What the AWS CLI would object to in a command; empty where it would not."""
    where, operation, *rest = words
    options = [word.removeprefix("--") for word in rest if word.startswith("--")]
    if known := OWN.get(f"{where} {operation}"):
        return ", ".join(set(options) - known - GLOBAL)
    try:
        model = service(where)
    except UnknownServiceError:
        return f"no service {where}"
    operations = {xform_name(name, "-"): name for name in model.operation_names}
    if operation not in operations:
        return f"{where} has no operation {operation}"
    members = model.operation_model(operations[operation]).input_shape.members
    known = {xform_name(member, "-") for member in members}
    known |= {f"no-{member}" for member in known}
    return ", ".join(option for option in options if option not in known | GLOBAL)


@pytest.mark.parametrize("pages", [PAGES, CODE], ids=["docs", "messages"])
def test_the_aws_cli_takes_what_people_are_told_to_type(pages: list[Path]) -> None:
    """Given a command of the AWS CLI, its service, operation and options are in AWS's own models."""
    told = [(page.name, words) for page in pages for words in commands(said(page), "aws")]
    assert told
    assert [(page, words, wrong) for page, words in told if (wrong := misread(words))] == []


def test_a_payload_is_given_as_version_2_of_the_aws_cli_wants_it() -> None:
    """AWS CLI User Guide, "Migration guide": blobs are base64 unless told otherwise."""
    for page in [*PAGES, *CODE]:
        for words in commands(said(page), "aws"):
            assert "--payload" not in words or "--cli-binary-format" in words, f"{page}: {words}"


def test_every_target_of_make_is_there() -> None:
    made = set(re.findall(r"^([a-z]+):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    asked = {words[0] for page in PAGES for words in commands(said(page), "make")}
    assert asked <= made
