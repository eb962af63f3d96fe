"""One access policy in several files: `include`. Mistakes are told in the file they were made in."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path as File
from typing import Any

from functions.policy.globs import is_glob
from functions.policy.mistakes import Mistake, PolicyError
from functions.policy.source import Path, Source, read

INCLUDE = "include"
_RELATIVE = "a path, or a glob relative to this file, such as teams/*.yaml"


@dataclass
class Merged:
    """Several files as one: `data` for validation, and where each piece of it was written.

    Permission sets and grants add up, the including file's first. Every other section stands in one file.
    """

    root: Source
    data: Any = None
    mistakes: list[Mistake] = field(default_factory=list)
    _origins: dict[Path, tuple[Source, Path]] = field(default_factory=dict)

    def mistake(self, path: Path, message: str, hint: str = "", *, at_key: bool = False) -> Mistake:
        """A mistake at the value under `path`, or at its key, in the file that holds it."""
        for length in (2, 1):
            origin = self._origins.get(path[:length])
            if origin:
                source, start = origin
                return source.mistake((*start, *path[length:]), message, hint, at_key=at_key)
        return self.root.mistake(path, message, hint, at_key=at_key)

    def add(self, source: Source) -> None:
        """Take in what a file says."""
        self.mistakes += source.mistakes
        if not isinstance(source.data, dict):
            self.mistakes.append(source.mistake((), "this must be a mapping (key: value)"))
            return
        for key, value in source.data.items():
            there = self.data.get(key)
            if key == INCLUDE:
                continue
            if key == "permission_sets" and isinstance(value, dict) and isinstance(there, dict | None):
                section = self.data.setdefault(key, {})
                self._origins.setdefault((key,), (source, (key,)))
                for name, item in value.items():
                    self._once(section, (key, name), item, source)
            elif key == "grants" and isinstance(value, list) and isinstance(there, list | None):
                grants = self.data.setdefault(key, [])
                self._origins.setdefault((key,), (source, (key,)))
                for number, grant in enumerate(value):
                    self._origins[key, len(grants)] = (source, (key, number))
                    grants.append(grant)
            else:
                self._once(self.data, (key,), value, source)

    def _once(self, section: dict[str, Any], path: Path, value: Any, source: Source) -> None:
        name = str(path[-1])
        if name not in section:
            section[name] = value
            self._origins[path] = (source, path)
            return
        first = self.mistake(path, "", at_key=True)
        hint = f"first in {first.file}:{first.line}"
        self.mistakes.append(source.mistake(path, f"{name} is given in two files", hint, at_key=True))


def merge(root: Source) -> Merged:
    """The file with all that it includes, and all that those include. Paths are relative to each file."""
    merged = Merged(root)
    if not isinstance(root.data, dict):
        merged.data, merged.mistakes = root.data, root.mistakes
        return merged
    merged.data = {}
    seen = {File(root.file).resolve()}
    waiting = [root]
    while waiting:
        source = waiting.pop(0)
        merged.add(source)
        waiting += _included(source, seen, merged.mistakes)
    return merged


def _included(source: Source, seen: set[File], mistakes: list[Mistake]) -> Iterator[Source]:
    written = source.data.get(INCLUDE, []) if isinstance(source.data, dict) else []
    for number, name in enumerate(written if isinstance(written, list) else [written]):
        place: Path = (INCLUDE, number) if isinstance(written, list) else (INCLUDE,)
        if not isinstance(name, str) or not name:
            mistakes.append(source.mistake(place, f"{name!r} is not the path of a file"))
            continue
        try:
            files = _named(File(source.file).parent, name)
        except (NotImplementedError, ValueError, OSError, RuntimeError) as error:
            mistakes.append(source.mistake(place, f"{name!r} cannot be looked for: {error}", _RELATIVE))
            continue
        if not files:
            mistakes.append(source.mistake(place, f"no file is called {name}"))
        for file in files:
            if files[file] in seen:
                mistakes.append(source.mistake(place, f"{file} is included twice, or includes itself"))
                continue
            seen.add(files[file])
            try:
                yield read(file.read_text(encoding="utf-8"), str(file))
            except (OSError, UnicodeDecodeError) as error:
                mistakes.append(source.mistake(place, f"{file} cannot be read: {error}"))
            except PolicyError as error:
                mistakes += error.mistakes


def _named(base: File, name: str) -> dict[File, File]:
    """Files, each with the place where it really is. Raises what pathlib raises for impossible names."""
    found = sorted(base.glob(name)) if is_glob(name) else [base / name]
    return {file: file.resolve() for file in found}
