"""What a check says. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """`unknown`: it could not be read. `skipped`: something it stands on failed already."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"
    UNKNOWN = "unknown"
    SKIPPED = "skipped"


@dataclass(frozen=True)
class Line:
    """One check: what was seen, and what to do where it is not right."""

    check: str
    verdict: Verdict
    says: str
    fix: str = ""


def ok(check: str, says: str) -> Line:
    """It is as it should be."""
    return Line(check, Verdict.OK, says)


def warn(check: str, says: str, fix: str) -> Line:
    """It works, but not for ever, or not as well as it could."""
    return Line(check, Verdict.WARN, says, fix)


def fail(check: str, says: str, fix: str) -> Line:
    """It is broken."""
    return Line(check, Verdict.FAIL, says, fix)


def unknown(check: str, says: str, fix: str) -> Line:
    """It could not be read, so nobody can say that it is right."""
    return Line(check, Verdict.UNKNOWN, says, fix)


def healthy(lines: Iterable[Line]) -> bool:
    """Nothing is broken, and nothing is unknown."""
    return all(line.verdict in (Verdict.OK, Verdict.WARN) for line in lines)
