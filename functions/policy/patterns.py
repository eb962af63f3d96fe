"""Groups by the shape of their names: `aws-{account}-{permission_set}`."""

import re
from collections.abc import Iterator, Mapping, Set

from functions.policy.globs import is_glob

CAPTURES = frozenset({"account", "ou", "permission_set"})
"""`{account}` is an account's name or id; `{ou}` the name of an OU above it, or the path to one with `-` in
place of `/`; `{permission_set}` one of those defined."""

CAPTURE = re.compile(r"\{([^{}]*)\}")
_PIECE = re.compile(r"\{(?P<capture>[^{}]*)\}|(?P<glob>[*?])|(?P<text>[^{}*?]+)")

Vocabulary = Mapping[str, Set[str]]
"""For each capture the words that it may stand for."""


def is_pattern(name: str) -> bool:
    """Is this the shape of many names rather than one name?"""
    return is_glob(name) or CAPTURE.search(name) is not None


def outline(pattern: str) -> str:
    """The pattern as a glob: a name that does not match it has no reading, whatever words there are."""
    return CAPTURE.sub("*", pattern)


def readings(pattern: str, name: str, known: Vocabulary) -> Iterator[Mapping[str, str]]:
    """Every way in which the name has the pattern's shape: what each capture stands for.

    Only words that exist count, so `aws-data-lake-ReadOnly` is the account data-lake where there is one.
    Where hyphens leave two readings (there are an account data-lake with ReadOnly and an account data with
    lake-ReadOnly), both hold.
    """
    pieces = [
        (match.lastgroup or "", match.group(match.lastgroup or 0)) for match in _PIECE.finditer(pattern)
    ]
    yield from _read(pieces, name, known, {})


def _read(
    pieces: list[tuple[str, str]], rest: str, known: Vocabulary, said: Mapping[str, str]
) -> Iterator[Mapping[str, str]]:
    if not pieces:
        if not rest:
            yield said
        return
    (kind, what), *later = pieces
    if kind == "text":
        if rest.startswith(what):
            yield from _read(later, rest[len(what) :], known, said)
        return
    least, most = {"*": (0, len(rest)), "?": (1, min(1, len(rest)))}.get(what, (1, len(rest)))
    seen: set[tuple[tuple[str, str], ...]] = set()
    for end in range(least, most + 1):
        word = rest[:end]
        if kind == "capture" and (word not in known[what] or said.get(what, word) != word):
            continue
        bound = {**said, what: word} if kind == "capture" else said
        for reading in _read(later, rest[end:], known, bound):
            # Two stars can share the same letters in many ways, which is one reading.
            key = tuple(sorted(reading.items()))
            if key not in seen:
                seen.add(key)
                yield reading
