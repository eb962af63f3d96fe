"""The applier beside others: fifteen requests under way are the whole organization's, not its own."""

from dataclasses import replace
from datetime import datetime
from typing import Any

import pytest

from functions.accounts.apply import OUTSTANDING, UnfinishedError
from functions.policy import loads
from tests.unit.accounts.aws_in_memory import MemberAccount, World

NEW = "444455556666"
GRANTS = 8


def wanting(number: int) -> World:
    """A new account that so many groups should get into."""
    grants = [f"  - {{group: g{n}, permission_set: A, accounts: all}}" for n in range(number)]
    world = World(loads("permission_sets: {A: {}}\ngrants:\n" + "\n".join(grants)))
    world.store.push(*(f"g{n}" for n in range(number)))
    world.organizations.accounts[NEW] = MemberAccount("fresh", "/")
    return world


def crowded(room: int, looks: int) -> tuple[World, list[str]]:
    """A world where others leave room for so many requests; what AWS refused because it was full."""
    world = wanting(GRANTS)
    world.center.looks = looks
    refused: list[str] = []
    original = world.center.create_account_assignment

    def create(**asked: Any) -> dict[str, Any]:
        under_way = [r for r in world.center.requests.values() if r["Status"] == "IN_PROGRESS"]
        if len(under_way) >= room:
            refused.append(asked["PrincipalId"])
            raise world.center.error("ThrottlingException", "CreateAccountAssignment")
        return original(**asked)

    world.center.create_account_assignment = create  # type: ignore[method-assign] # full for now
    return world, refused


def test_where_aws_is_full_it_is_not_asked_again_before_something_ended() -> None:
    """Given room for 4 beside others, 8 assignments are made, at the price of one refusal, not one a look."""
    world, refused = crowded(room=4, looks=10)
    admission = world.admitter.admit(NEW, since=world.clock.now, deadline=world.deadline(300))
    assert admission is not None
    assert len(world.access(NEW)) == GRANTS
    assert len(refused) == 1
    assert admission.applied.failed == ()


def test_one_at_a_time_is_enough() -> None:
    """Given room for a single request, everything is made in the end."""
    world, _ = crowded(room=1, looks=1)
    world.admitter.admit(NEW, since=world.clock.now, deadline=world.deadline(300))
    assert len(world.access(NEW)) == GRANTS


def test_time_that_runs_out_between_two_lots_is_said_at_once() -> None:
    """Given 30 assignments, of which the first 15 end in the very look that crosses the deadline: nothing is
    under way and nothing may be asked for any more. That is said, instead of waiting for it without sleep."""
    world = wanting(2 * OUTSTANDING)
    read: list[None] = []

    def clock() -> datetime:
        read.append(None)
        assert len(read) < 1000, "an endless loop"
        return world.clock.now

    admitter = replace(world.admitter, clock=clock)
    with pytest.raises(UnfinishedError, match=f"{OUTSTANDING} assignments are not made"):
        admitter.admit(NEW, since=world.clock.now, deadline=world.deadline(1))
    assert len(world.access(NEW)) == OUTSTANDING
