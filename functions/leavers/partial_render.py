"""Partial losses in the deny policies: in the room that leavers leave, and never in any of theirs. Pure."""

import json
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from functions.leavers.deny import ISSUED, USER_ID, Shape
from functions.leavers.partial_scopes import Place, Rule, Scope

FULL = 0.8
"""Share of a policy up to which a partial loss may newly come in: what is left is for the next leavers."""


@dataclass(frozen=True)
class Filled:
    """The policies' contents, in their order; `waiting` are those for whom there is no room now."""

    documents: tuple[str, ...]
    waiting: tuple[Place, ...]


def fill(
    documents: Sequence[str], present: Sequence[str | None], places: Collection[Place], shape: Shape
) -> Filled:
    """The leavers' policies `documents` as they are, with partial losses added where there is room.

    Whoever stands in a policy at `present` stays in it while the leavers leave the room. Others come in
    where their statement stands already, then where something changes anyway, then from the last policy on,
    as leavers fill them from the first.
    """
    count = min(shape.count, len(documents))
    rooms = [_Room(documents[i], shape.size) for i in range(count)]
    held = [*present, *[None] * count][:count]
    wanted = {(place.rule.scope, place.user_id): place for place in places}
    for room, content in zip(rooms, held, strict=True):
        for unit in partials_in(content):
            if unit in wanted and room.fits(wanted[unit], room.size):
                room.add(wanted.pop(unit))
    changed = [room.written() != content for room, content in zip(rooms, held, strict=True)]
    waiting = []
    for place in sorted(wanted.values(), key=lambda each: (each.rule, each.user_id)):
        free = [i for i, room in enumerate(rooms) if room.fits(place, int(room.size * FULL))]
        if not free:
            waiting.append(place)
            continue
        best = min(free, key=lambda i: (place.rule not in rooms[i].people, not changed[i], -i))
        rooms[best].add(place)
        changed[best] = True
    return Filled((*(room.written() for room in rooms), *documents[count:]), tuple(waiting))


def partials_in(content: str | None) -> dict[tuple[Scope, str], str]:
    """Who stands in a policy for which roles, and before which instant; none if it is not of our making."""
    found: dict[tuple[Scope, str], str] = {}
    try:
        for each in json.loads(content or "")["Statement"]:
            condition = each["Condition"]
            if "ArnLike" in condition:
                instant = condition["DateLessThan"][ISSUED]
                found |= {
                    (_scope(condition), user_id): instant for user_id in condition["StringEquals"][USER_ID]
                }
    except (ValueError, LookupError, TypeError, AttributeError):
        return found
    return found


class _Room:
    """One policy: what leavers take of it, and who of the partial losses stands in the rest."""

    def __init__(self, document: str, size: int) -> None:
        self.size = size
        self.people: dict[Rule, list[str]] = defaultdict(list)
        self._leavers = document
        self._used = len(document)

    def fits(self, place: Place, size: int) -> bool:
        return self._used + self._cost(place) <= size

    def add(self, place: Place) -> None:
        self._used += self._cost(place)
        self.people[place.rule].append(place.user_id)

    def written(self) -> str:
        if not self.people:
            return self._leavers
        policy = json.loads(self._leavers)
        policy["Statement"] += [statement(rule, sorted(self.people[rule])) for rule in sorted(self.people)]
        return _compact(policy)

    def _cost(self, place: Place) -> int:
        """One more id, with its comma; and the statement, with its own, where it is not there yet."""
        frame = 0 if place.rule in self.people else _frame(place.rule)
        return frame + 1 + len(json.dumps(place.user_id))


@lru_cache(maxsize=4096)
def _frame(rule: Rule) -> int:
    """Asked for each person and policy, and a leaver waits for the answer."""
    return len(_compact(statement(rule, [])))


def statement(rule: Rule, user_ids: Sequence[str]) -> dict[str, Any]:
    """The deny of these people's sessions of these roles, issued before that instant."""
    people = {"StringEquals": {USER_ID: list(user_ids)}, "DateLessThan": {ISSUED: rule.before}}
    return {
        "Effect": "Deny",
        "Action": ["*"],
        "Resource": "*",
        "Condition": people | rule.scope.conditions(),
    }


def _scope(condition: Mapping[str, Any]) -> Scope:
    unlike = condition.get("ArnNotLike", {}).get("aws:PrincipalArn", ())
    return Scope(tuple(condition["ArnLike"]["aws:PrincipalArn"]), tuple(unlike))


def _compact(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))
