"""How times are told to a person who reads them at 3 a.m. Pure."""

from datetime import UTC, datetime, timedelta

_DAY = timedelta(days=1)


def days(left: timedelta) -> float:
    """Days as a number with a fraction; negative when over."""
    return left / _DAY


def span(left: timedelta) -> str:
    """`12 days`, or hours when fewer than two days are left; rounded to the nearest."""
    number, unit = (round(left / _DAY), "day") if left >= 2 * _DAY else (round(left / (_DAY / 24)), "hour")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def moment(when: datetime) -> str:
    """`2027-01-14 06:00 UTC`."""
    return f"{when.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
