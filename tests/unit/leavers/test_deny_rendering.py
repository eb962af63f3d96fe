"""What the deny policies say, and where each revocation stands in them."""

import json
from datetime import timedelta

import pytest

from functions.leavers.deny import LARGE, PLACEHOLDER, SMALL, Denied, Shape, document, ids_in, render
from tests.unit.leavers.twins import START

ID = "906788c1a2-0c4c1f8e-90d1-70f0-2c1b-{:012d}"


def leavers(*numbers: int) -> list[Denied]:
    """The higher the number, the later they left."""
    return [Denied(ID.format(n), START + timedelta(minutes=n)) for n in numbers]


def ids(*numbers: int) -> list[str]:
    return [ID.format(n) for n in numbers]


def room_for(people: int) -> int:
    return len(document(ids(*range(people))))


def test_a_policy_is_what_aws_documents_without_white_space() -> None:
    assert document(["u-1", "u-2"]) == (
        '{"Version":"2012-10-17","Statement":[{"Effect":"Deny","Action":["*"],"Resource":"*",'
        '"Condition":{"StringEquals":{"identitystore:userId":["u-1","u-2"]}}}]}'
    )


def test_with_nobody_to_deny_a_placeholder_stands_there() -> None:
    rendering = render([], [], Shape(count=2))
    assert [json.loads(each)["Statement"][0]["Condition"] for each in rendering.documents] == [
        {"StringEquals": {"identitystore:userId": [PLACEHOLDER]}}
    ] * 2


@pytest.mark.parametrize(("size", "people"), [(SMALL, 99), (LARGE, 201)])
def test_a_policy_takes_as_many_as_the_quota_lets_it(size: int, people: int) -> None:
    rendering = render(leavers(*range(people + 1)), [], Shape(size, count=1))
    assert len(ids_in(rendering.documents[0])) == people
    assert len(rendering.documents[0]) <= size
    assert rendering.left_over == (ID.format(people),), "the newest one has no room, nobody is dropped"


def test_one_person_with_several_revocations_stands_there_once() -> None:
    twice = [*leavers(1), Denied(ID.format(1), START)]
    assert ids_in(render(twice, [], Shape()).documents[0]) == ids(1)


def test_one_more_or_one_less_changes_one_policy() -> None:
    shape = Shape(room_for(3), count=3)
    before = render(leavers(*range(8)), [], shape).documents
    more = render(leavers(*range(9)), before, shape).documents
    less = render(leavers(1, *range(3, 8)), before, shape).documents
    assert [a == b for a, b in zip(before, more, strict=True)] == [True, True, False]
    assert [a == b for a, b in zip(before, less, strict=True)] == [False, True, True]


def test_a_newcomer_goes_where_something_changes_anyway() -> None:
    """There is room in the first policy, but the second has to be written in any case."""
    before = [document(ids(1, 2)), document(ids(3, 4))]
    after = render(leavers(1, 2, 4, 5), before, Shape(room_for(3), count=2)).documents
    assert after == (before[0], document(ids(4, 5)))


def test_a_newcomer_never_takes_a_place_that_is_taken() -> None:
    shape = Shape(room_for(2), count=1)
    before = render(leavers(5, 6), [], shape).documents
    rendering = render(leavers(1, 5, 6), before, shape)
    assert ids_in(rendering.documents[0]) == ids(5, 6)
    assert rendering.left_over == tuple(ids(1))


@pytest.mark.parametrize(
    "tampered",
    [
        "",
        "no json",
        "[]",
        '{"Statement":[]}',
        '{"Statement":[{"Condition":{"StringEquals":{"identitystore:userId":7}}}]}',
        '{"Statement":[{"Condition":{"StringEquals":{"identitystore:userId":[7]}}}]}',
        document(["stranger"]),
    ],
)
def test_what_somebody_else_wrote_is_written_over(tampered: str) -> None:
    assert render(leavers(1), [tampered], Shape(count=1)).documents == (document(ids(1)),)


def test_fewer_policies_move_everybody_into_those_that_stay() -> None:
    before = render(leavers(*range(4)), [], Shape(room_for(2), count=2)).documents
    after = render(leavers(*range(4)), before, Shape(room_for(4), count=1))
    assert ids_in(after.documents[0]) == ids(0, 1, 2, 3)
    assert after.documents[1] == document([])


def test_a_smaller_size_moves_the_newest_out() -> None:
    before = render(leavers(*range(4)), [], Shape(room_for(4), count=2)).documents
    after = render(leavers(*range(4)), before, Shape(room_for(3), count=2)).documents
    assert [ids_in(each) for each in after] == [ids(0, 1, 2), ids(3)]
