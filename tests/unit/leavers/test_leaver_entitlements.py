"""Entitlements of account access manager: listed, in the ledger, taken, and given back on return."""

from typing import Any

import pytest

from functions.aws.person_access import Entitlement
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers.test_leaver_access import back, left
from tests.unit.leavers.twins import USER_ID, World, envelope

APPLICATION = "arn:aws:account-access:eu-west-1:123456789012:application/1234567890abcdef"
MINE = Entitlement(APPLICATION, "e-1", "arn:aws:iam::111111111111:role/Developer")
THEIRS = ("u-colleague", Entitlement(APPLICATION, "e-2", MINE.role_arn))


@pytest.fixture
def world() -> World:
    return World(entitlements={(USER_ID, MINE), THEIRS}, assignments={(USER_ID, "111111111111", "arn:set")})


def receive(world: World, event: dict[str, Any]) -> None:
    world.reception().receive(envelope(event))


def test_entitlements_are_in_the_ledger_before_they_go_and_come_back_with_the_person(world: World) -> None:
    order: list[str] = []
    world.meanwhile = lambda what: order.append(
        f"{what} {len(world.state()['taken'].get('entitlements', ()))}" if what == "disentitle" else what
    )
    receive(world, left())
    assert "disentitle 1" in order, "written down before the first is taken"
    assert world.entitlements == {THEIRS}
    assert world.state()["taken"]["entitlements"] == [list(MINE)]

    receive(world, back())
    assert world.entitlements == {(USER_ID, MINE), THEIRS}
    assert not any(world.state()["taken"].values())


def test_where_account_access_manager_is_not_in_use_nothing_is_to_be_done_and_said_so(world: World) -> None:
    world.entitlements = None
    receive(world, left())
    assert world.step("entitlements") == "nothing to do"
    assert "not enabled" in world.state()["steps"]["entitlements"]["note"]
    assert world.state()["clean_since"] is not None, "nothing is left to come in with"
    ended = next(each for each in world.findings if each.title.endswith("ended"))
    said = [name for name in ended.facts if name.startswith("Entitlements")]
    assert said == ["Entitlements removed"], "once is enough"


def test_while_its_api_fails_everything_else_is_taken_and_the_deny_does_not_run_out(world: World) -> None:
    world.broken = {"entitlements"}
    with pytest.raises(StepsFailedError, match="entitled, entitlements"):
        receive(world, left())
    assert (world.denied(), world.assignments) == ({USER_ID}, set())
    assert world.state()["clean_since"] is None

    world.broken = set()
    receive(world, left())
    assert world.entitlements == {THEIRS}
    assert world.state()["clean_since"] is not None


@pytest.mark.parametrize("moment", ["disentitle", "tell"])
def test_a_return_in_the_middle_of_the_taking_leaves_them_with_everything(world: World, moment: str) -> None:
    def return_meanwhile(what: str) -> None:
        if what == moment:
            world.meanwhile = None
            receive(world, back())

    world.meanwhile = return_meanwhile
    receive(world, left())
    assert world.entitlements == {(USER_ID, MINE), THEIRS}


@pytest.mark.parametrize("fuse", range(36))
def test_killed_at_any_call_no_entitlement_is_forgotten(world: World, fuse: int) -> None:
    for event in (left(), back()):
        world.fuse = fuse
        try:
            receive(world, event)
        except BaseException:  # noqa: BLE001 - the process is gone, whatever it says while going
            assert world.dead
        world.dead, world.fuse = False, None
        receive(world, event)
    assert world.entitlements == {(USER_ID, MINE), THEIRS}
