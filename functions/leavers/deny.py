"""The deny policies: what they say and how the revocations spread over them. Pure.

IAM Identity Center User Guide, "Revoke active IAM role sessions created by permission sets": a service
control policy denies everything to the user ids it lists. Somebody who has come back is denied only in
sessions from before (IAM User Guide, "AWS global condition context keys": aws:TokenIssueTime).
"""

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

PLACEHOLDER = "0000000000-00000000-0000-0000-0000-000000000000"
"""Nobody's id: a policy must name somebody, and is attached before there is anybody to name."""

USER_ID, ISSUED = "identitystore:userId", "aws:TokenIssueTime"

MANAGED = 6_144
"""Characters of an IAM managed policy (IAM User Guide, "IAM and AWS STS quotas")."""

SMALL, LARGE = 5_120, 10_240
"""Characters that a service control policy may have, before and since 2026 (AWS Organizations User Guide,
"Quotas for AWS Organizations"). Which one holds depends on the organization."""


@dataclass(frozen=True)
class Denied:
    """Somebody whose every call is to be denied, and since when that is known.

    With `before`, only what sessions issued before that instant call: the person has come back.
    """

    user_id: str
    since: datetime
    before: datetime | None = None

    @property
    def issued_before(self) -> str | None:
        """`before` as a policy says it: whole seconds, as sessions are stamped with."""
        return f"{self.before.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}" if self.before else None


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


def document(user_ids: Iterable[str], returned: Mapping[str, Sequence[str]] | None = None) -> str:
    """One policy: compact, as white space counts against the quota.

    `returned` are ids by the instant before which their sessions were issued that stay denied.
    """
    statements = [_statement({"StringEquals": {USER_ID: list(user_ids) or [PLACEHOLDER]}})]
    for instant, ids in (returned or {}).items():
        statements.append(_statement({"StringEquals": {USER_ID: ids}, "DateLessThan": {ISSUED: instant}}))
    return _compact({"Version": "2012-10-17", "Statement": statements})


def render(denied: Iterable[Denied], present: Sequence[str | None], shape: Shape) -> Rendering:
    """The policies for exactly these people, given what the policies hold at `present`.

    Whoever has a place keeps it, so that one more or one less changes one policy; newcomers go, oldest
    first, where something changes anyway, then where there is room. Nobody with a place loses it to a
    newcomer, and nobody who is out loses it to somebody who has come back. What somebody else wrote into a
    policy is written over, and what stands in a policy beyond the shape's count moves into those that count.
    """
    waiting = _earliest(denied)
    held = [held_in(content) for content in present] + [{}] * (shape.count - len(present))
    shards = [_stay(people, waiting, shape.size) for people in held[: shape.count]]
    changed = [shard.held() != people for shard, people in zip(shards, held, strict=False)]
    left_over = []
    for newcomer in sorted(waiting.values(), key=_order):
        room = [i for i in range(shape.count) if shards[i].fits(newcomer)]
        if not room:
            left_over.append(newcomer.user_id)
            continue
        place = min(room, key=lambda i: (not changed[i], i))
        shards[place].add(newcomer)
        changed[place] = True
    beyond = [document([])] * (len(held) - shape.count)
    return Rendering((*(shard.written() for shard in shards), *beyond), tuple(left_over))


def ids_in(content: str | None) -> list[str]:
    """The ids that a policy denies everything; none if it is absent or not of our making."""
    return [user_id for user_id, before in held_in(content).items() if before is None]


def held_in(content: str | None) -> dict[str, str | None]:
    """Who stands in a policy, and, of those who have come back, before when."""
    held: dict[str, str | None] = {}
    for instant, user_id in _named_in(content):
        if user_id != PLACEHOLDER and (user_id not in held or instant is None):
            held[user_id] = instant
    return held


def _named_in(content: str | None) -> Iterator[tuple[str | None, str]]:
    try:
        for statement in json.loads(content or "")["Statement"]:
            condition = statement["Condition"]
            if "ArnLike" in condition:
                continue  # A partial loss: see functions.leavers.partial_render.
            instant = condition.get("DateLessThan", {}).get(ISSUED)
            ids = condition["StringEquals"][USER_ID]
            if isinstance(ids, list):
                yield from ((instant, each) for each in ids if isinstance(each, str))
    except (ValueError, LookupError, TypeError, AttributeError):
        return


class _Shard:
    """One policy under construction, which knows its length without being written for every newcomer."""

    def __init__(self, size: int) -> None:
        self._size = size
        self._out: list[Denied] = []
        self._back: dict[str, list[Denied]] = {}

    def fits(self, each: Denied) -> bool:
        others = sum(
            len(_RETURNED) + len(instant) + _listed(people)
            for instant, people in self._back.items()
            if instant != each.issued_before
        )
        if each.issued_before is None:
            return len(_FRAME) + _listed([*self._out, each]) + others <= self._size
        mine = [*self._back.get(each.issued_before, []), each]
        mine_length = len(_RETURNED) + len(each.issued_before) + _listed(mine)
        out = _listed(self._out) or len(json.dumps(PLACEHOLDER))
        return len(_FRAME) + out + others + mine_length <= self._size

    def add(self, each: Denied) -> None:
        instant = each.issued_before
        (self._out if instant is None else self._back.setdefault(instant, [])).append(each)

    def held(self) -> dict[str, str | None]:
        people = [*self._out, *(each for group in self._back.values() for each in group)]
        return {each.user_id: each.issued_before for each in people}

    def written(self) -> str:
        back = {instant: _ids(self._back[instant]) for instant in sorted(self._back)}
        return document(_ids(self._out), back)


def _earliest(denied: Iterable[Denied]) -> dict[str, Denied]:
    people: dict[str, Denied] = {}
    for each in sorted(denied, key=_order):
        people.setdefault(each.user_id, each)
    return people


def _stay(held: Mapping[str, str | None], waiting: dict[str, Denied], size: int) -> _Shard:
    """Takes out of `waiting` who keeps the place: all or, where the limit has been lowered, the oldest."""
    shard = _Shard(size)
    for each in sorted((waiting[user_id] for user_id in held if user_id in waiting), key=_order):
        if shard.fits(each):
            shard.add(waiting.pop(each.user_id))
    return shard


def _ids(people: Iterable[Denied]) -> list[str]:
    return [each.user_id for each in sorted(people, key=_order)]


def _listed(people: Sequence[Denied]) -> int:
    """The characters of these ids and the commas between them."""
    return sum(len(json.dumps(each.user_id)) for each in people) + max(0, len(people) - 1)


def _statement(condition: Mapping[str, Any]) -> dict[str, Any]:
    return {"Effect": "Deny", "Action": ["*"], "Resource": "*", "Condition": condition}


def _compact(policy: Mapping[str, Any]) -> str:
    return json.dumps(policy, separators=(",", ":"))


_FRAME = document([""]).replace('""', "")
"""Everything of a policy but the ids and the commas between them."""

_RETURNED = document([""], {"": []})[len(document([""])) :]
"""The same of one statement more, for people who have come back at one instant."""


def _order(each: Denied) -> tuple[bool, datetime, str]:
    return each.before is not None, each.since, each.user_id
