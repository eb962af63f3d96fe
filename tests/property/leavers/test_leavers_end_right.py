"""Whatever the order, the duplicates and the failures: who is out in truth is denied, and nobody else."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from botocore.exceptions import ClientError
from hypothesis import given, settings
from hypothesis import strategies as st

from functions.aws.people import Person
from functions.leavers.carrying_out import StepsFailedError
from functions.leavers.deny import Denied, Shape, document, held_in, ids_in, render
from functions.leavers.story import OutOfTimeError
from functions.okta import event_types as okta
from tests.unit.leavers.twins import APP_ID, START, Killed, World, envelope

PEOPLE = {f"00u{n:017d}": f"user-{n}" for n in range(3)}

ASSIGNMENTS = {(user, "111111111111", "arn:set") for user in PEOPLE.values()}
MEMBERSHIPS = {(user, f"g-{n}") for user in PEOPLE.values() for n in range(2)}

ENDED_BY = {
    okta.DEACTIVATE: {okta.ACTIVATE, okta.REACTIVATE},
    okta.DELETE_INITIATED: {okta.ACTIVATE, okta.REACTIVATE},
    okta.SUSPEND: {okta.UNSUSPEND, okta.ACTIVATE, okta.REACTIVATE},
    okta.LOCK: {okta.UNLOCK, okta.UNLOCK_BY_ADMIN, okta.ACTIVATE, okta.REACTIVATE},
    okta.APP_MEMBERSHIP_REMOVE: {okta.APP_MEMBERSHIP_ADD},
}


@dataclass(frozen=True)
class Happening:
    """One thing that happened in Okta, `second` after the start."""

    second: int
    person: str
    kind: str

    def log_event(self) -> dict[str, Any]:
        return {
            "uuid": f"{self.second}-{self.person}-{self.kind}",
            "published": (START + timedelta(seconds=self.second)).isoformat(),
            "eventType": self.kind,
            "outcome": {"result": "SUCCESS"},
            "actor": {"id": "00uTheAdministrator0", "type": "User"},
            "target": [{"id": self.person, "type": "User"}, {"id": APP_ID, "type": "AppInstance"}],
        }


happenings = st.lists(
    st.builds(
        Happening,
        second=st.integers(0, 50),
        person=st.sampled_from(sorted(PEOPLE)),
        kind=st.sampled_from(sorted(okta.LEAVER_EVENTS | okta.RETURN_EVENTS)),
    ),
    max_size=12,
    unique_by=lambda each: each.second,
)


def out_in_truth(history: list[Happening]) -> set[str]:
    """Who is out, told by going through the history as it really was."""
    holding: dict[str, set[str]] = {person: set() for person in PEOPLE}
    for each in sorted(history, key=lambda each: each.second):
        reasons = holding[each.person]
        if each.kind in ENDED_BY:
            reasons.add(each.kind)
        reasons -= {reason for reason in set(reasons) if each.kind in ENDED_BY[reason]}
    return {PEOPLE[person] for person, reasons in holding.items() if reasons}


def world() -> World:
    return World(
        people=[Person(user_id, None, okta_id) for okta_id, user_id in PEOPLE.items()],
        assignments=set(ASSIGNMENTS),
        memberships=set(MEMBERSHIPS),
    )


def reached(world: World) -> set[str]:
    """Who has all of their own; nobody may have some of it."""
    everything = {
        user: {each for each in (*ASSIGNMENTS, *MEMBERSHIPS) if each[0] == user} for user in PEOPLE.values()
    }
    now = {
        user: {each for each in (*world.assignments, *world.memberships) if each[0] == user}
        for user in everything
    }
    assert all(now[user] in (set(), everything[user]) for user in now)
    return {user for user in now if now[user]}


def delivered(world: World, each: Happening) -> None:
    """As the queue does: again, in a new container, until it is taken."""
    for _ in range(30):
        try:
            world.reception().receive(envelope(each.log_event()))
        except (Killed, StepsFailedError):
            world.dead, world.fuse, world.broken = False, None, set()
        else:
            return
    raise AssertionError("never taken")


@settings(deadline=None, max_examples=150)
@given(data=st.data(), history=happenings)
def test_any_order_and_any_duplicates(data: st.DataObject, history: list[Happening]) -> None:
    here = world()
    again = data.draw(st.lists(st.sampled_from(history))) if history else []
    for each in data.draw(st.permutations(history + again)):
        delivered(here, each)
    assert here.denied() == out_in_truth(history)
    full = {entry["user_id"] for entry in here.opened.values() if entry["before"] is None}
    assert full == out_in_truth(history)
    assert not set(here.narrowed()) & full
    assert reached(here) == set(PEOPLE.values()) - full


@settings(deadline=None, max_examples=150)
@given(data=st.data(), history=happenings)
def test_killed_or_failing_anywhere(data: st.DataObject, history: list[Happening]) -> None:
    here = world()
    for each in data.draw(st.permutations(history)):
        here.fuse = data.draw(st.none() | st.integers(0, 30))
        here.broken = data.draw(st.sets(st.sampled_from(["okta", "policies", "directory", "access"])))
        delivered(here, each)
    here.dead, here.fuse, here.broken = False, None, set()
    assert here.denied() == out_in_truth(history)
    assert reached(here) == set(PEOPLE.values()) - out_in_truth(history)
    gone = {okta_id for okta_id, user_id in PEOPLE.items() if user_id in out_in_truth(history)}
    assert gone <= set(here.cleared)
    told = {key for key, stored in here.ledger.items() if stored.document["status"] == "open"}
    assert told == {f"okta:{okta_id}" for okta_id in gone}
    assert all("tell" in here.ledger[key].document["steps"] for key in told)


def delivered_together(world: World, messages: list[Happening]) -> None:
    """As the queue does with a batch: what is not taken comes again, in a new container."""
    left = [envelope(each.log_event()) for each in messages]
    for _ in range(30):
        batch, again = world.reception(), []
        try:
            batch.admit(left)
            for each in left:
                try:
                    batch.receive(each)
                except (StepsFailedError, OutOfTimeError, ClientError):
                    again.append(each)
        except Killed:
            again = left
        world.dead, world.fuse, world.broken = False, None, set()
        if not again:
            return
        left = again
    raise AssertionError("never taken")


@settings(deadline=None, max_examples=150)
@given(data=st.data(), history=happenings)
def test_in_batches_killed_or_failing_anywhere(data: st.DataObject, history: list[Happening]) -> None:
    """Duplicates, old and new, and several events of one person may be in one batch."""
    here = world()
    again = data.draw(st.lists(st.sampled_from(history))) if history else []
    messages = data.draw(st.permutations(history + again))
    while messages:
        size = data.draw(st.integers(1, 10))
        here.fuse = data.draw(st.none() | st.integers(0, 60))
        here.broken = data.draw(st.sets(st.sampled_from(["okta", "policies", "directory", "access"])))
        delivered_together(here, messages[:size])
        messages = messages[size:]
    assert here.denied() == out_in_truth(history)
    assert reached(here) == set(PEOPLE.values()) - out_in_truth(history)
    gone = {okta_id for okta_id, user_id in PEOPLE.items() if user_id in out_in_truth(history)}
    assert gone <= set(here.cleared)
    assert all("tell" in here.state(f"okta:{okta_id}")["steps"] for okta_id in gone)


ids = st.integers(0, 40).map(lambda n: f"906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{n:012d}")
instants = st.integers(0, 99).map(lambda s: START + timedelta(seconds=s))
people = st.lists(st.builds(Denied, ids, instants, st.none() | st.none() | instants))
shapes = st.builds(Shape, size=st.integers(200, 900), count=st.integers(1, 4))
present = st.lists(
    st.none() | st.text() | st.lists(ids).map(document) | st.lists(ids | st.text()).map(document), max_size=6
)


@settings(deadline=None, max_examples=300)
@given(people=people, held=present, shape=shapes)
def test_policies_hold_everybody_once_within_their_limits(
    people: list[Denied], held: list[str | None], shape: Shape
) -> None:
    rendering = render(people, held, shape)
    written = [user_id for each in rendering.documents for user_id in held_in(each)]
    out = {each.user_id for each in people if each.before is None}
    assert len(written) == len(set(written))
    assert set(written) | set(rendering.left_over) == {each.user_id for each in people}
    assert {user_id for each in rendering.documents for user_id in ids_in(each)} == out & set(written)
    assert not set(written) & set(rendering.left_over)
    assert len(rendering.documents) == max(shape.count, len(held))
    assert all(len(each) <= shape.size for each in rendering.documents)
    assert set(rendering.documents[shape.count :]) <= {document([])}
    assert render(people, rendering.documents, shape) == rendering, "a second time changes nothing"


@settings(deadline=None, max_examples=200)
@given(before=people, newcomer=ids, shape=shapes)
def test_one_more_changes_one_policy_and_one_less_changes_one(
    before: list[Denied], newcomer: str, shape: Shape
) -> None:
    others = [each for each in before if each.user_id != newcomer]
    without = render(others, [], shape)
    everybody = [*others, Denied(newcomer, START + timedelta(days=1))]
    with_them = render(everybody, without.documents, shape)
    assert _changed(without.documents, with_them.documents) <= 1
    if not without.left_over:
        back = render(others, with_them.documents, shape)
        assert _changed(with_them.documents, back.documents) <= 1


def _changed(before: tuple[str, ...], after: tuple[str, ...]) -> int:
    return sum(a != b for a, b in zip(before, after, strict=True))
