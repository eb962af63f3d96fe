"""Standard output for people."""

import os

from rich.console import Console

WIDE = 200
"""Columns of what goes into a file or a pipe, so that a row is a line for whoever searches it."""


def screen() -> Console:
    """As wide as the terminal; where there is none, as COLUMNS says, or WIDE."""
    console = Console(highlight=False)
    if console.is_terminal or "COLUMNS" in os.environ:
        return console
    return Console(highlight=False, width=WIDE)
