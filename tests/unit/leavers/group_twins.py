"""In-memory twins of what changes of groups need, beside those of the other leavers."""

from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from botocore.exceptions import ClientError

from functions.aws.ledger import LedgerConflictError, Stored
from functions.aws.people import Person
from functions.leavers.partial import Pair

Call = Callable[[str], None]


@dataclass
class Shown:
    """What Identity Center shows of groups: what each gives by name, and who is in it (user, group)."""

    given: dict[str, frozenset[Pair]] = field(default_factory=dict)
    members: set[tuple[str, str]] = field(default_factory=set)
    own: dict[str, frozenset[Pair]] = field(default_factory=dict)
    losses: dict[str, Stored] = field(default_factory=dict)


@dataclass
class GroupAccessTwin:
    """A group's id is its name with `id-` before it."""

    shown: Shown
    call: Call
    broken: set[str]

    def of_group(self, name: str) -> tuple[str | None, frozenset[Pair]]:
        self._call("of_group")
        return (f"id-{name}" if name in self.shown.given else None), self.shown.given.get(name, frozenset())

    def of_person(self, user_id: str) -> dict[str, frozenset[Pair]]:
        self._call("of_person")
        groups = {group for user, group in self.shown.members if user == user_id}
        found = {f"id-{group}": self.shown.given.get(group, frozenset()) for group in groups}
        return found | {user_id: self.shown.own.get(user_id, frozenset())}

    def _call(self, what: str) -> None:
        self.call(what)
        if "access" in self.broken:
            raise ClientError({"Error": {"Code": "ThrottlingException"}}, what)


@dataclass
class MembersTwin:
    """A group's id is its name with `id-` before it."""

    shown: Shown
    people: Collection[Person]
    call: Call

    def of(self, group_id: str) -> Iterator[Person]:
        self.call("members")
        ids = {user for user, group in self.shown.members if f"id-{group}" == group_id}
        yield from (person for person in self.people if person.user_id in ids)


@dataclass
class LossesTwin:
    shown: Shown
    call: Call

    def of(self, person: str) -> Mapping[str, Stored]:
        self.call("losses")
        return {key: each for key, each in self.shown.losses.items() if key.startswith(f"{person}#")}

    def all(self) -> Mapping[str, Stored]:
        self.call("losses")
        return dict(self.shown.losses)

    def write(self, key: str, document: Mapping[str, Any], *, after: int) -> None:
        self.call("write loss")
        self._check(key, after)
        self.shown.losses[key] = Stored(after + 1, document)

    def delete(self, key: str, *, after: int) -> None:
        self.call("delete loss")
        self._check(key, after)
        self.shown.losses.pop(key, None)

    def _check(self, key: str, after: int) -> None:
        known = self.shown.losses.get(key)
        if (known.version if known else 0) != after:
            raise LedgerConflictError("moved on")
