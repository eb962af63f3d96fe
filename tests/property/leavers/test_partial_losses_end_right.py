"""People change groups, Identity Center hears of it later, events come in any order, some of them twice."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws.people import Person
from functions.leavers.deny import Denied, Shape, held_in, render
from functions.leavers.partial import Loss, Pair
from functions.leavers.partial_render import fill, partials_in
from functions.leavers.partial_scopes import Scope, places, role
from tests.unit.leavers.group_twins import Shown
from tests.unit.leavers.twins import START, World, envelope

PEOPLE = {f"00u{n:017d}": f"user-{n}" for n in range(2)}
LAG, CAUGHT_UP = 40.0, 1000
ONE, TWO, THREE = "111111111111", "222222222222", "333333333333"
GROUPS: dict[str, frozenset[Pair]] = {
    "dev": frozenset({(ONE, "Developer"), (TWO, "Developer"), (ONE, "ReadOnly")}),
    "ops": frozenset({(TWO, "Developer"), (TWO, "Operations")}),
    "audit": frozenset({(ONE, "ReadOnly"), (TWO, "ReadOnly"), (THREE, "ReadOnly")}),
    "parking": frozenset(),
}
PAIRS = frozenset().union(*GROUPS.values())


@dataclass(frozen=True)
class Change:
    """One thing that happened in Okta, `second` after the start."""

    second: int
    person: str
    group: str
    joined: bool

    def log_event(self) -> dict[str, object]:
        verb = "add" if self.joined else "remove"
        return {
            "uuid": f"{self.second}-{self.person}-{self.group}-{verb}",
            "published": at(self.second).isoformat(),
            "eventType": f"group.user_membership.{verb}",
            "outcome": {"result": "SUCCESS"},
            "target": [
                {"id": self.person, "type": "User", "alternateId": "x"},
                {"id": f"00g{self.group}", "type": "UserGroup", "displayName": self.group},
            ],
        }


def at(second: float) -> datetime:
    return START + timedelta(seconds=second)


class Truth:
    """What really happened: who was in which group when, in Okta and, later, in Identity Center."""

    def __init__(self, start: set[tuple[str, str]], wishes: list[Change]) -> None:
        self.changes: list[Change] = []
        now = set(start)
        for each in sorted(wishes, key=lambda each: each.second):
            if ((each.person, each.group) in now) is not each.joined:
                now ^= {(each.person, each.group)}
                self.changes.append(each)
        self._start = start

    def members(self, second: float) -> set[tuple[str, str]]:
        now = set(self._start)
        for each in self.changes:
            if each.second <= second:
                now ^= {(each.person, each.group)}
        return now

    def pairs(self, person: str, second: float, *, lag: float = 0) -> frozenset[Pair]:
        groups = {group for who, group in self.members(second - lag) if who == person}
        return frozenset().union(*(GROUPS[group] for group in groups))


memberships = st.sets(st.tuples(st.sampled_from(sorted(PEOPLE)), st.sampled_from(sorted(GROUPS))))
wishes = st.lists(
    st.builds(
        Change,
        st.integers(1, 120),
        st.sampled_from(sorted(PEOPLE)),
        st.sampled_from(sorted(GROUPS)),
        st.booleans(),
    ),
    max_size=8,
    unique_by=lambda each: each.second,
)


def denies(world: World, user: str, pair: Pair, issued: datetime) -> bool:
    """As IAM reads the policies, for a role of this pair."""
    arn = role(*pair)
    for content in world.policies.values():
        for (scope, who), before in partials_in(content).items():
            matches = _matches(scope.like, arn) and not _matches(scope.unlike, arn)
            if who == user and matches and issued.replace(microsecond=0) < datetime.fromisoformat(before):
                return True
    return False


def _matches(patterns: tuple[str, ...], arn: str) -> bool:
    account, rest = arn.split(":")[4], arn.split(":")[5]
    return any(p.split(":")[4] in ("*", account) and p.split(":")[5] == rest for p in patterns)


def lived(
    start: set[tuple[str, str]], history: list[Change], order: list[tuple[int, Change]]
) -> tuple[World, Truth]:
    """Every event is delivered some time after it happened, by a world that lags behind as it does."""
    truth = Truth(start, history)
    world = World(
        people=[Person(user, None, okta_id) for okta_id, user in PEOPLE.items()],
        shown=Shown(given=dict(GROUPS)),
    )
    happened = {each.log_event()["uuid"] for each in truth.changes}
    for delay, each in sorted(order, key=lambda item: (item[1].second + item[0], item[1].second)):
        if each.log_event()["uuid"] in happened:
            arrives = each.second + delay
            world.seconds = max(world.seconds, at(arrives).timestamp())
            _shows(world, truth)
            world.reception().receive(envelope(each.log_event()))
            world.finished_at = 0
    world.seconds = max(world.seconds, at(CAUGHT_UP).timestamp())
    _shows(world, truth)
    world.groups().upkeep()
    return world, truth


def _shows(world: World, truth: Truth) -> None:
    now = world.seconds - START.timestamp()
    world.shown.members = {(PEOPLE[person], group) for person, group in truth.members(now - LAG)}


@settings(deadline=None, max_examples=150)
@given(data=st.data(), start=memberships, history=wishes)
def test_what_was_lost_is_denied_and_what_is_held_can_be_used(
    data: st.DataObject, start: set[tuple[str, str]], history: list[Change]
) -> None:
    """Sessions of what they no longer have are denied, however late they began; those that they can begin now
    are not, and nor is any of what they never lost."""
    again = data.draw(st.lists(st.sampled_from(history), max_size=4)) if history else []
    order = [(data.draw(st.integers(0, 200)), each) for each in (*history, *again)]

    world, truth = lived(start, history, order)

    for person, user in PEOPLE.items():
        held = truth.pairs(person, CAUGHT_UP)
        for pair in PAIRS:
            could_begin = [s for s in range(0, 300, 5) if pair in truth.pairs(person, s, lag=LAG)]
            if pair not in held:
                assert all(denies(world, user, pair, at(second)) for second in could_begin)
            else:
                assert not denies(world, user, pair, at(CAUGHT_UP + 1))
            if all(pair in truth.pairs(person, second) for second in range(200)):
                assert not any(denies(world, user, pair, at(second)) for second in could_begin)
    assert not world.denied()

    world.seconds += 13 * 3600
    world.upkeep().run()
    world.groups().upkeep()
    assert not any(partials_in(each) for each in world.policies.values()), "it ends by itself"
    assert not world.shown.losses


ids = st.integers(0, 60).map(lambda n: f"906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{n:012d}")
pairs = st.sets(st.tuples(st.sampled_from([ONE, TWO, THREE]), st.sampled_from(["A", "B"])), min_size=1)
seconds = st.integers(0, 50)


@st.composite
def losses(draw: st.DrawFn) -> list[Loss]:
    found = []
    for number, user in enumerate(draw(st.lists(ids, max_size=40))):
        removed, lost = at(draw(seconds)), draw(pairs)
        kept = draw(pairs) - lost
        looked = removed + timedelta(seconds=draw(seconds)) if draw(st.booleans()) else None
        key = f"00u{number}#00g"
        until = removed + timedelta(hours=12)
        sets = {permission_set for _, permission_set in lost}
        spared = tuple(sorted(each for each in kept if each[1] in sets))
        found.append(
            Loss(
                key,
                False,
                removed,
                "t",
                until,
                user_id=user,
                lost=tuple(sorted(lost)),
                kept=spared,
                looked=looked,
            )
        )
    return found


people = st.lists(st.builds(Denied, ids.map(lambda each: f"x{each[1:]}"), seconds.map(at)), max_size=40)
shapes = st.builds(Shape, size=st.integers(600, 2500), count=st.integers(1, 4))


@settings(deadline=None, max_examples=150)
@given(before=people, after=people, gone=losses(), come=losses(), shape=shapes)
def test_no_policy_is_too_long_and_no_leaver_is_displaced(
    before: list[Denied], after: list[Denied], gone: list[Loss], come: list[Loss], shape: Shape
) -> None:
    """Whatever stands there, leavers are where they would be if nobody had ever lost a group."""
    first = fill(render(before, [], shape).documents, [], places(gone, bool), shape)
    rendering = render(after, first.documents, shape)
    wanted = places(come, bool)

    second = fill(rendering.documents, first.documents, wanted, shape)

    assert [held_in(each) for each in second.documents] == [held_in(each) for each in rendering.documents]
    assert all(len(each) <= shape.size for each in second.documents)
    standing: dict[tuple[Scope, str], str] = {}
    for each in second.documents:
        assert not standing.keys() & partials_in(each).keys(), "nobody stands in two places"
        standing |= partials_in(each)
    waiting = {(each.rule.scope, each.user_id) for each in second.waiting}
    assert standing.keys() | waiting == {(each.rule.scope, each.user_id) for each in wanted}
    assert all(
        standing.get((each.rule.scope, each.user_id), each.rule.before) == each.rule.before for each in wanted
    )
    assert fill(rendering.documents, second.documents, wanted, shape) == second, (
        "a second time changes nothing"
    )
