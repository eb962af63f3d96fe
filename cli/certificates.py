"""`ostiary certificates`: what Okta signs with, what Identity Center was given, the way to a new one."""

import getpass
import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated, Any

import boto3
import typer
from cryptography import x509
from rich.table import Table
from rich.text import Text

from cli.exits import Exit, aws_errors, confirmed, leave
from cli.options import AsJson, Region, Yes
from cli.rotation import UNDER_WAY, App, Key, Step, explain, next_step, waiting_for
from cli.saml.command import read_certificate
from cli.screen import screen
from functions.expiry.saml_app import fingerprint_of
from functions.expiry.trust import TrustBook, Trusted
from infra import names

app = typer.Typer(help="The SAML signing certificates, and which of them Identity Center was given.")

File = Annotated[
    Path | None,
    typer.Argument(help="The certificate, PEM or DER; otherwise the one that signs now.", exists=True),
]
AppId = Annotated[str | None, typer.Option("--app", help="The Okta app, where several are watched.")]
Forget = Annotated[bool, typer.Option("--forget", help="It was deleted in Identity Center.")]


@app.callback(invoke_without_command=True)
def certificates(context: typer.Context) -> None:
    """The SAML signing certificates, and which of them Identity Center was given."""
    if context.invoked_subcommand is None:
        show()


@app.command("list")
def show(*, region: Region = None, as_json: AsJson = False) -> None:
    """Every certificate of every SAML app: which signs, which Identity Center was given, until when."""
    shown = _ask(region)
    if as_json:
        typer.echo(json.dumps(shown, indent=2))
        return
    table = Table("app", "key id", "valid until", "signs", "given to Identity Center", "SHA-256")
    for each in map(App.read, shown):
        known, label = {key.fingerprint for key in each.keys}, Text(each.label)
        for key in each.keys:
            table.add_row(label, key.kid, *_row(key), f"{key.fingerprint[:23]}…")
        for fingerprint in sorted(set(each.trusted) - known):
            ends = f"{each.trusted[fingerprint]:%Y-%m-%d}"
            table.add_row(label, "gone from Okta", ends, "", "yes", f"{fingerprint[:23]}…")
    screen().print(table)


@app.command()
def trust(
    file: File = None,
    *,
    app_id: AppId = None,
    forget: Forget = False,
    yes: Yes = False,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Record which certificate Identity Center was given, since no API tells. On-call is paged by this."""
    given = read_certificate(file) if file else None
    chosen = _choose(_ask(region), app_id)
    fingerprint, ends = _meant(given, chosen)
    deed = "forgotten" if forget else "recorded as given to Identity Center"
    confirmed(
        f"Certificate {fingerprint} (valid until {ends:%Y-%m-%d}) of {chosen.label} will be {deed}. "
        "Look it up in Identity Center first.",
        yes=yes,
    )
    if forget:
        _forget(chosen, fingerprint, region)
    else:
        _record(chosen, fingerprint, ends, region)
    if as_json:
        typer.echo(json.dumps({"app": chosen.id, "fingerprint": fingerprint, "trusted": not forget}))
    else:
        screen().print(f"{fingerprint}: {deed}.", markup=False, soft_wrap=True)


@app.command()
def rotate(*, app_id: AppId = None, region: Region = None, as_json: AsJson = False) -> None:
    """Lead through a rotation: each step in the order that locks nobody out, checked before the next."""
    chosen = _choose(_ask(region), app_id)
    step = next_step(chosen, begun=False, signed_in=False)
    if as_json:
        typer.echo(json.dumps({"app": chosen.id, "step": step.value, "do": explain(step, chosen)}))
        return
    begun = signed_in = False
    while step is not Step.DONE:
        screen().print(f"\n{step.value}: {explain(step, chosen)}", markup=False, soft_wrap=True)
        if not typer.confirm(_question(step)):
            leave(Exit.UNCONFIRMED, _stopped(step, chosen))
        begun = begun or step in UNDER_WAY
        signed_in = signed_in or step is Step.SIGN_IN
        _write_down(step, chosen, region)
        chosen = _choose(_ask(region), chosen.id)
        following = next_step(chosen, begun=begun, signed_in=signed_in)
        if following is step:
            screen().print(f"Not yet: {waiting_for(step)}", markup=False)
        step = following
    screen().print(explain(step, chosen), markup=False, soft_wrap=True)


def _question(step: Step) -> str:
    return {
        Step.RECORD: "Did the sign-in work?",
        Step.IMPORT: "Does Identity Center list it, with the right end?",
        Step.SIGN_IN: "Did both sign-ins work?",
        Step.CLEAN_UP: "Is it deleted in Identity Center?",
    }.get(step, "Done?")


def _stopped(step: Step, chosen: App) -> str:
    back = ", ".join(key.kid for key in chosen.keys if not key.signs and key.trusted)
    if step is Step.SIGN_IN:
        return (
            f"Go back now: activate the old certificate in Okta again ({back or 'none is left'}). "
            "Then find out why the import did not take."
        )
    return f"Stopped at {step.value}. Run it again when you are ready: it finds where you are by itself."


def _write_down(step: Step, chosen: App, region: str | None) -> None:
    """What only the person at the console knows."""
    if step is Step.RECORD:
        _record(chosen, chosen.signing.fingerprint, chosen.signing.ends, region)
    elif step is Step.IMPORT and chosen.successor is not None:
        _record(chosen, chosen.successor.fingerprint, chosen.successor.ends, region)
    elif step is Step.CLEAN_UP:
        for fingerprint in chosen.leftovers:
            _forget(chosen, fingerprint, region)


def _record(chosen: App, fingerprint: str, ends: datetime, region: str | None) -> None:
    with aws_errors():
        _book(region).record(chosen.id, Trusted(fingerprint, datetime.now(UTC), getpass.getuser(), ends))


def _forget(chosen: App, fingerprint: str, region: str | None) -> None:
    with aws_errors():
        if not _book(region).forget(chosen.id, fingerprint):
            leave(Exit.FAILED, f"{fingerprint} was not recorded for {chosen.label}; nothing is forgotten.")


def _book(region: str | None) -> TrustBook:
    return TrustBook(boto3.client("dynamodb", region_name=region), names.TRUST)


def _ask(region: str | None) -> list[Mapping[str, Any]]:
    """The function knows Okta's address and may sign in there; the operator needs neither."""
    with aws_errors():
        answer = boto3.client("lambda", region_name=region).invoke(
            FunctionName=names.function("expiry"), Payload=json.dumps({"show": "certificates"})
        )
        told = json.loads(answer["Payload"].read())
    if answer.get("FunctionError"):
        leave(Exit.FAILED, f"Okta could not be read: {told.get('errorType')}: {told.get('errorMessage')}")
    return list(told["apps"])


def _choose(shown: list[Mapping[str, Any]], app_id: str | None) -> App:
    apps = [App.read(each) for each in shown]
    if app_id is None:
        return apps[0]
    found = next((each for each in apps if each.id == app_id), None)
    if found is None:
        leave(Exit.USAGE, f"{app_id} is not watched; watched are {', '.join(each.id for each in apps)}.")
    return found


def _meant(certificate: x509.Certificate | None, chosen: App) -> tuple[str, datetime]:
    if certificate is None:
        return chosen.signing.fingerprint, chosen.signing.ends
    return fingerprint_of(certificate), certificate.not_valid_after_utc


def _row(key: Key) -> tuple[str, str, str]:
    return f"{key.ends:%Y-%m-%d}", "yes" if key.signs else "", "yes" if key.trusted else "NO"
