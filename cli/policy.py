"""`ostiary validate` and `ostiary schema`: the access policy before anything is deployed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.exits import ERRORS, Exit
from cli.options import AsJson
from cli.screen import screen
from functions.policy import PolicyError, load
from functions.policy import schema as policy_schema

AccessFile = Annotated[Path, typer.Argument(help="The access policy to read.", exists=True, dir_okay=False)]


def validate(file: AccessFile = Path("access.yaml"), *, as_json: AsJson = False) -> None:
    """Check an access policy: every mistake with its line, its column and what was meant."""
    try:
        policy = load(file)
    except PolicyError as error:
        if as_json:
            _write([vars(mistake) for mistake in error.mistakes], valid=False)
        for mistake in () if as_json else error.mistakes:
            ERRORS.print(str(mistake), markup=False, soft_wrap=True)
        raise typer.Exit(Exit.MISTAKES) from None
    if as_json:
        _write([], valid=True)
    else:
        sets, grants = len(policy.permission_sets), len(policy.grants)
        screen().print(f"{file}: {sets} permission sets, {grants} grants, no mistake.", markup=False)


def schema() -> None:
    """Write the JSON Schema of access.yaml, for completion in editors."""
    typer.echo(json.dumps(policy_schema(), indent=2))


def _write(mistakes: list[dict[str, object]], *, valid: bool) -> None:
    typer.echo(json.dumps({"valid": valid, "mistakes": mistakes}, indent=2, default=str))
