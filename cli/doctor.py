"""`ostiary doctor`: the whole chain looked at, and what to do about each thing that is not right."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from typing import Annotated, Any

import boto3
import botocore.session
import requests
import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.table import Table

from cli.context import Settings, deployment_and_policy
from cli.exits import Exit, aws_errors
from cli.options import AsJson
from cli.screen import screen
from infra.config import ORGANIZATIONS_REGION
from infra.doctor.access import Access, account_of, profile_for
from infra.doctor.gather import probes
from infra.doctor.run import run
from infra.doctor.verdict import Line, Verdict, healthy

Profile = Annotated[str | None, typer.Option("--profile", help="The AWS profile of the hub account.")]
ManagementProfile = Annotated[
    str | None, typer.Option("--management-profile", help="The AWS profile of the management account.")
]

COLORS = {
    Verdict.OK: "green",
    Verdict.WARN: "yellow",
    Verdict.FAIL: "red",
    Verdict.UNKNOWN: "red",
    Verdict.SKIPPED: "dim",
}


def doctor(
    *,
    profile: Profile = None,
    management_profile: ManagementProfile = None,
    context: Settings = None,
    as_json: AsJson = False,
) -> None:
    """Look at the whole chain, from the trail to the certificate; say what is not right, change nothing."""
    deployment, policy = deployment_and_policy(context or ())
    with aws_errors(), requests.Session() as http:
        access = Access(
            deployment,
            policy,
            hub=_session(deployment.hub_account, deployment.hub_region, profile),
            management=_session(deployment.management_account, ORGANIZATIONS_REGION, management_profile),
            http=http,
            now=_now,
        )
        lines = run(probes(access))
    if as_json:
        typer.echo(
            json.dumps({"healthy": healthy(lines), "checks": [asdict(line) for line in lines]}, indent=2)
        )
    else:
        _show(lines)
    raise typer.Exit(Exit.OK if healthy(lines) else Exit.FAILED)


def _session(account: str, region: str, profile: str | None) -> boto3.Session:
    """The profile that was given, else the shell's own if it is that account's, else one of ~/.aws/config
    that leads there; failing that the shell's, and the first check says which account it is."""
    if profile:
        return boto3.Session(profile_name=profile)
    own = boto3.Session()
    if _leads_to(own, account, region):
        return own
    name = profile_for(account, _profiles())
    return boto3.Session(profile_name=name) if name else own


def _leads_to(session: boto3.Session, account: str, region: str) -> bool:
    try:
        return account_of(session, region) == account
    except (BotoCoreError, ClientError):
        return False  # Not signed in. A profile may be; if none is, the first check says so.


def _profiles() -> Mapping[str, Mapping[str, Any]]:
    profiles: Mapping[str, Mapping[str, Any]] = botocore.session.get_session().full_config["profiles"]
    return profiles


def _now() -> datetime:
    return datetime.now(UTC)


def _show(lines: Sequence[Line]) -> None:
    table = Table(box=None, padding=(0, 2, 0, 0), show_header=False)
    for line in lines:
        text = f"{line.says}\n→ {line.fix}" if line.fix else line.says
        table.add_row(f"[{COLORS[line.verdict]}]{line.verdict}[/]", line.check, _plain(text))
    console = screen()
    console.print(table)
    wrong = [line for line in lines if line.verdict in (Verdict.FAIL, Verdict.UNKNOWN)]
    console.print(f"\n{len(wrong)} of {len(lines)} checks are not right." if wrong else "\nThe chain holds.")


def _plain(text: str) -> str:
    """As it stands: AWS's and Okta's words are no markup."""
    return text.replace("[", r"\[")
