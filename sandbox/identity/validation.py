"""A request held against botocore's own service model, before anything is done with it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.model import ListShape, MapShape, ServiceModel, Shape, StringShape, StructureShape
from botocore.session import get_session

from sandbox.identity.patterns import compiled
from sandbox.identity.wire import AwsError, Call

_TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "integer": (int,),
    "long": (int,),
    "boolean": (bool,),
    "timestamp": (int, float),
    "list": (list,),
    "structure": (dict,),
    "map": (dict,),
}


@dataclass(frozen=True)
class Violation:
    """What is wrong with one member. `reason` is of Organizations' InvalidInputException."""

    path: str
    value: Any
    constraint: str
    reason: str


@cache
def model(service: str) -> ServiceModel:
    """The service's model as botocore ships it."""
    return get_session().get_service_model(service)


def check(call: Call) -> None:
    """Raises AwsError as the service does: unknown operation, or input that the model forbids."""
    if call.operation not in model(call.service).operation_names:
        raise AwsError("UnknownOperationException", f"{call.service} has no operation {call.operation}")
    shape = model(call.service).operation_model(call.operation).input_shape
    violations = list(_members(shape, call.params, "")) if shape else []
    if not violations:
        return
    if call.service == "organizations":
        raise _invalid_input(violations[0])
    raise AwsError("ValidationException", _sentence(violations))


def _invalid_input(violation: Violation) -> AwsError:
    return AwsError(
        "InvalidInputException",
        f"You specified an invalid value for {violation.path}: {violation.constraint}",
        Reason=violation.reason,
    )


def _sentence(violations: list[Violation]) -> str:
    found = "; ".join(
        f"Value {'null' if v.value is None else repr(v.value)} at '{v.path}' "
        f"failed to satisfy constraint: {v.constraint}"
        for v in violations
    )
    plural = "s" if len(violations) > 1 else ""
    return f"{len(violations)} validation error{plural} detected: {found}"


def _violations(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    if shape.metadata.get("document"):
        return
    _check_type(shape, value, path)
    if isinstance(shape, StructureShape):
        yield from _members(shape, value, path)
        return
    yield from _range(shape, value, path)
    if isinstance(shape, ListShape):
        for index, item in enumerate(value, start=1):
            yield from _violations(shape.member, item, f"{path}.{index}.member")
    elif isinstance(shape, MapShape):
        for key, item in value.items():
            yield from _violations(shape.value, item, f"{path}.{key}")
    elif isinstance(shape, StringShape):
        yield from _string(shape, value, path)


def _check_type(shape: Shape, value: Any, path: str) -> None:
    kinds = _TYPES.get(shape.type_name, (object,))
    if not isinstance(value, kinds) or (isinstance(value, bool) and bool not in kinds):
        raise AwsError("SerializationException", f"{path} is not of type {shape.type_name}")


def _members(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    assert isinstance(shape, StructureShape)  # noqa: S101 - botocore types every input shape as Shape
    prefix = f"{path}." if path else ""
    for name in shape.required_members:
        if value.get(name) is None:
            yield Violation(_camel(prefix, name), None, "Member must not be null", "INPUT_REQUIRED")
    for name, member in shape.members.items():
        if value.get(name) is not None:
            yield from _violations(member, value[name], _camel(prefix, name))
    given = [name for name in shape.members if value.get(name) is not None]
    if shape.metadata.get("union") and len(given) != 1:
        yield Violation(path, None, "Exactly one member must be set", "INVALID_ENUM")


def _camel(prefix: str, name: str) -> str:
    return f"{prefix}{name[0].lower()}{name[1:]}"


def _range(shape: Shape, value: Any, path: str) -> Iterator[Violation]:
    minimum, maximum = shape.metadata.get("min"), shape.metadata.get("max")
    sized = isinstance(value, str | list | dict)
    size = len(value) if sized else value
    kind, what = ("LENGTH", "length") if sized else ("VALUE", "value")
    if minimum is not None and size < minimum:
        limit = f"Member must have {what} greater than or equal to {minimum}"
        yield Violation(path, value, limit, f"MIN_{kind}_EXCEEDED")
    if maximum is not None and size > maximum:
        limit = f"Member must have {what} less than or equal to {maximum}"
        yield Violation(path, value, limit, f"MAX_{kind}_EXCEEDED")


def _string(shape: StringShape, value: str, path: str) -> Iterator[Violation]:
    if shape.enum and value not in shape.enum:
        limit = f"Member must satisfy enum value set: [{', '.join(shape.enum)}]"
        yield Violation(path, value, limit, "INVALID_ENUM")
    pattern = shape.metadata.get("pattern")
    if pattern and not compiled(pattern).fullmatch(value):
        limit = f"Member must satisfy regular expression pattern: {pattern}"
        yield Violation(path, value, limit, "INVALID_PATTERN")
