"""A person's audit trail as somebody reads it: what happened, oldest first, and what does not fit. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from functions.audit.entry import Entry, Image, Item
from functions.aws.audit_trail import Kept
from functions.aws.ledger import OPEN, PERSON

TOGETHER = timedelta(seconds=2)
"""The stream tells whole seconds: what one transaction wrote is at most that far apart."""

BY_HAND = "not as the function writes it: somebody else did"
ALONE = "the person's record did not change with it: somebody else did"
TWICE = "somebody has written over it; this is what was written first"
HIDDEN = "somebody has put a delete marker over it"


@dataclass(frozen=True)
class Line:
    """One entry; `remarks` say what does not fit about it."""

    entry: Entry
    remarks: tuple[str, ...] = ()

    def to_json(self) -> dict[str, Any]:
        """As `--json` writes it."""
        return {**asdict(self.entry), "remarks": list(self.remarks)}


@dataclass(frozen=True)
class History:
    """A person's entries, oldest first; `remarks` concern the trail as a whole, or the ledger as it is."""

    lines: tuple[Line, ...]
    remarks: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        """As `--json` writes it."""
        return {"entries": [line.to_json() for line in self.lines], "remarks": list(self.remarks)}


def history(person: str, kept: Iterable[Kept], ledger: Mapping[str, Image]) -> History:
    """Put together what the trail holds, and compare it with the person's items in the ledger, by pk.

    Raises KeyError, TypeError or ValueError where an entry is none.
    """
    found = [(Entry.read(each.content), each) for each in kept]
    entries = [entry for entry, _ in found]
    lines = tuple(Line(entry, tuple(_about(entry, each, entries))) for entry, each in found)
    remarks = [
        *_gaps(entries),
        *_differs("record", _last(entries, Item.RECORD), ledger.get(f"{PERSON}{person}")),
        *_differs("open revocation", _last(entries, Item.REVOCATION), ledger.get(OPEN)),
    ]
    return History(lines, tuple(remarks))


def _about(entry: Entry, kept: Kept, all_of_them: Sequence[Entry]) -> Iterable[str]:
    if not entry.expected:
        yield BY_HAND
    if entry.item is Item.REVOCATION and not _with_the_record(entry, all_of_them):
        yield ALONE
    if kept.versions > 1:
        yield TWICE
    if kept.hidden:
        yield HIDDEN


def _with_the_record(entry: Entry, all_of_them: Sequence[Entry]) -> bool:
    """Whether one transaction wrote it together with the record: it bears the record's version, and what ends
    it is the next version, with which none was put."""
    version = _version(entry.after) if entry.after else _version(_before(entry), further=1)
    puts = [each for each in all_of_them if each.item is Item.REVOCATION and _bears(each, version)]
    records = [each for each in all_of_them if each.item is Item.RECORD and _bears(each, version)]
    first = puts[:1] == ([entry] if entry.after else [])
    return version is not None and first and any(_together(entry, each) for each in records)


def _before(entry: Entry) -> Image:
    return {path: pair["from"] for path, pair in entry.changes.items() if "from" in pair}


def _version(image: Image, *, further: int = 0) -> int | None:
    """What it bears; None if somebody made it who did not know better."""
    version = image.get("version")
    return version + further if isinstance(version, int) else None


def _bears(entry: Entry, version: int | None) -> bool:
    return entry.after is not None and _version(entry.after) == version


def _together(entry: Entry, other: Entry) -> bool:
    return abs(datetime.fromisoformat(entry.at) - datetime.fromisoformat(other.at)) <= TOGETHER


def _gaps(entries: Sequence[Entry]) -> Iterable[str]:
    """The record counts its changes, so one that is missing is seen."""
    versions = [_version(each.after) for each in entries if each.item is Item.RECORD and each.after]
    there = {version for version in versions if version is not None}
    missing = sorted(set(range(1, max(there, default=0))) - there)
    if missing:
        numbers = ", ".join(map(str, missing))
        yield f"The trail has no entry of version {numbers} of the record. See audit-trail.md."


def _last(entries: Sequence[Entry], item: Item) -> Image | None:
    """What the last entry about this item left of it."""
    return next((each.after for each in reversed(entries) if each.item is item), None)


def _differs(what: str, told: Image | None, now: Image | None) -> Iterable[str]:
    if told == now:
        return
    yield (
        f"The ledger's {what} is not what the trail tells last ({_said(now)} in the ledger, {_said(told)} in "
        "the trail). The trail follows within seconds, so ask again; if it stays, see audit-trail.md."
    )


def _said(image: Image | None) -> str:
    if image is None:
        return "none"
    return f"version {image['version']}" if "version" in image else "one"
