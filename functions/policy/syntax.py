"""What the YAML parser objects to, with what was probably meant."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from functions.policy.mistakes import Mistake
from functions.policy.patterns import CAPTURES

if TYPE_CHECKING:
    from ruamel.yaml.error import MarkedYAMLError

_BRACES = re.compile(r"\{(?:" + "|".join(sorted(CAPTURES)) + r")\}")


def syntax_mistake(error: MarkedYAMLError, text: str, file: str) -> Mistake:
    """The parser's words at its place. Names of groups begin with `*` and hold braces, which YAML takes for
    something else: where that is near, the hint is to put them in quotes."""
    mark = error.problem_mark or error.context_mark
    line, column = (mark.line + 1, mark.column + 1) if mark else (1, 1)
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    problem = str(error.problem)
    return Mistake(file, line, column, f"not YAML: {problem}", _hint(error, problem, written))


def _hint(error: MarkedYAMLError, problem: str, written: str) -> str:
    if "alias" in problem or "alias" in str(error.context):
        return "put a name that begins with * in quotes; an alias needs its anchor above"
    if _BRACES.search(written):
        return 'put a name with braces in quotes: "aws-{account}"'
    if "cannot start any token" in problem:
        return "put it in quotes"
    return error.context or ""
