"""How things are told to a person who reads them at 3 a.m. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)
_NAMED = 5


def days(left: timedelta) -> float:
    """Days as a number with a fraction; negative when over."""
    return left / _DAY


def span(left: timedelta) -> str:
    """`12 days`, or hours when fewer than two days are left; rounded to the nearest."""
    number, unit = (round(left / _DAY), "day") if left >= 2 * _DAY else (round(left / (_DAY / 24)), "hour")
    return counted(number, unit)


def moment(when: datetime) -> str:
    """`2027-01-14 06:00 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"


def counted(number: int, thing: str) -> str:
    """`1 group`, `2 groups`."""
    return f"{number} {thing}{'' if number == 1 else 's'}"


def some_of(names: Sequence[str]) -> str:
    """The first few, and how many more."""
    shown = ", ".join(names[:_NAMED])
    more = len(names) - _NAMED
    return f"{shown} and {more} more" if more > 0 else shown
