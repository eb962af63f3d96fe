"""What a person sees while the sandbox works: one line a step, with its seconds."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console

CONSOLE = Console(stderr=True, highlight=False)
"""Progress goes to standard error; standard output is for results."""


@contextmanager
def step(what: str) -> Iterator[None]:
    """Show `what` as under way, then as done with its seconds; a failure is shown and raised on."""
    start = time.monotonic()
    try:
        with CONSOLE.status(what):
            yield
    except BaseException:
        CONSOLE.print(f"[red]✗[/] {what} [dim]{time.monotonic() - start:.1f} s[/]")
        raise
    CONSOLE.print(f"[green]✓[/] {what} [dim]{time.monotonic() - start:.1f} s[/]")
