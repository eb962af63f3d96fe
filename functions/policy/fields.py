"""Pieces that the models of access.yaml are made of."""

import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Annotated, Any, TypeVar, get_args

from pydantic import BaseModel, ConfigDict, GetCoreSchemaHandler, GetJsonSchemaHandler
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

T = TypeVar("T")


class Strict(BaseModel):
    """Frozen, and every key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """An error in our own words; `load` adds the place."""
    return PydanticCustomError("policy", "{message}", {"message": message, "hint": hint})


class _OneOrMany:
    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        many = handler(source)
        one = handler.generate_schema(get_args(source)[0])
        return core_schema.no_info_before_validator_function(
            lambda value: value if isinstance(value, list | tuple) else [value],
            many,
            json_schema_input_schema=core_schema.union_schema([one, many]),
        )


OneOrMany = Annotated[tuple[T, ...], _OneOrMany()]
"""A list in which `[x]` may be written as `x`."""


@dataclass(frozen=True)
class Text:
    """Text that matches `pattern` from end to end, and `what` the error says it should have been."""

    pattern: str
    what: str

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        return handler(schema) | {"pattern": f"^({self.pattern})$", "description": self.what}

    def _check(self, value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            raise wrong(f"{value!r} is not {self.what}")
        return value


Name = Annotated[str, Text(r"\S(?:.*\S)?", "a name")]

_SHORT = re.compile(r"(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?")
_ISO = re.compile(r"P(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?)?")


@dataclass(frozen=True)
class Duration:
    """A time span, written `4h`, `90m`, `1h30m`, `2d`, or in ISO 8601 as `PT4H`."""

    least: timedelta
    most: timedelta

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(
            self._read,
            handler(source),
            json_schema_input_schema=core_schema.str_schema(),
            serialization=core_schema.plain_serializer_function_ser_schema(iso_duration),
        )

    def _read(self, value: object) -> timedelta:
        read = value if isinstance(value, timedelta) else _parse(value)
        if not self.least <= read <= self.most:
            raise wrong(f"{value} is not between {_hours(self.least)} and {_hours(self.most)}")
        return read


def iso_duration(value: timedelta) -> str:
    """ISO 8601 in hours and minutes: `PT4H`, `PT1H30M`."""
    hours, minutes = divmod(int(value.total_seconds()) // 60, 60)
    return "PT" + (f"{hours}H" if hours or not minutes else "") + (f"{minutes}M" if minutes else "")


def _parse(value: object) -> timedelta:
    match = isinstance(value, str) and (_SHORT.fullmatch(value) or _ISO.fullmatch(value))
    if not match or not any(match.groups()):
        raise wrong(f"{value!r} is not a duration", "write 4h, 90m, 1h30m or PT4H")
    days, hours, minutes = (int(part or 0) for part in match.groups())
    return timedelta(days=days, hours=hours, minutes=minutes)


def _hours(value: timedelta) -> str:
    return iso_duration(value).removeprefix("PT").lower()
