"""Java's regular expressions, as the service models write them, in Python's `re`."""

import re
import sys
import unicodedata
from functools import cache

_CATEGORY = re.compile(r"\\p\{([LMNPSZ])\}")


@cache
def compiled(pattern: str) -> re.Pattern[str]:
    """The pattern for `fullmatch`; `\\p{L}` and its like become the ranges they stand for."""
    return re.compile(_in_classes(pattern))


def _in_classes(pattern: str) -> str:
    """`\\p{L}` inside of a class is replaced by ranges, outside by a class of its own."""
    parts: list[str] = []
    inside = False
    position = 0
    while position < len(pattern):
        category = _CATEGORY.match(pattern, position)
        if category:
            ranges = _ranges(category[1])
            parts.append(ranges if inside else f"[{ranges}]")
            position = category.end()
            continue
        length = 2 if pattern[position] == "\\" else 1
        symbol = pattern[position : position + length]
        inside = symbol == "[" or (inside and symbol != "]")
        parts.append(symbol)
        position += length
    return "".join(parts)


@cache
def _ranges(category: str) -> str:
    """All code points of a Unicode category as ranges of a character class."""
    spans: list[list[int]] = []
    for point in range(sys.maxunicode + 1):
        if unicodedata.category(chr(point))[0] == category:
            if spans and spans[-1][1] == point - 1:
                spans[-1][1] = point
            else:
                spans.append([point, point])
    return "".join(f"\\U{first:08x}-\\U{last:08x}" for first, last in spans)
