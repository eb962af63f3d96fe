"""`ostiary dlq`: what the queues gave up on, looked at and sent once more."""

import json
from typing import Annotated

import boto3
import typer
from rich.table import Table
from rich.text import Text

from cli.exits import Exit, aws_errors, confirmed, leave
from cli.options import AsJson, Region, Yes
from cli.screen import screen
from functions.aws.dead_letters import DeadLetter, DeadLetters, NoSuchQueueError

app = typer.Typer(help="What was given up: list it, look at it, send it once more.", no_args_is_help=True)

Queue = Annotated[str, typer.Argument(help="Whose dead letters: a name that `ostiary dlq list` shows.")]
Limit = Annotated[int, typer.Option("--limit", min=1, max=1000, help="How many messages at most.")]


@app.command("list")
def list_queues(*, region: Region = None, as_json: AsJson = False) -> None:
    """Every dead-letter queue of the hub, and how many messages lie in it."""
    with aws_errors():
        counts = _letters(region).counts()
    if as_json:
        typer.echo(json.dumps({count.name: count.messages for count in counts}))
        return
    table = Table("queue", "given up")
    for count in counts:
        table.add_row(count.name, str(count.messages))
    screen().print(table)


@app.command()
def show(queue: Queue, *, limit: Limit = 10, region: Region = None, as_json: AsJson = False) -> None:
    """Look at what was given up; it stays where it is. No body is shown: it may name people."""
    with aws_errors():
        try:
            letters = _letters(region).look(queue, limit)
        except NoSuchQueueError as error:
            leave(Exit.USAGE, f"{error}.")
    if as_json:
        typer.echo(json.dumps([letter.plain() for letter in letters]))
    else:
        _print(letters)


@app.command()
def redrive(queue: Queue, *, yes: Yes = False, region: Region = None, as_json: AsJson = False) -> None:
    """Send everything that was given up back to its queue, to be worked on once more."""
    confirmed(f"This works on everything again that {queue} gave up.", yes=yes)
    with aws_errors():
        try:
            moved = _letters(region).redrive(queue)
        except NoSuchQueueError as error:
            leave(Exit.USAGE, f"{error}.")
    if as_json:
        typer.echo(json.dumps({"queue": queue, "redriven": moved}))
    else:
        screen().print(f"{queue}: {moved} messages are worked on again.", markup=False)


def _letters(region: str | None) -> DeadLetters:
    return DeadLetters(boto3.client("sqs", region_name=region))


def _print(letters: list[DeadLetter]) -> None:
    table = Table("message", "source", "type", "uuid", "happened", "attempts")
    for each in letters:
        cells = (each.message_id, each.source, each.detail_type, each.uuid, each.happened, str(each.attempts))
        table.add_row(*map(Text, cells))  # whatever somebody put there is no markup
    screen().print(table)
