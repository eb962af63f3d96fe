"""What access.yaml and cdk.json say reaches whatever goes by it."""

from typing import Any
from unittest.mock import Mock

import pytest

from functions.aws.entitlements import EveryAccess
from functions.leavers import deny_wiring, partial_wiring, wiring
from functions.leavers.access_steps import Mode
from functions.leavers.deny import LARGE, MANAGED
from functions.leavers.environment import Environment
from functions.policy import AccessPolicy
from tests.unit.leavers.test_leavers_handler import ENVIRONMENT

POLICY = AccessPolicy.model_validate(
    {
        "permission_sets": {},
        "leavers": {
            "on": ["lock"],
            "protected": ["break.glass"],
            "keep_deny": "36h",
            "deny_target": ["ou-ab12-workloads", "ou-ab12-sandboxes"],
            "memberships": "leave",
            "lost_groups": "leave",
        },
    }
)
"""Nothing in it is a default."""


@pytest.fixture
def made(aws: None, monkeypatch: pytest.MonkeyPatch) -> dict[str, Mock]:
    """What leavers is put together from: every part as it was called, while the parts are what they are."""
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    parts = {
        name: Mock(wraps=getattr(module, name))
        for module, names in (
            (wiring, ("Renderer", "Revocations", "CarryingOut", "Reception", "Upkeep", "LeaveGroups")),
            (wiring, ("TakeStock", "TakeStockOfEntitlements", "Disentitle")),
            (partial_wiring, ("GroupChanges",)),
            (deny_wiring, ("DenyPolicies", "Place")),
        )
        for name in names
    }
    for module in (wiring, partial_wiring, deny_wiring):
        for name, part in parts.items():
            if hasattr(module, name):
                monkeypatch.setattr(module, name, part)
    environment = Environment.read(
        ENVIRONMENT
        | {
            "OSTIARY_DENY_POLICY_SIZE": str(LARGE),
            "OSTIARY_DENY_POLICIES": "7",
            "OSTIARY_DENY_MANAGEMENT_POLICIES": "3",
        }
    )
    wiring.Leavers(environment, POLICY)
    return parts


def rules_of(part: Mock) -> Any:
    """The rules that a part was given, wherever they stand among its arguments."""
    call = part.call_args
    (rules,) = [each for each in (*call.args, *call.kwargs.values()) if hasattr(each, "keep_deny")]
    return rules


@pytest.mark.parametrize("part", ["Revocations", "CarryingOut", "Upkeep", "GroupChanges"])
def test_who_is_protected_and_how_long_a_deny_stays(made: dict[str, Mock], part: str) -> None:
    rules = rules_of(made[part])
    assert rules.keep_deny == POLICY.leavers.keep_deny
    assert rules.protects("Break.Glass")
    assert not rules.protects("somebody")


def test_the_writer_spares_who_is_protected(made: dict[str, Mock]) -> None:
    spares = made["Renderer"].call_args.kwargs["spares"]
    assert (spares("break.glass"), spares("somebody")) == (True, False)


def test_which_events_end_access(made: dict[str, Mock]) -> None:
    assert set(made["Reception"].call_args.kwargs["reasons"]) == {"lock"}


def test_where_the_deny_policies_are_attached(made: dict[str, Mock]) -> None:
    assert made["DenyPolicies"].call_args.kwargs["targets"] == ("ou-ab12-workloads", "ou-ab12-sandboxes")


@pytest.mark.parametrize("step", ["LeaveGroups", "TakeStock", "TakeStockOfEntitlements", "Disentitle"])
def test_whether_memberships_are_taken(made: dict[str, Mock], step: str) -> None:
    wanted: Mode = "leave"
    assert wanted in made[step].call_args.args


def test_whether_sessions_of_lost_groups_are_denied(made: dict[str, Mock]) -> None:
    assert made["GroupChanges"].call_args.kwargs["denied"] is False


def test_each_place_has_the_room_that_its_own_service_gives(made: dict[str, Mock]) -> None:
    """An IAM policy holds less than a service control policy may."""
    shapes = {call.args[0]: call.args[2] for call in made["Place"].call_args_list}
    members, management = shapes["service control policies"], shapes["policies of the management account"]
    assert (members.size, members.count) == (LARGE, 7)
    assert (management.size, management.count) == (MANAGED, 3)


def test_a_deny_does_not_end_while_an_entitlement_gives_access(made: dict[str, Mock]) -> None:
    assert isinstance(made["Upkeep"].call_args.args[2], EveryAccess)
