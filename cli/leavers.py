"""`ostiary leavers`, `revoke`, `restore`: an operator's word takes the same road as Okta's events."""

import getpass
import json
from collections.abc import Collection, Sequence
from datetime import UTC, datetime
from typing import Annotated

import boto3
import typer
from rich.console import Console
from rich.table import Table

from cli.exits import aws_errors, confirmed
from cli.history import show_history
from functions import bus
from functions.aws.lease import DENY_POLICIES, Lease
from functions.aws.ledger import Ledger
from functions.aws.partial_losses import PartialLosses
from functions.bus import BusEvent, EventBus
from functions.leavers.documents import from_document
from functions.leavers.groups import denying
from functions.leavers.overview import Line, line, loss_json, lost_in_words, until_in_words
from functions.leavers.partial import Loss
from functions.leavers.record import Record
from infra import names

Person = Annotated[str, typer.Argument(help="Their user name (as in Okta and Identity Center) or Okta id.")]
Reason = Annotated[str, typer.Option("--reason", help="Why; kept in the record and told to on-call.")]
WhyBack = Annotated[str, typer.Option("--reason", help="Why; kept in the record, with who asked.")]
NO_REASON = "no reason given"
Yes = Annotated[bool, typer.Option("--yes", help="Do it. Without this nothing is done.")]
Region = Annotated[
    str | None, typer.Option("--region", help="The hub's Region; otherwise as your AWS profile says.")
]
History = Annotated[
    str | None,
    typer.Option("--history", metavar="PERSON", help="Instead: everything that changed about one person."),
]
AsJson = Annotated[bool, typer.Option("--json", help="Write JSON instead of text.")]


def leavers(*, history: History = None, region: Region = None, as_json: AsJson = False) -> None:
    """List whose AWS calls are denied now, how far their steps have come, and until when."""
    if history:
        show_history(history, region, as_json=as_json)
        return
    with aws_errors():
        dynamodb = boto3.client("dynamodb", region_name=region)
        ledger = Ledger(dynamodb, names.LEDGER)
        waiting = frozenset(Lease(dynamodb, names.LEDGER, DENY_POLICIES).read().waiting)
        losses = denying(PartialLosses(dynamodb, names.LEDGER), datetime.now(UTC))
        lines = [line(entry, _record(ledger, entry["person"])) for entry in ledger.open_entries()]
    lines.sort(key=lambda each: each.since)
    losses.sort(key=lambda each: each.at)
    if as_json:
        told = [*(each.to_json() for each in lines), *(loss_json(each, waiting) for each in losses)]
        typer.echo(json.dumps(told, indent=2))
        return
    if not lines:
        Console().print("Nobody's calls are all denied.")
    else:
        _show(lines)
    if losses:
        _show_losses(losses, waiting)


def _show(lines: Sequence[Line]) -> None:
    table = Table("who", "why", "since", "denied until, at least", "steps")
    for each in lines:
        steps = f"failing: {', '.join(each.failing)}" if each.failing else f"{len(each.steps)} hold"
        kept = "earlier sessions only" if each.deny_until else "nothing is denied"
        why = f"back: {kept}" if each.back else ", ".join(each.reasons)
        table.add_row(each.who, why, _short(each.since), _short(each.deny_until), steps)
    Console().print(table)


def _show_losses(losses: Sequence[Loss], waiting: Collection[str]) -> None:
    """Denied in these roles alone, in sessions from before they lost the group; `waiting` have no room."""
    table = Table("lost a group", "group", "since", "denied in earlier sessions", "denied until, at least")
    for each in losses:
        until = until_in_words(each, waiting)
        table.add_row(each.who, each.group, _short(each.at.isoformat()), lost_in_words(each), until)
    Console().print(table)
    if any(each.who in waiting for each in losses):
        Console().print(
            "Who is not denied comes in with any later writing that has room; `ostiary findings` says more.",
            soft_wrap=True,
        )


def _record(ledger: Ledger, person: str) -> Record:
    stored = ledger.read(person)
    return from_document(person, stored.document) if stored else Record(person, None, None)


def _short(instant: str | None) -> str:
    return f"{datetime.fromisoformat(instant):%Y-%m-%d %H:%M} UTC" if instant else "not known"


def revoke(
    person: Person, reason: Reason, *, yes: Yes = False, region: Region = None, as_json: AsJson = False
) -> None:
    """End somebody's AWS access now, as a deactivation in Okta would."""
    confirmed(f"This denies every AWS call of {person} in all accounts.", yes=yes)
    _ask("leaver.revoke", person, reason, region)
    _answer(person, "access is being ended; on-call hears when it holds", as_json=as_json)


def restore(
    person: Person,
    reason: WhyBack = NO_REASON,
    *,
    yes: Yes = False,
    region: Region = None,
    as_json: AsJson = False,
) -> None:
    """Give somebody's AWS access back, as a reactivation in Okta would."""
    confirmed(f"This lifts the denial of {person}'s AWS calls.", yes=yes)
    _ask("leaver.restore", person, reason, region)
    _answer(person, "access is being given back; on-call hears when it holds", as_json=as_json)


def _ask(detail_type: str, person: str, reason: str, region: str | None) -> None:
    detail = {
        "person": person,
        "reason": reason,
        "by": getpass.getuser(),
        "at": datetime.now(UTC).isoformat(),
    }
    with aws_errors():
        events = boto3.Session(region_name=region).client("events")
        EventBus(events, names.BUS).put([BusEvent(bus.OPERATOR, detail_type, detail)])


def _answer(person: str, what: str, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps({"person": person, "accepted": True}))
    else:
        Console().print(f"{person}: {what}.", markup=False)
