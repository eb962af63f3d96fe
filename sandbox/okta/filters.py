"""The part of SCIM filter expressions that Okta's `filter` and `search` parameters share here.

Operators eq, ne, sw, co, gt, ge, lt, le, pr; joined by `and`, `or`, with brackets. Okta: "Filter results".
"""

import re
from collections.abc import Callable, Iterator
from typing import Any

Test = Callable[[dict[str, Any]], bool]
_TOKEN = re.compile(r'\s*(?:(?P<string>"(?:[^"\\]|\\.)*")|(?P<bracket>[()])|(?P<word>[^\s()"]+))')
_COMPARE: dict[str, Callable[[str, str], bool]] = {
    "eq": lambda have, want: have == want,
    "ne": lambda have, want: have != want,
    "sw": str.startswith,
    "co": lambda have, want: want in have,
    "gt": lambda have, want: have > want,
    "ge": lambda have, want: have >= want,
    "lt": lambda have, want: have < want,
    "le": lambda have, want: have <= want,
}


class FilterError(ValueError):
    """An expression that is not understood."""


def compile_filter(expression: str) -> Test:
    """A test of one JSON object. Raises FilterError."""
    tokens = _tokens(expression)
    test = _any(tokens)
    if tokens:
        raise FilterError(f"unexpected {tokens[0]!r}")
    return test


def _tokens(expression: str) -> list[str]:
    tokens, position = [], 0
    while expression[position:].strip():
        match = _TOKEN.match(expression, position)
        if match is None:
            raise FilterError(f"cannot read {expression[position:]!r}")
        tokens.append(match[0].strip())
        position = match.end()
    return tokens


def _take(tokens: list[str]) -> str:
    if not tokens:
        raise FilterError("the expression ends too early")
    return tokens.pop(0)


def _any(tokens: list[str]) -> Test:
    tests = [_all(tokens)]
    while tokens and tokens[0].lower() == "or":
        tokens.pop(0)
        tests.append(_all(tokens))
    return lambda item: any(test(item) for test in tests)


def _all(tokens: list[str]) -> Test:
    tests = [_one(tokens)]
    while tokens and tokens[0].lower() == "and":
        tokens.pop(0)
        tests.append(_one(tokens))
    return lambda item: all(test(item) for test in tests)


def _one(tokens: list[str]) -> Test:
    first = _take(tokens)
    if first == "(":
        test = _any(tokens)
        if _take(tokens) != ")":
            raise FilterError("a bracket is not closed")
        return test
    operator = _take(tokens).lower()
    if operator == "pr":
        return lambda item: any(True for _ in _values(item, first.split(".")))
    if operator not in _COMPARE:
        raise FilterError(f"unknown operator {operator!r}")
    compare, want = _COMPARE[operator], _take(tokens).strip('"')
    return lambda item: any(compare(have, want) for have in _values(item, first.split(".")))


def _values(item: Any, path: list[str]) -> Iterator[str]:
    """Every value at the path; a list on the way counts each of its members (`target.id`)."""
    if isinstance(item, list):
        for member in item:
            yield from _values(member, path)
    elif not path:
        if item is not None:
            yield str(item)
    elif isinstance(item, dict) and path[0] in item:
        yield from _values(item[path[0]], path[1:])
