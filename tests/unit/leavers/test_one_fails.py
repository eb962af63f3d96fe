"""One item that fails holds no other up: everything else is taken, or given back, and the rest is named."""

from collections.abc import Callable
from typing import Any

import pytest

from functions.aws.person_access import Entitlement, PersonAccessError
from functions.leavers.carrying_out import StepsFailedError
from tests.unit.leavers import twin_services
from tests.unit.leavers.story import deactivated, later
from tests.unit.leavers.twins import USER_ID, World, envelope

SET = "arn:aws:sso:::permissionSet/ssoins-7223a1b2c3d4e5f6/ps-1"
FIRST, SECOND = (USER_ID, "111111111111", SET), (USER_ID, "222222222222", SET)
APPLICATION = "arn:aws:account-access:eu-west-1:123456789012:application/1234567890abcdef"
ROLES = [Entitlement(APPLICATION, f"e-{n}", f"arn:aws:iam::111111111111:role/R{n}") for n in (1, 2)]


@pytest.fixture
def world() -> World:
    return World(
        assignments={FIRST, SECOND},
        memberships={(USER_ID, "g-1"), (USER_ID, "g-2")},
        entitlements={(USER_ID, each) for each in ROLES},
    )


@pytest.fixture
def failing(monkeypatch: pytest.MonkeyPatch) -> Callable[[Any, str, object], None]:
    """Make one call of a twin fail, always and only where one of its arguments is this one."""

    def make(twin: Any, name: str, where: object) -> None:
        real = getattr(twin, name)

        def call(self: Any, *arguments: object) -> object:
            if where in arguments:
                raise PersonAccessError("the account is suspended")
            return real(self, *arguments)

        monkeypatch.setattr(twin, name, call)

    return make


Failing = Callable[[Any, str, object], None]


def receive(world: World, event: dict[str, Any]) -> str:
    with pytest.raises(StepsFailedError) as failed:
        world.reception().receive(envelope(event))
    return str(failed.value)


def note(world: World, step: str) -> str:
    return str(world.state()["steps"][step]["note"])


def test_an_assignment_in_a_suspended_account_keeps_no_other(world: World, failing: Failing) -> None:
    failing(twin_services.AccessTwin, "unassign", "111111111111")
    assert receive(world, deactivated()).startswith("assignments of")
    assert world.assignments == {FIRST}
    assert (world.memberships, world.entitlements) == (set(), set())
    assert note(world, "assignments") == "not removed: ps-1 in 111111111111: the account is suspended"


def test_an_entitlement_that_stays_keeps_no_other(world: World, failing: Failing) -> None:
    failing(twin_services.EntitlementsTwin, "delete", ROLES[0])
    assert receive(world, deactivated()).startswith("entitlements of")
    assert world.entitlements == {(USER_ID, ROLES[0])}
    assert ROLES[0].role_arn in note(world, "entitlements")


@pytest.mark.parametrize("twin", [("join_group", "g-1"), ("assign", "111111111111")])
def test_what_cannot_be_given_back_keeps_nothing_else(
    world: World, failing: Failing, twin: tuple[str, str]
) -> None:
    before = set(world.assignments), set(world.memberships)
    world.reception().receive(envelope(deactivated()))
    failing(twin_services.AccessTwin, *twin)

    receive(world, later("hook-reactivate"))

    missing = (before[0] - world.assignments) | (before[1] - world.memberships)
    assert len(missing) == 1
    assert world.entitlements == {(USER_ID, each) for each in ROLES}
    left = world.state()["taken"]
    assert sum(len(each) for each in left.values()) == 1, "only what is left is to be given back"
    assert twin[1] in str(left)
    assert twin[1] in note(world, "put-back")


def test_several_that_fail_are_all_named(world: World, failing: Failing) -> None:
    world.reception().receive(envelope(deactivated()))
    for group in ("g-1", "g-2"):
        failing(twin_services.AccessTwin, "join_group", group)
    receive(world, later("hook-reactivate"))
    assert "2 have failed, g-1, g-2" in note(world, "put-back")
