"""What the tests of changes of groups share: somebody who was in two groups, and what Okta tells of it."""

from datetime import timedelta
from typing import Any

from functions.leavers.batch import Batch
from functions.leavers.partial_render import partials_in
from tests.unit.leavers.group_twins import Shown
from tests.unit.leavers.twins import JOHN, LOGIN, START, USER_ID, World, envelope, sample

ONE, TWO = "111111111111", "222222222222"
DEV, READ = "Developer", "ReadOnly"


def world(**more: Any) -> World:
    """John was in `dev` and `audit`; Identity Center has heard of the removal from `dev`."""
    shown = Shown(
        given={
            "dev": frozenset({(ONE, DEV), (ONE, READ)}),
            "audit": frozenset({(ONE, READ), (TWO, READ)}),
            "empty": frozenset(),
        },
        members={(USER_ID, "audit")},
    )
    return World(shown=shown, **more)


def event(
    kind: str, group: str, *, second: float = 0, person: str = JOHN, login: str = LOGIN
) -> dict[str, Any]:
    raw = sample(f"hook-group-membership-{kind}")
    raw["uuid"] = f"{kind}-{group}-{second}-{person}"
    raw["published"] = (START + timedelta(seconds=second)).isoformat()
    raw["target"] = [
        {"id": f"00g{group}", "type": "UserGroup", "alternateId": "unknown", "displayName": group},
        {"id": person, "type": "User", "alternateId": login, "displayName": "x"},
    ]
    return raw


def deliver(here: World, *events: dict[str, Any]) -> None:
    """One batch, as the queue brings it."""
    batch: Batch = here.reception()
    envelopes = [envelope(each) for each in events]
    batch.admit(envelopes)
    for each in envelopes:
        batch.receive(each)


def said(here: World) -> dict[tuple[str, ...], tuple[str, str]]:
    """By the roles: who is denied them, and in sessions from before when."""
    found = [item for content in here.policies.values() for item in partials_in(content).items()]
    return {scope.like: (user, before) for (scope, user), before in found}


def names(here: World) -> set[str]:
    return {each.split("AWSReservedSSO_")[1].split("_")[0] for likes in said(here) for each in likes}
