"""Many calls of one step, each tried: one that fails holds no other up."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.person_access import PersonAccessError
from functions.leavers.steps import StepError

Thing = TypeVar("Thing")
Answer = TypeVar("Answer")

ERROR_LENGTH = 160
"""Characters of an error where there are several: a note has room for a few."""


@dataclass(frozen=True)
class Tried(Generic[Thing, Answer]):
    """What came of each: what it answered, or why it failed."""

    answers: Mapping[Thing, Answer]
    failed: Mapping[Thing, str]


def asked(ask: Callable[[], Answer]) -> Answer:
    """What `ask` returns; what AWS raises becomes a StepError."""
    try:
        return ask()
    except (PersonAccessError, ClientError, BotoCoreError) as error:
        raise StepError(str(error)) from error


def tried(things: Iterable[Thing], ask: Callable[[Thing], Answer]) -> Tried[Thing, Answer]:
    """Ask for each, in this order, whatever comes of the others."""
    answers, failed = dict[Thing, Answer](), dict[Thing, str]()
    for thing in things:
        try:
            answers[thing] = ask(thing)
        except (PersonAccessError, ClientError, BotoCoreError) as error:
            failed[thing] = str(error)
    return Tried(answers, failed)


def listed(failed: Mapping[str, str]) -> str:
    """For a note: all by name first, then why, shortly where there are several."""
    if len(failed) == 1:
        ((name, why),) = failed.items()
        return f"{name}: {why}"
    reasons = "; ".join(f"{name}: {why[:ERROR_LENGTH]}" for name, why in failed.items())
    return f"{len(failed)} have failed, {', '.join(failed)}: {reasons}"
