"""`ostiary validate` and `ostiary schema`: the access policy before anything is deployed."""

import json
from pathlib import Path
from typing import Annotated

import typer

from cli.context import CDK_JSON
from cli.exits import ERRORS, Exit
from cli.options import AsJson
from cli.screen import screen
from functions.policy import PolicyError, load
from functions.policy import schema as policy_schema
from functions.policy.reading import DENIES

AccessFile = Annotated[Path, typer.Argument(help="The access policy to read.", exists=True, dir_okay=False)]


def validate(file: AccessFile = Path("access.yaml"), *, as_json: AsJson = False) -> None:
    """Check an access policy: every mistake with its line, its column and what was meant."""
    try:
        policy = load(file, _denies())
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


def _denies() -> int:
    """What cdk.json here says of policies that the deployment adds; if it says nothing, the default."""
    try:
        return int(json.loads(CDK_JSON.read_text(encoding="utf-8"))["context"]["deny_management_policies"])
    except (OSError, KeyError, TypeError, ValueError):
        return DENIES  # what is wrong in cdk.json is for cdk and doctor to say


def _write(mistakes: list[dict[str, object]], *, valid: bool) -> None:
    typer.echo(json.dumps({"valid": valid, "mistakes": mistakes}, indent=2, default=str))
