"""pydantic's errors in the words of the person who wrote the file."""

import re
from collections.abc import Iterator
from typing import Any, get_args

from pydantic import BaseModel, ValidationError
from pydantic_core import ErrorDetails

from functions.policy.include import Merged
from functions.policy.mistakes import Mistake, did_you_mean
from functions.policy.model import AccessPolicy
from functions.policy.source import Path

_KINDS = {
    "string_type": "text",
    "dict_type": "a mapping (key: value)",
    "model_type": "a mapping (key: value)",
    "model_attributes_type": "a mapping (key: value)",
    "tuple_type": "a list",
    "int_type": "a whole number",
    "bool_type": "true or false",
}


def explain(error: ValidationError, source: Merged) -> Iterator[Mistake]:
    """One mistake for each of pydantic's errors, at its place in the file."""
    for detail in error.errors():
        yield _mistake(detail, source)


def _mistake(detail: ErrorDetails, source: Merged) -> Mistake:
    path: Path = detail["loc"]
    context: dict[str, Any] = detail.get("ctx", {})
    value = detail["input"]
    match detail["type"]:
        case "policy":
            at_key = path[-1:] == ("[key]",)  # pydantic's word for the key itself
            return source.mistake(path, context["message"], context["hint"], at_key=at_key)
        case "extra_forbidden":
            known = _keys(_model_at(path[:-1]))
            return source.mistake(
                path, f"unknown key {path[-1]!r}", did_you_mean(str(path[-1]), known), at_key=True
            )
        case "missing":
            return source.mistake(path[:-1], f"{path[-1]} is missing")
        case "literal_error":
            choices = re.findall(r"'([^']*)'", context["expected"])
            return source.mistake(path, f"{value!r} is not known here", did_you_mean(str(value), choices))
        case kind if kind in _KINDS:
            hint = (
                "put it in quotes" if kind == "string_type" and isinstance(value, bool | int | float) else ""
            )
            return source.mistake(path, f"this must be {_KINDS[kind]}, not {_say(value)}", hint)
        case _:
            return source.mistake(path, detail["msg"])


def _say(value: object) -> str:
    match value:
        case None:
            return "empty"
        case dict():
            return "a mapping"
        case list():
            return "a list"
        case _:
            return f"{value!r}"


def _keys(model: type[BaseModel]) -> set[str]:
    return {field.alias or name for name, field in model.model_fields.items()}


def _model_at(path: Path) -> type[BaseModel]:
    """The innermost model on the way of `path`; other steps (list indices, names) stay where they are."""
    model: type[BaseModel] = AccessPolicy
    for step in path:
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        if step in fields:
            model = _model_in(fields[str(step)].annotation) or model
    return model


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next((found for part in get_args(annotation) if (found := _model_in(part))), None)
