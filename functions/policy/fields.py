"""Pieces that the models of access.yaml are made of."""

import re
from collections.abc import Sized
from dataclasses import dataclass
from datetime import date
from typing import Annotated, Any, TypeVar, get_args

from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    GetCoreSchemaHandler,
    GetJsonSchemaHandler,
)
from pydantic.json_schema import JsonSchemaValue
from pydantic_core import CoreSchema, PydanticCustomError, core_schema

T = TypeVar("T")


class Strict(BaseModel):
    """Frozen, and every key it does not know is a mistake."""

    model_config = ConfigDict(frozen=True, extra="forbid", validate_by_name=True, validate_by_alias=True)


def wrong(message: str, hint: str = "") -> PydanticCustomError:
    """An error in our own words; `load` adds the place."""
    return PydanticCustomError("policy", "{message}", {"message": message, "hint": hint})


@dataclass(frozen=True)
class _OneOrMany:
    empty: bool = True
    """Whether an empty list may be written."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        many = handler(source)
        one = handler.generate_schema(get_args(source)[0])
        listed = core_schema.list_schema(one, min_length=None if self.empty else 1)
        return core_schema.no_info_before_validator_function(
            self._as_list, many, json_schema_input_schema=core_schema.union_schema([one, listed])
        )

    def _as_list(self, value: object) -> object:
        return (value if self.empty else some(value)) if isinstance(value, list | tuple) else [value]


def some(value: object) -> object:
    """The list or mapping, which must hold something."""
    if isinstance(value, Sized) and not value:
        raise wrong("this is empty", "give at least one value, or leave the key out")
    return value


OneOrMany = Annotated[tuple[T, ...], _OneOrMany()]
"""A list in which `[x]` may be written as `x`."""

OneOrMore = Annotated[tuple[T, ...], _OneOrMany(empty=False)]
"""The same where an empty list would silently mean something else than what stands there."""


@dataclass(frozen=True)
class Text:
    """Text that matches `pattern` from end to end, and `what` the error says it should have been.

    `most`: without quotes editors take it for a number, at most this one; the loader takes it as its text.
    """

    pattern: str
    what: str
    most: int | None = None
    schema: str | None = None
    """A narrower pattern for editors, of what further checks let through."""

    def __get_pydantic_core_schema__(self, source: Any, handler: GetCoreSchemaHandler) -> CoreSchema:
        return core_schema.no_info_before_validator_function(self._check, handler(source))

    def __get_pydantic_json_schema__(
        self, schema: CoreSchema, handler: GetJsonSchemaHandler
    ) -> JsonSchemaValue:
        text = handler(schema) | {
            "pattern": f"^(?:{self.schema or self.pattern})$",
            "description": self.what,
        }
        if self.most is None:
            return text
        return {"anyOf": [text, {"type": "integer", "minimum": 0, "maximum": self.most}]}

    def _check(self, value: object) -> object:
        if not isinstance(value, str) or not re.fullmatch(self.pattern, value):
            hint = 'put a name with braces in quotes: "aws-{account}"' if isinstance(value, dict) else ""
            raise wrong(f"{value!r} is not {self.what}", hint)
        return value


NAME = r"\S(?:[^\n]*\S)?"
Name = Annotated[str, Text(NAME, "a name")]


def read_day(value: object) -> date:
    """A date from its text, `2027-03-31`."""
    if type(value) is date:
        return value
    try:
        if isinstance(value, str) and re.fullmatch(DAY, value):
            return date.fromisoformat(value)
    except ValueError:
        pass  # looks like a date and is none: the same mistake
    raise wrong(f"{value!r} is not a date", "write 2027-03-31")


DAY = "[0-9]{4}-[0-9]{2}-[0-9]{2}"
Day = Annotated[
    date,
    BeforeValidator(
        read_day, json_schema_input_type=Annotated[date, Field(json_schema_extra={"pattern": f"^{DAY}$"})]
    ),
]
"""A date, as its text or (in the bundle) as pydantic wrote it."""


def given(key: str) -> dict[str, Any]:
    """JSON Schema for "this key is there and not empty"."""
    return {"required": [key], "properties": {key: {"not": {"type": "null"}}}}
