"""YAML text as plain data that still knows where each piece was written."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from functions.policy.mistakes import Mistake, PolicyError
from functions.policy.syntax import syntax_mistake

if TYPE_CHECKING:
    from ruamel.yaml.nodes import Node

Path = tuple[str | int, ...]

_TAG = "tag:yaml.org,2002:"
_DEPTH = 40
"""Nothing that is meant is nested deeper, and no reader behind this one gets lost in it."""
_DEEP = f"nested more than {_DEPTH} levels deep"
_ACCOUNT_ID = re.compile("[0-9]{12}")


@dataclass
class Source:
    """A parsed file: `data` for validation, `mistakes` that YAML itself lets pass."""

    file: str
    data: Any = None
    mistakes: list[Mistake] = field(default_factory=list)
    _root: Node | None = None

    def mistake(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> Mistake:
        """A mistake at the value under `path`, or at its key.

        Steps that the file does not have (a default, the only element of a list that was written
        without brackets) stay where they are.
        """
        node = key = self._root
        for step in path:
            pair = _child(node, step)
            if pair:
                key, node = pair
        return self._at(key if at_key else node, message, hint)

    def _at(self, node: Node | None, message: str, hint: str = "") -> Mistake:
        mark = node.start_mark if node is not None else None
        line, column = (mark.line + 1, mark.column + 1) if mark is not None else (1, 1)
        return Mistake(self.file, line, column, message, hint)


def read(text: str, file: str) -> Source:
    """Parse YAML 1.2, where `on` is a word like any other. Raises PolicyError on a syntax error."""
    from ruamel.yaml import YAML  # the Lambda bundle carries access.json and no YAML parser
    from ruamel.yaml.error import MarkedYAMLError, YAMLError

    yaml = YAML(typ="rt", pure=True)
    yaml.composer.warn_double_anchors = False  # reported below, with its place
    try:
        root = yaml.compose(text)
    except MarkedYAMLError as error:
        raise PolicyError([syntax_mistake(error, text, file)]) from error
    except YAMLError as error:
        raise PolicyError([Mistake(file, 1, 1, f"not YAML: {error}")]) from error
    except RecursionError as error:
        raise PolicyError([Mistake(file, 1, 1, _DEEP)]) from error
    source = Source(file, _root=root)
    if root is None:
        raise PolicyError([Mistake(file, 1, 1, "the file is empty", "it needs permission_sets and grants")])
    source.data = _Builder(source).build(root)
    return source


class _Builder:
    """Turns nodes into dicts, lists and scalars; collects what a plain load would hide."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self._anchors: dict[str, Node] = {}
        self._open: list[Node] = []

    def build(self, node: Node) -> Any:
        self._check_anchor(node)
        if any(node is parent for parent in self._open):
            self._wrong(node, f"the anchor &{node.anchor} contains itself", "write the value out")
            return None
        if len(self._open) == _DEPTH:
            self._wrong(node, _DEEP, "")
            return None
        self._open.append(node)
        try:
            if isinstance(node.value, str):
                return self._scalar(node)
            if (node.value and isinstance(node.value[0], tuple)) or str(node.tag) == f"{_TAG}map":
                return self._mapping(node)
            return [self.build(item) for item in node.value]
        finally:
            self._open.pop()

    def _mapping(self, node: Node) -> dict[str, Any]:
        built: dict[str, Any] = {}
        lines: dict[str, int] = {}
        for key, value in node.value:
            if not isinstance(key.value, str):
                self._wrong(key, "a key must be text", "put it in quotes")
                continue
            name = self._text(key)
            if name == "<<" and key.style is None:
                self._wrong(key, "merge keys (<<) are not part of YAML 1.2", "write the keys out")
                continue
            if name in lines:
                self._wrong(key, f"{name} is given twice", f"first in line {lines[name]}")
                continue
            lines[name] = key.start_mark.line + 1
            built[name] = self.build(value)
        return built

    def _scalar(self, node: Node) -> Any:
        tag, text = str(node.tag), node.value
        if not tag.startswith(_TAG):
            self._wrong(node, f"the tag {tag} means nothing here", "leave it out")
            return text
        if tag == f"{_TAG}null":
            return None
        if tag == f"{_TAG}bool":
            return text.casefold() == "true"
        try:
            if tag == f"{_TAG}int" and not _ACCOUNT_ID.fullmatch(text):  # an account id may begin with 0
                return int(text.replace("_", ""), 0 if text.lstrip("+-")[:2] in ("0x", "0o", "0b") else 10)
            if tag == f"{_TAG}float":
                return float(text.replace("_", ""))
        except ValueError:  # no end of digits; `.inf` and `.nan`, which JSON does not have
            self._wrong(node, f"{text[:20]} is no number here", "put it in quotes if it is text")
            return text
        return self._text(node)

    def _text(self, node: Node) -> str:
        text = str(node.value)
        try:
            text.encode()
        except UnicodeEncodeError:
            self._wrong(node, f"{text!r} holds half a character", "write the character itself")
            return "?"
        return text

    def _check_anchor(self, node: Node) -> None:
        first = self._anchors.setdefault(node.anchor, node) if node.anchor else node
        if first is not node:
            self._wrong(
                node,
                f"the anchor &{node.anchor} is set twice, so what *{node.anchor} means depends on the line",
                f"first in line {first.start_mark.line + 1}; give this one another name",
            )

    def _wrong(self, node: Node, message: str, hint: str) -> None:
        self._source.mistakes.append(self._source._at(node, message, hint))


def _child(node: Node | None, step: str | int) -> tuple[Node, Node] | None:
    """Key node and value node under `step`; an element of a list is its own key."""
    if node is None or isinstance(node.value, str):
        return None
    for index, item in enumerate(node.value):
        if isinstance(item, tuple):
            if str(item[0].value) == step:
                return item
        elif index == step:
            return item, item
    return None
