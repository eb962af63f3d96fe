"""`make demo`: the world, the three stories, a table of what was expected and what happened."""

import json
import sys
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path

from rich.console import Console
from rich.table import Table

from sandbox.bring_up import running
from sandbox.expect import Seen
from sandbox.show import step
from sandbox.stories import account, certificate, leaver
from sandbox.world import Shape, World

STORIES = {
    "An account joins": account.play,
    "A person leaves": leaver.play,
    "A certificate ages": certificate.play,
}


def run(directory: Path, shape: Shape, *, as_json: bool) -> int:
    """0 if every expectation held, 1 if not."""
    with running(directory, step, shape=shape) as world:
        seen = tell_stories(world)
    if as_json:
        json.dump([asdict(row) for row in seen], sys.stdout, indent=2)
    else:
        Console().print(table(seen))
    return 0 if all(row.held for row in seen) else 1


def tell_stories(world: World) -> list[Seen]:
    """Play each story; what was seen, in order."""
    seen: list[Seen] = []
    for title, play in STORIES.items():
        with step(title):
            seen.extend(play(world))
    return seen


def table(seen: Sequence[Seen]) -> Table:
    """One row an expectation; the story is named at its first."""
    shown = Table(title="What was expected, and what happened", title_justify="left")
    for heading in ("Story", "Expected", "Happened"):
        shown.add_column(heading, overflow="fold")
    shown.add_column("Seconds", justify="right")
    shown.add_column("")
    previous = ""
    for row in seen:
        story = row.story if row.story != previous else ""
        seconds = "" if row.seconds is None else f"{row.seconds:.2f}"
        shown.add_row(story, row.expected, row.happened, seconds, "[green]✓[/]" if row.held else "[red]✗[/]")
        previous = row.story
    return shown
