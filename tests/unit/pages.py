"""What people read, as the tests read it: README, docs, what the code says; and the commands in these."""

import ast
import re
import shlex
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
PAGES = [
    ROOT / "README.md",
    *sorted((ROOT / "docs").rglob("*.md")),
    *sorted((ROOT / "events").rglob("*.md")),
    *sorted((ROOT / "sandbox").rglob("*.md")),
]
CODE = [path for folder in ("functions", "infra", "cli") for path in sorted((ROOT / folder).rglob("*.py"))]

_FENCE = re.compile(r"^ *```(?:sh|bash)?\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_PLACEHOLDER = re.compile(r"<[^<>|\n]*>")
_END = ("#", "|", ">", "<", ";")


def said(page: Path) -> str:
    """A page as it stands; of a module every string in it, what is filled in at run time as `<X>`."""
    if page.suffix != ".py":
        return page.read_text()
    strings = []
    for node in ast.walk(ast.parse(page.read_text())):
        if isinstance(node, ast.JoinedStr):
            parts = (part.value if isinstance(part, ast.Constant) else "<X>" for part in node.values)
            strings.append("".join(str(part) for part in parts))
        elif isinstance(node, ast.Constant) and isinstance(node.value, str):
            strings.append(node.value)
    return "\n\n".join(strings)


def commands(text: str, program: str) -> Iterator[list[str]]:
    """The words of each command of `program` that stands in code; a placeholder is `X`."""
    for command in _code(text):
        words = command.removeprefix(".venv/bin/").removeprefix("uv run ")
        if words.startswith(f"{program} "):
            yield _words(words)[1:]


def _code(text: str) -> Iterator[str]:
    for block in _FENCE.finditer(text):
        yield from (line.strip() for line in _whole_lines(block[1]))
    for inline in re.finditer(r"`([^`]+)`", _FENCE.sub("", text)):
        yield " ".join(inline[1].split())


def _whole_lines(block: str) -> list[str]:
    """Lines that a backslash or an open quote continues are one."""
    lines: list[str] = []
    for line in block.replace("\\\n", " ").splitlines():
        if lines and lines[-1].count("'") % 2:
            lines[-1] += line
        else:
            lines.append(line)
    return lines


def _words(command: str) -> list[str]:
    words = shlex.split(_PLACEHOLDER.sub("X", command.replace("…", "X")))
    end = next((at for at, word in enumerate(words) if word.startswith(_END)), len(words))
    return words[:end]
