"""Partial losses in the policies: whose instant, which statement, which room."""

import json
from datetime import UTC, datetime, timedelta

import pytest

from functions.leavers.deny import Denied, Shape, held_in, render
from functions.leavers.partial import Loss, Pair
from functions.leavers.partial_render import Filled, fill, partials_in
from functions.leavers.partial_scopes import PATTERNS, places, role, scopes
from functions.leavers.writing import in_safe_order

START = datetime(2026, 11, 16, 18, 0, tzinfo=UTC)
DEVELOPER: Pair = ("111111111111", "Developer")


def user(number: int) -> str:
    return f"906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{number:012d}"


def loss(
    number: int, *, at: float, looked: float | None = None, pairs: tuple[Pair, ...] = (DEVELOPER,)
) -> Loss:
    """Of user `number`, removed and looked at so many seconds after the start."""
    removed = START + timedelta(seconds=at)
    seen = None if looked is None else START + timedelta(seconds=looked)
    until = removed + timedelta(hours=12)
    key = f"00u{number}#00g"
    return Loss(key, False, removed, "t", until, user_id=user(number), lost=pairs, looked=seen)


def instants(*losses: Loss) -> dict[str, str]:
    return {place.user_id: place.rule.before[11:19] for place in places(losses, bool)}


def everybody(account: str) -> bool:
    return bool(account)


def filled(
    leavers: int, losses: list[Loss], present: tuple[str, ...] = (), shape: Shape | None = None
) -> Filled:
    shape = shape or Shape(count=2)
    people = [Denied(user(1000 + n), START) for n in range(leavers)]
    rendering = render(people, present, shape)
    assert not rendering.left_over
    return fill(rendering.documents, present, places(losses, everybody), shape)


def test_a_session_of_the_same_second_as_the_removal_is_denied() -> None:
    """Sessions are stamped with whole seconds: that of 18:00:11.4 says 18:00:11."""
    assert instants(loss(1, at=11.675)) == {user(1): "18:00:12"}
    assert instants(loss(1, at=11)) == {user(1): "18:00:11"}


def test_what_was_begun_until_identity_center_heard_of_it_is_denied_too() -> None:
    assert instants(loss(1, at=11.675, looked=20.9)) == {user(1): "18:00:20"}


def test_people_share_a_statement_where_one_instant_is_right_for_all() -> None:
    """Later than each one's removal, no later than each one's look: nobody who came back is met."""
    found = instants(loss(1, at=0, looked=10), loss(2, at=5, looked=12), loss(3, at=11, looked=14))
    assert found == {user(1): "18:00:10", user(2): "18:00:10", user(3): "18:00:14"}


def test_who_lost_the_same_twice_is_denied_as_of_the_second_time() -> None:
    again = Loss(**{**vars(loss(1, at=60, looked=61)), "key": "00u1#00other"})
    assert instants(loss(1, at=0, looked=1), again) == {user(1): "18:01:01"}


def test_a_set_that_is_kept_nowhere_is_named_once() -> None:
    (scope,) = scopes([("111111111111", "A"), ("222222222222", "A"), ("111111111111", "B")], [])
    assert scope.like == (role("*", "A"), role("*", "B"))


def test_many_accounts_are_spread_over_statements_that_fit() -> None:
    """Given a set that is lost in as many accounts as it is kept, the lost ones are listed, few at a time."""
    lost = [(f"{n:012d}", "A") for n in range(20)]
    found = scopes(lost, [(f"{n:012d}", "A") for n in range(100, 120)])
    assert [len(each.like) for each in found] == [PATTERNS, PATTERNS, 4]
    assert not any(each.unlike for each in found)


def test_hundreds_who_lost_the_same_take_one_statement() -> None:
    people = [loss(n, at=n % 7, looked=10) for n in range(60)]
    (first, second) = filled(0, people).documents
    assert len(json.loads(second)["Statement"]) == 2, "the placeholder, and all of them"
    assert len(partials_in(second)) == 60
    assert not partials_in(first), "leavers fill the policies from the first on"


def test_leavers_have_the_room_first_and_one_more_pushes_partial_losses_out() -> None:
    people = [loss(n, at=0, looked=1) for n in range(40)]
    before = filled(0, people, shape=Shape(count=1))
    assert not before.waiting

    after = filled(95, people, before.documents, Shape(count=1))

    assert len(held_in(after.documents[0])) == 95
    assert after.waiting
    assert len(after.documents[0]) <= Shape().size
    assert after.waiting == filled(95, people, after.documents, Shape(count=1)).waiting, "stable"


def test_a_leaver_gets_a_place_without_moving_anybody_as_long_as_there_is_headroom() -> None:
    full = filled(0, [loss(n, at=0, looked=1) for n in range(200)])
    assert full.waiting
    people = [loss(n, at=0, looked=1) for n in range(200)]

    after = filled(5, people, full.documents)

    assert sum(a != b for a, b in zip(full.documents, after.documents, strict=True)) == 1
    assert len(after.waiting) == len(full.waiting)


def test_one_more_changes_one_policy_and_one_less_changes_one() -> None:
    people = [loss(n, at=0, looked=1) for n in range(100)]
    before = filled(30, people)
    more = filled(30, [*people, loss(500, at=0, looked=1)], before.documents)
    less = filled(30, people, more.documents)
    assert sum(a != b for a, b in zip(before.documents, more.documents, strict=True)) == 1
    assert less.documents == before.documents


def test_no_leaver_waits_for_a_policy_in_which_only_partial_losses_change() -> None:
    nobody = filled(0, []).documents
    lost = filled(0, [loss(1, at=0)]).documents
    left = filled(1, [], nobody).documents
    assert in_safe_order([lost[1], nobody[0]], [nobody[0], left[0]]) == [(2, left[0]), (1, nobody[0])]


@pytest.mark.parametrize("content", [None, "", "[]", '{"Statement":[{"Condition":{"ArnLike":{}}}]}'])
def test_what_is_not_ours_is_nobody(content: str | None) -> None:
    assert partials_in(content) == {}


def test_partial_losses_do_not_count_as_leavers() -> None:
    """Given a policy with partial losses alone, nobody in it has left."""
    (_, content) = filled(0, [loss(1, at=0)]).documents
    assert partials_in(content)
    assert held_in(content) == {}
