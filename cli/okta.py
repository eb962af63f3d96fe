"""`ostiary okta`: the two things that Okta must hold of Ostiary, its public key and its event hook."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from typing import Annotated

import boto3
import typer
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from cli.exits import Exit, aws_errors, confirmed, leave
from cli.options import AsJson, Region, Yes
from cli.screen import screen
from functions.aws.rotating_secret import RotatingSecret
from functions.okta.credentials import connect as connect_to_okta
from functions.okta.errors import OktaError
from functions.okta.event_hook import SCOPES, Identity, NotVerifiedError, Registrar
from functions.okta.event_types import CONSUMED
from functions.okta.jwk import public_jwk
from infra import names

app = typer.Typer(help="What Okta must know of Ostiary.", no_args_is_help=True)

STACK = "ostiary-hub"

Key = Annotated[str, typer.Option("--key", help="The KMS key that the service app signs with.")]
Url = Annotated[
    str | None, typer.Option("--url", help="The hook's address; otherwise the stack's output HookUrl.")
]


@app.command("public-key")
def public_key(*, key: Key = names.OKTA_KEY_ALIAS, region: Region = None) -> None:
    """Write the public half of the signing key as a JWK, to paste into Okta."""
    with aws_errors():
        der = boto3.client("kms", region_name=region).get_public_key(KeyId=key)["PublicKey"]
    try:
        typer.echo(json.dumps(public_jwk(der), indent=2))
    except TypeError as error:
        leave(Exit.FAILED, f"{key}: {error}.")


@app.command()
def connect(*, url: Url = None, yes: Yes = False, region: Region = None, as_json: AsJson = False) -> None:
    """Create the event hook in Okta, or repair it: address, event types, secret; and verify it."""
    confirmed("This creates or replaces Ostiary's event hook in Okta.", yes=yes)
    if region:
        boto3.setup_default_session(region_name=region)
    with aws_errors(), _okta_errors():
        secret = RotatingSecret(boto3.client("secretsmanager"), names.HOOK_SECRET)
        version = secret.versions().current
        registrar = _registrar(secret)
        hook = registrar.install(url or _hook_url(), secret.value(version), version.id)
        replaced = registrar.retire_others(hook)
    if as_json:
        told = {"id": hook.id, "name": hook.name, "uri": hook.uri, "replaced": [old.id for old in replaced]}
        typer.echo(json.dumps(told))
    else:
        screen().print(
            f"Okta delivers {len(hook.items)} event types to {hook.uri}; the hook is verified "
            f'("{hook.name}", {len(replaced)} replaced).',
            markup=False,
            soft_wrap=True,
        )


@app.command()
def rotate(*, yes: Yes = False, region: Region = None, as_json: AsJson = False) -> None:
    """Replace the hook's secret now, as the function does every 30 days; no delivery is refused meanwhile."""
    confirmed("This replaces the secret between Okta and the hook.", yes=yes)
    with aws_errors():
        answer = boto3.client("lambda", region_name=region).invoke(
            FunctionName=names.function("rotate"), Payload=json.dumps({"rotate": "at once"})
        )
        told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError") or told.get("outcome") != "rotated":
        reason = told.get("outcome", "the function ended with an error; read its log")
        leave(Exit.FAILED, f"The secret was not replaced, and the old one serves on: {reason}.")
    if as_json:
        typer.echo(json.dumps(told))
    else:
        screen().print("The secret is replaced; Okta has verified the hook with the new one.")


def _registrar(secret: RotatingSecret) -> Registrar:
    variables = _environment()
    api = connect_to_okta(variables["OSTIARY_OKTA_URL"], variables["OSTIARY_OKTA_CREDENTIALS"], SCOPES)
    return Registrar(api, Identity.of_secret(secret.arn()), CONSUMED)


def _environment() -> Mapping[str, str]:
    """Where the deployed functions reach Okta, and the name of the secret that opens it."""
    found = boto3.client("lambda").get_function_configuration(FunctionName=names.function("rotate"))
    return found["Environment"]["Variables"]


def _hook_url() -> str:
    (stack,) = boto3.client("cloudformation").describe_stacks(StackName=STACK)["Stacks"]
    return next(o["OutputValue"] for o in stack["Outputs"] if o["OutputKey"] == "HookUrl")


@contextmanager
def _okta_errors() -> Iterator[None]:
    try:
        yield
    except (OktaError, NotVerifiedError, GetParameterError) as error:
        leave(Exit.FAILED, f"{error}.")
