"""`ostiary findings`: what is open now, whatever the channels did with it."""

import json
from collections.abc import Sequence

import boto3
import typer
from rich.table import Table

from cli.exits import aws_errors
from cli.options import AsJson, Region
from cli.screen import screen
from functions.alerts.digest import Entry, open_entries
from functions.alerts.message import moment
from functions.alerts.store import FindingStore
from infra import names


def findings(*, region: Region = None, as_json: AsJson = False) -> None:
    """List what is open, the worst first."""
    with aws_errors():
        # A session of its own: the default one would keep the first credentials it ever saw.
        dynamodb = boto3.Session(region_name=region).client("dynamodb")
        store = FindingStore(dynamodb, names.FINDINGS)
        entries = open_entries(store.open())
    if as_json:
        typer.echo(json.dumps([_as_json(entry) for entry in entries], indent=2))
    else:
        _show(entries)


def _as_json(entry: Entry) -> dict[str, str]:
    return {
        "key": entry.key,
        "severity": entry.severity.value,
        "title": entry.title,
        "subject": entry.subject,
        "since": entry.since.isoformat(),
        "seen": entry.seen.isoformat(),
        "runbook": entry.runbook,
    }


def _show(entries: Sequence[Entry]) -> None:
    console = screen()
    if not entries:
        console.print("Nothing is open.")
        return
    table = Table(box=None, padding=(0, 2, 0, 0))
    for column in ("severity", "finding", "subject", "since", "last seen"):
        table.add_column(column)
    for entry in entries:
        cells = (entry.severity.value, entry.title, entry.subject, moment(entry.since), moment(entry.seen))
        table.add_row(*(cell.replace("[", r"\[") for cell in cells))
    console.print(table)
