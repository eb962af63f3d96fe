"""The deny policies of one place, read, rendered and written: what was found, what is left."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol

from functions.aws.deny_health import Health, Lack
from functions.aws.deny_policies import DenyPolicyError
from functions.leavers.deny import Denied, Shape, document, held_in, render
from functions.leavers.partial import Loss
from functions.leavers.partial_render import Filled, fill
from functions.leavers.partial_scopes import places


class Policies(Protocol):
    def until(self, deadline: float) -> None: ...
    def contents(self, count: int) -> Sequence[str | None]: ...
    def bring(self, number: int, content: str, held: str | None) -> bool: ...


def everywhere(account: str) -> bool:
    """All accounts are bound."""
    return bool(account)


@dataclass(frozen=True)
class Place:
    """Where deny policies stand: their gateway, how much room there is, what on-call calls it, and whether an
    account's roles are bound by them.

    Where fewer policies exist than the shape counts, and none can be made, those that exist are filled.
    """

    title: str
    policies: Policies
    shape: Shape
    binds: Callable[[str], bool] = everywhere
    health: Callable[[], Health] | None = None
    """What the last look at the policies found of them, where they can be missing."""


@dataclass(frozen=True)
class Report:
    """What a writing found and left: leavers, and the share of the room that they take.

    `repaired` names what somebody else had changed, `waiting` who has lost a group and finds no room.
    """

    title: str
    people: int
    used: float
    left_over: tuple[str, ...] = ()
    repaired: tuple[str, ...] = ()
    waiting: tuple[str, ...] = ()
    lacks: tuple[Lack, ...] | None = None
    """Policies that do not deny where they should; None: of these policies that is not asked."""
    failed: str = ""
    """Why the policies could not be written; nothing else is then known of them."""


class UnwrittenError(DenyPolicyError):
    """Not all policies of a place were written. `marks`: what the next writing is to know of them."""

    def __init__(self, why: str, marks: Sequence[str]) -> None:
        super().__init__(why)
        self.marks = tuple(marks)


def rendered(
    place: Place, people: Sequence[Denied], written: Sequence[str] | None, losses: Sequence[Loss] = ()
) -> tuple[Report, Sequence[str]]:
    """Bring this place's policies up to `people`, and to `losses` as far as people leave room.

    `written` are the marks of the last writing, if known. Raises DenyPolicyError, an UnwrittenError where
    something may have been written.
    """
    held = place.policies.contents(place.shape.count)
    health = place.health() if place.health else None
    lacks = health.lacks if health else None
    shape = replace(place.shape, count=min(place.shape.count, len(held)))
    if not held:
        return Report(place.title, 0, 0.0, lacks=lacks), ()
    rendering = render(people, held, shape)
    filled = _filled(place, people, losses, rendering.documents, held, shape)
    repaired = _changed(place, held, written)
    deleted = [f"policy {number} of {place.title} was deleted" for number in health.made] if health else []
    repaired += [each for each in deleted if each not in repaired]
    try:
        for number, content in in_safe_order(held, filled.documents):
            present = held[number - 1]
            unneeded = present is None and number > 1 and content == document([])
            if not unneeded and place.policies.bring(number, content, present):
                repaired.append(f"policy {number} of {place.title} was detached")
    except DenyPolicyError as error:
        wanted = {mark(place, number, text) for number, text in enumerate(filled.documents, 1)}
        # Of a policy that was to be changed nobody knows now what it says.
        known = [each for each in written or () if each in wanted]
        raise UnwrittenError(str(error), [*known, *untold(place.title, repaired)]) from error
    used = sum(len(each) for each in rendering.documents[: shape.count] if held_in(each))
    share = used / (shape.size * shape.count)
    count = sum(len(held_in(each)) for each in rendering.documents)
    waiting = tuple(sorted({each.who for each in filled.waiting}))
    return (
        Report(place.title, count, share, rendering.left_over, tuple(repaired), waiting, lacks),
        filled.documents,
    )


def _filled(
    place: Place,
    people: Sequence[Denied],
    losses: Sequence[Loss],
    documents: Sequence[str],
    held: Sequence[str | None],
    shape: Shape,
) -> Filled:
    """With the losses of those who are not denied anyway, as leavers or in all that they did before."""
    out = {each.user_id: each.before for each in people}
    partial = [
        loss
        for loss in losses
        if loss.user_id not in out or ((before := out[loss.user_id]) is not None and before < loss.latest)
    ]
    return fill(documents, held, places(partial, place.binds), shape)


def _changed(place: Place, held: Sequence[str | None], written: Sequence[str] | None) -> list[str]:
    """Policies that do not say what the last writing left, where that is known; and what it has not told."""
    before = {each.rpartition("=")[0]: each for each in written or ()}
    found = [each.partition("!")[2] for each in written or () if _of(place.title, "!", each)]
    for number, content in enumerate(held, 1):
        now = mark(place, number, content)
        if before.get(now.rpartition("=")[0], now) != now:
            found.append(f"policy {number} of {place.title} was {'deleted' if content is None else 'edited'}")
    return list(dict.fromkeys(found))


def untold(title: str, repaired: Sequence[str]) -> list[str]:
    """Marks for the next writing: what on-call has not heard yet."""
    return [f"{title}!{each}" for each in repaired]


def marks_of(title: str, written: Sequence[str] | None) -> list[str]:
    """Those of one place."""
    return [each for each in written or () if _of(title, "#", each) or _of(title, "!", each)]


def _of(title: str, kind: str, each: str) -> bool:
    return each.startswith(f"{title}{kind}")


def mark(place: Place, number: int, content: str | None) -> str:
    """What tells one content from another, whatever its white space; of an absent one as of an empty one."""
    try:
        plain = json.dumps(json.loads(content or document([])), sort_keys=True)
    except ValueError:
        plain = str(content)
    return f"{place.title}#{number}={sha256(plain.encode()).hexdigest()[:16]}"


def denied(entries: Sequence[Mapping[str, Any]]) -> list[Denied]:
    """Whom the entries of the ledger deny, of those whose user id is known."""
    return [
        Denied(entry["user_id"], datetime.fromisoformat(entry["since"]), _before(entry))
        for entry in entries
        if entry["user_id"] and entry.get("denied", True)
    ]


def _before(entry: Mapping[str, Any]) -> datetime | None:
    before = entry.get("before")
    return datetime.fromisoformat(before) if before else None


def in_safe_order(held: Sequence[str | None], documents: Sequence[str]) -> list[tuple[int, str]]:
    """The policies by number, those first that lose nobody: who moves is never without a deny.

    Before those in which no leaver comes or goes, so that nobody's partial loss makes a leaver wait.
    """

    def rank(place: int) -> tuple[bool, bool]:
        before, after = held_in(held[place]), held_in(documents[place])
        return before == after, not before.keys() <= after.keys()

    return [(place + 1, documents[place]) for place in sorted(range(len(documents)), key=rank)]
