"""The newest that is known of something: events arrive in any order, and more than once. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

K = TypeVar("K")


@dataclass(frozen=True)
class Mark:
    """The newest event of one reason, or of one group: since `at` the person is gone, or is back, by it."""

    gone: bool
    at: datetime
    trigger: str


def newest(known: Mapping[K, Mark], told: Mapping[K, Mark]) -> dict[K, Mark]:
    """By `at`; of two at the same instant being gone counts."""
    marks = dict(known)
    for key, mark in told.items():
        marks[key] = max([mark, *([known[key]] if key in known else [])], key=_rank)
    return marks


def _rank(mark: Mark) -> tuple[datetime, bool, str]:
    return mark.at, mark.gone, mark.trigger
