"""What commands know without being told: cdk.json's context, and the access policy that it names."""

import json
from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path
from typing import Annotated, Any

import typer

from cli.exits import ERRORS, Exit, leave
from functions.policy import AccessPolicy, PolicyError, load
from infra.config import Deployment
from infra.context_keys import ConfigError

CDK_JSON = Path("cdk.json")
KEYS = [field.name for field in fields(Deployment)]

Settings = Annotated[
    list[str] | None,
    typer.Option("--context", "-c", metavar="KEY=VALUE", help="Set a context key of cdk.json, as cdk does."),
]


def deployment(settings: Sequence[str] = ()) -> Deployment:
    """From cdk.json in the current directory, each setting before it. Leaves where something is wrong."""
    try:
        context: dict[str, Any] = json.loads(CDK_JSON.read_text())["context"]
    except FileNotFoundError:
        leave(Exit.USAGE, "There is no cdk.json here; run this in the project's directory.")
    except (KeyError, ValueError) as error:
        leave(Exit.MISTAKES, f"cdk.json cannot be read: {error!r}")
    for setting in settings:
        key, equals, value = setting.partition("=")
        if not equals:
            leave(Exit.USAGE, f"{setting!r} is not of the form KEY=VALUE.")
        if key not in KEYS:
            leave(Exit.USAGE, f"There is no context key {key!r}; there are {', '.join(KEYS)}.")
        context[key] = value
    try:
        return Deployment.read(context.get)
    except ConfigError as error:
        leave(Exit.MISTAKES, str(error))


def deployment_and_policy(settings: Sequence[str] = ()) -> tuple[Deployment, AccessPolicy]:
    """With the access policy that it names. Leaves where something is wrong."""
    place = deployment(settings)
    return place, access_policy(place.policy_file)


def access_policy(file: Path) -> AccessPolicy:
    """Leaves with every mistake in it, a line each."""
    try:
        return load(file)
    except PolicyError as error:
        for mistake in error.mistakes:
            ERRORS.print(str(mistake), markup=False, soft_wrap=True)
        raise typer.Exit(Exit.MISTAKES) from None
