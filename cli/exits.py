"""Exit codes, and how an expected error leaves: one sentence on standard error, no traceback."""

from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer
from botocore.exceptions import BotoCoreError, ClientError
from rich.console import Console

from functions.bus import BusError

ERRORS = Console(stderr=True, highlight=False)


class Exit(IntEnum):
    """What a pipeline can tell apart."""

    OK = 0
    FAILED = 1
    USAGE = 2
    MISTAKES = 3
    UNCONFIRMED = 4


def leave(code: Exit, sentence: str) -> NoReturn:
    """Say why and exit."""
    ERRORS.print(sentence, markup=False, soft_wrap=True, style="red" if code is Exit.FAILED else "")
    raise typer.Exit(code)


def confirmed(what: str, *, yes: bool) -> None:
    """Leave with UNCONFIRMED unless `--yes` was given."""
    if not yes:
        leave(Exit.UNCONFIRMED, f"{what} Nothing was done; add --yes to do it.")


@contextmanager
def aws_errors() -> Iterator[None]:
    """Turn an error of AWS, its credentials or the bus into one sentence and exit code FAILED."""
    try:
        yield
    except (BotoCoreError, BusError, ClientError) as error:
        leave(Exit.FAILED, f"AWS refused or could not be reached: {error}")
