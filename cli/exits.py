"""Exit codes, and how an expected error leaves: one sentence on standard error, no traceback."""

import re
from collections.abc import Iterator
from contextlib import contextmanager
from enum import IntEnum
from typing import NoReturn

import typer
from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    CredentialRetrievalError,
    NoCredentialsError,
    NoRegionError,
    PartialCredentialsError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
from rich.console import Console

from functions.bus import BusError

ERRORS = Console(stderr=True, highlight=False)

_NOT_SIGNED_IN = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    ProfileNotFound,
    SSOError,
    TokenRetrievalError,
)
_ELSEWHERE = re.compile(r"AccessDenied|NotFound|NoSuchBucket|ExpiredToken|InvalidClientTokenId|Unrecognized")


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
        leave(Exit.FAILED, f"AWS refused or could not be reached: {str(error).rstrip('.')}.{_remedy(error)}")


def _remedy(error: Exception) -> str:
    """What to do about it: mostly somebody is not signed in, or is signed in elsewhere."""
    if isinstance(error, NoRegionError):
        return " Give the hub's with --region."
    if isinstance(error, _NOT_SIGNED_IN):
        return " Sign in to the hub account first, as for the AWS CLI."
    if isinstance(error, ClientError) and re.search(_ELSEWHERE, error.response["Error"]["Code"]):
        return " Are you signed in to the hub account, and is this its Region?"
    return ""
