"""The deny policies: what they say and how the revocations spread over them. Pure.

IAM Identity Center User Guide, "Revoke active IAM role sessions created by permission sets": a service
control policy denies everything to the user ids it lists.
"""

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

PLACEHOLDER = "0000000000-00000000-0000-0000-0000-000000000000"
"""Nobody's id: a policy must name somebody, and is attached before there is anybody to name."""

SMALL, LARGE = 5_120, 10_240
"""Characters that a service control policy may have, before and since 2026 (AWS Organizations User Guide,
"Quotas for AWS Organizations"). Which one holds depends on the organization."""


@dataclass(frozen=True)
class Denied:
    """Somebody whose every call is to be denied, and since when that is known."""

    user_id: str
    since: datetime


@dataclass(frozen=True)
class Shape:
    """How much there is room for: `count` policies of at most `size` characters each."""

    size: int = SMALL
    count: int = 4


@dataclass(frozen=True)
class Rendering:
    """The policies' contents, in their order; `left_over` are the ids for which there is no room."""

    documents: tuple[str, ...]
    left_over: tuple[str, ...]


def document(user_ids: Iterable[str]) -> str:
    """One policy: compact, as white space counts against the quota."""
    condition = {"StringEquals": {"identitystore:userId": list(user_ids) or [PLACEHOLDER]}}
    statement = {"Effect": "Deny", "Action": ["*"], "Resource": "*", "Condition": condition}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]}, separators=(",", ":"))


def render(denied: Iterable[Denied], present: Sequence[str | None], shape: Shape) -> Rendering:
    """The policies for exactly these people, given what the policies hold at `present`.

    Whoever has a place keeps it, so that one more or one less changes one policy; newcomers go, oldest
    first, where something changes anyway, then where there is room. Nobody with a place loses it to a
    newcomer. What somebody else wrote into a policy is written over, and what stands in a policy beyond
    the shape's count moves into those that count.
    """
    waiting = _earliest(denied)
    held = [ids_in(content) for content in present] + [[]] * (shape.count - len(present))
    shards = [_stay(ids, waiting, shape.size) for ids in held[: shape.count]]
    changed = [len(stay) != len(ids) for stay, ids in zip(shards, held, strict=False)]
    left_over = []
    for newcomer in sorted(waiting.values(), key=_order):
        room = [i for i in range(shape.count) if _fits([*shards[i], newcomer], shape.size)]
        if not room:
            left_over.append(newcomer.user_id)
            continue
        place = min(room, key=lambda i: (not changed[i], i))
        shards[place].append(newcomer)
        changed[place] = True
    beyond = [document([])] * (len(held) - shape.count)
    return Rendering((*map(_written, shards), *beyond), tuple(left_over))


def ids_in(content: str | None) -> list[str]:
    """The ids that a policy denies; none if it is absent or not of our making."""
    try:
        policy: Any = json.loads(content or "")
        ids = policy["Statement"][0]["Condition"]["StringEquals"]["identitystore:userId"]
    except (ValueError, LookupError, TypeError):
        return []
    named = [each for each in ids if isinstance(each, str)] if isinstance(ids, list) else []
    return [each for each in dict.fromkeys(named) if each != PLACEHOLDER]


def _earliest(denied: Iterable[Denied]) -> dict[str, Denied]:
    people: dict[str, Denied] = {}
    for each in sorted(denied, key=_order):
        people.setdefault(each.user_id, each)
    return people


def _stay(held: list[str], waiting: dict[str, Denied], size: int) -> list[Denied]:
    """Takes out of `waiting` who keeps the place: all or, where the limit has been lowered, the oldest."""
    stay: list[Denied] = []
    for each in sorted((waiting[user_id] for user_id in held if user_id in waiting), key=_order):
        if _fits([*stay, each], size):
            stay.append(waiting.pop(each.user_id))
    return stay


def _fits(people: list[Denied], size: int) -> bool:
    """The length of what `_written` would write, without writing it for every newcomer."""
    ids = sum(len(json.dumps(each.user_id)) for each in people)
    return len(_FRAME) + ids + len(people) - 1 <= size


_FRAME = document([""]).replace('""', "")
"""Everything of a policy but the ids and the commas between them."""


def _written(people: list[Denied]) -> str:
    return document(each.user_id for each in sorted(people, key=_order))


def _order(each: Denied) -> tuple[datetime, str]:
    return each.since, each.user_id
