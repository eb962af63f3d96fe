"""`ostiary leavers --history`: a person's audit trail, and whether the ledger still agrees with it."""

import json
from collections.abc import Iterator
from typing import Any

import boto3
import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from cli.exits import Exit, aws_errors, leave
from functions.audit.entry import Image, plain
from functions.audit.history import History, Line, history
from functions.aws.audit_trail import AuditTrail
from functions.aws.directory_snapshot import DirectorySnapshot
from functions.aws.ledger import Ledger
from infra import names

SHOWN = 6
"""Changed values of one entry that a table shows; `--json` has all."""

WHO = "Who wrote is not in a DynamoDB stream; CloudTrail's data events of the table tell, where they are on."


def show_history(person: str, region: str | None, *, as_json: bool) -> None:
    """Write it, oldest first. Leaves with a sentence where there is nothing about them."""
    with aws_errors():
        found = dict(_read(person, region))
    if not found:
        leave(Exit.USAGE, f"Nothing is kept about {person}; try their Okta id, or their user id.")
    if as_json:
        typer.echo(json.dumps({key: each.to_json() for key, each in found.items()}, indent=2))
        return
    for key, each in found.items():
        _show(key, each, Console())


def _read(person: str, region: str | None) -> Iterator[tuple[str, History]]:
    session = boto3.Session(region_name=region)
    account = session.client("sts").get_caller_identity()["Account"]
    trail = AuditTrail(session.client("s3"), names.audit_bucket(account, session.region_name))
    dynamodb = session.client("dynamodb")
    ledger = Ledger(dynamodb, names.LEDGER)
    for key in sorted(_keys(person, ledger, DirectorySnapshot(dynamodb, names.LEDGER))):
        kept = list(trail.entries(key))
        now: dict[str, Image] = {pk: plain(item) for pk, item in ledger.held(key).items()}
        if kept or now:
            yield key, history(key, kept, now)


def _keys(person: str, ledger: Ledger, snapshot: DirectorySnapshot) -> set[str]:
    """Under which the ledger may know them: by Okta id, by user id, or by the name they had."""
    if ":" in person:
        return {person}
    named = {
        str(each["person"]) for each in ledger.open_entries() if person in (each["login"], each["user_id"])
    }
    okta_id = snapshot.okta_id(person)
    return named | {f"okta:{okta_id or person}", f"okta:{person}", f"user:{person}"}


def _show(key: str, found: History, console: Console) -> None:
    table = Table("when (UTC)", "what", "from → to", "trigger", "remarks", title=key)
    for line in found.lines:
        entry = line.entry
        table.add_row(
            entry.at.replace("T", " ").removesuffix("Z"),
            f"{entry.item} {entry.change}",
            Text("\n".join(_changes(line))),
            Text(entry.trigger or ""),
            Text("; ".join(line.remarks), style="red"),
        )
    console.print(table)
    for remark in found.remarks:
        console.print(remark, markup=False, soft_wrap=True, style="red")
    console.print(WHO, markup=False, soft_wrap=True, style="dim")


def _changes(line: Line) -> Iterator[str]:
    changes = line.entry.changes
    for path in list(changes)[:SHOWN]:
        yield f"{path}: {_said(changes[path], 'from')} → {_said(changes[path], 'to')}"
    if len(changes) > SHOWN:
        yield f"and {len(changes) - SHOWN} more: --json"


def _said(change: Any, side: str) -> str:
    return json.dumps(change[side], ensure_ascii=False) if side in change else "nothing"
