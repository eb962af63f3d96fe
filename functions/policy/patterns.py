"""Groups by the shape of their names: `aws-{account}-{permission_set}`."""

import re
from collections.abc import Iterable, Iterator, Mapping, Set
from functools import lru_cache

from functions.policy.globs import is_glob

CAPTURES = frozenset({"account", "ou", "permission_set"})
"""`{account}` is an account's name or id; `{ou}` the name of an OU above it, or the path to one with `-` in
place of `/`; `{permission_set}` one of those defined."""

CAPTURE = re.compile(r"\{([^{}]*)\}")
_PIECE = re.compile(r"\{(?P<capture>[^{}]*)\}|(?P<glob>\*+|\?)|(?P<text>[^{}*?]+)")

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
    here: dict[int, dict[_Said, None]] = {0: {(): None}}
    for kind, what in _pieces(pattern):
        # From each place in the name that was reached, with what was said on the way, to the next ones. Ways
        # that meet again are one way, so no number of stars makes many of them.
        there: dict[int, dict[_Said, None]] = {}
        for start, said in _first(here) if what == "*" else _each(here):
            for end, bound in _steps(kind, what, name, start, said, known):
                there.setdefault(end, {})[bound] = None
        here = there
    yield from map(dict, here.get(len(name), {}))


def fits(pattern: str, name: str, known: Vocabulary) -> bool:
    """Has the name the pattern's shape? A shape without captures has a reading that says nothing."""
    return next(readings(pattern, name, known), None) is not None


_Said = tuple[tuple[str, str], ...]
"""What captures stand for so far."""


@lru_cache(maxsize=4096)
def _pieces(pattern: str) -> tuple[tuple[str, str], ...]:
    """Captures, text, `?` and stars, of which several in a row are one."""
    found = ((match.lastgroup or "", match.group(match.lastgroup or 0)) for match in _PIECE.finditer(pattern))
    return tuple(("glob", "*") if what[0] == "*" and kind == "glob" else (kind, what) for kind, what in found)


def _first(here: Mapping[int, Iterable[_Said]]) -> Iterator[tuple[int, _Said]]:
    """For a star the first place counts: from there it reaches all that it reaches from the others."""
    first: dict[_Said, int] = {}
    for start, said in _each(here):
        first[said] = min(start, first.get(said, start))
    return ((start, said) for said, start in first.items())


def _each(here: Mapping[int, Iterable[_Said]]) -> Iterator[tuple[int, _Said]]:
    return ((start, said) for start, saids in here.items() for said in saids)


def _steps(
    kind: str, what: str, name: str, start: int, said: _Said, known: Vocabulary
) -> Iterator[tuple[int, _Said]]:
    """Where in the name a piece may end, and what has been said then."""
    if kind == "text":
        if name.startswith(what, start):
            yield start + len(what), said
    elif what == "?":
        if start < len(name):
            yield start + 1, said
    elif what == "*":
        yield from ((end, said) for end in range(start, len(name) + 1))
    else:
        before = dict(said).get(what)
        for end in range(start + 1, len(name) + 1):
            word = name[start:end]
            if word == before or (before is None and word in known[what]):
                yield end, said if before else (*said, (what, word))
