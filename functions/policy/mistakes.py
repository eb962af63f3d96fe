"""What is wrong in an access policy, said so that the person who wrote it can put it right."""

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import get_close_matches


@dataclass(frozen=True)
class Mistake:
    """One mistake at one place. `line` and `column` count from 1, as editors do."""

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        said = f"{self.file}:{self.line}:{self.column}: {self.message}"
        return f"{said} ({self.hint})" if self.hint else said


class PolicyError(Exception):
    """An access policy with mistakes in it, all of those that were found, in the file's order."""

    def __init__(self, mistakes: Iterable[Mistake]) -> None:
        self.mistakes = tuple(sorted(mistakes, key=lambda m: (m.file, m.line, m.column)))
        super().__init__("\n".join(str(mistake) for mistake in self.mistakes))


def did_you_mean(wrong: str, known: Iterable[str]) -> str:
    """A hint that names the nearest known name, or all of them where none is near."""
    names = sorted(known)
    near = nearest(wrong, names)
    if near:
        return f"did you mean {near}?"
    return f"known: {', '.join(names)}" if names else "none is defined"


def nearest(wrong: str, known: Iterable[str]) -> str | None:
    """The known name that is most like it, whatever its capitals; None where none is near."""
    folded = {name.casefold(): name for name in sorted(known)}
    near = get_close_matches(wrong.casefold(), folded, n=1, cutoff=0.6)
    return folded[near[0]] if near else None
