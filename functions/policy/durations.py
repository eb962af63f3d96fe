"""Time spans in access.yaml: `4h`, `90m`, `1h30m`, `2d`, or ISO 8601."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import CoreSchema, core_schema

from functions.policy.fields import wrong

_SHORT = re.compile(r"(?:([0-9]+)d)?(?:([0-9]+)h)?(?:([0-9]+)m)?")
_ISO = re.compile(r"P(?:([0-9]+)D)?(?:T(?:([0-9]+)H)?(?:([0-9]+)M)?(?:([0-9]+)(?:\.0+)?S)?)?")
NOTHING = "(?!)"
"""A regular expression that matches nothing."""
_DIGITS = 6
"""No span that is meant has more digits; without an end Python would read numbers of any size."""


@dataclass(frozen=True)
class Duration:
    """A time span in whole minutes, no shorter than `least` and no longer than `most`."""

    least: timedelta
    most: timedelta

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self._read,
            handler(source),
            json_schema_input_schema=core_schema.str_schema(pattern=self._pattern()),
            serialization=core_schema.plain_serializer_function_ser_schema(iso_duration),
        )

    def _read(self, value: object) -> timedelta:
        read = value if isinstance(value, timedelta) else parse(value)
        if not self.least <= read <= self.most:
            raise wrong(f"{value} is not between {_hours(self.least)} and {_hours(self.most)}")
        return read

    def _pattern(self) -> str:
        """For editors: a number of one unit within bounds; several units in the right order."""
        days, hours, minutes, seconds = (self._number(unit) for unit in (86_400, 3_600, 60, 1))
        short = [f"{days}d", f"{hours}h", f"{minutes}m"]
        short += ["(?=(?:[0-9]+[dhm]){2})(?:[0-9]+d)?(?:[0-9]+h)?(?:[0-9]+m)?"]
        iso = [f"P{days}D", f"PT{hours}H", f"PT{minutes}M", rf"PT{seconds}(?:\.0+)?S"]
        iso += [
            "P(?=(?:T?[0-9.]+[DHMS]){2})(?:[0-9]+D)?"
            r"(?:T(?=[0-9])(?:[0-9]+H)?(?:[0-9]+M)?(?:[0-9]+(?:\.0+)?S)?)?"
        ]
        return f"^(?:{'|'.join([*short, *iso])})$"

    def _number(self, unit: int) -> str:
        least, most = (int(each.total_seconds()) for each in (self.least, self.most))
        return f"0*(?:{'|'.join(_between(-(-least // unit), most // unit)) or NOTHING})"


def iso_duration(value: timedelta) -> str:
    """ISO 8601 in hours and minutes: `PT4H`, `PT1H30M`."""
    hours, minutes = divmod(int(value.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours or not minutes else "") + (f"{minutes}M" if minutes else "")


def parse(value: object) -> timedelta:
    """Read a span in whole minutes. Raises pydantic's error in our words for anything else."""
    match = isinstance(value, str) and (_SHORT.fullmatch(value) or _ISO.fullmatch(value))
    parts = match.groups() if match else ()
    if not any(parts) or str(value).endswith("T") or any(len(part or "") > _DIGITS for part in parts):
        raise wrong(f"{value!r} is not a duration", "write 4h, 90m, 1h30m or PT4H")
    days, hours, minutes, seconds = (int(part or 0) for part in (*parts, None)[:4])
    if seconds % 60:
        raise wrong(f"{value} is not a number of whole minutes", "write 4h, 90m, 1h30m or PT4H")
    return timedelta(days=days, hours=hours, minutes=minutes, seconds=seconds)


def _hours(value: timedelta) -> str:
    return iso_duration(value).removeprefix("PT").lower()


def _between(least: int, most: int) -> Iterator[str]:
    """Regular expressions that together match exactly the numbers from `least` (not 0) to `most`."""
    while least <= most:
        zeros = 0
        while least % 10 ** (zeros + 1) == 0 and least + 10 ** (zeros + 1) - 1 <= most:
            zeros += 1
        head, digit = divmod(least // 10**zeros, 10)
        steps = min(9 - digit, (most - least + 1) // 10**zeros - 1)
        last = f"[{digit}-{digit + steps}]" if steps else f"{digit}"
        yield f"{head or ''}{last}{'[0-9]' * zeros}"
        least += (steps + 1) * 10**zeros
