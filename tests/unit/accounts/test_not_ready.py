"""An account that is not ready: tried again, told when it takes too long, resolved when it is."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Any

import pytest

from tests.unit.accounts.aws_in_memory import World
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world

__all__ = ["bus", "world"]

KEY = f"accounts/{NEW}/access"


def pending(world: World) -> None:
    world.organizations.accounts[NEW].state = "PENDING_ACTIVATION"


def unknown(world: World) -> None:
    del world.organizations.accounts[NEW]


def joined(world: World, minutes: float) -> dict[str, Any]:
    """CreateAccountResult, so many minutes ago."""
    event = sample("create-account-result")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(minutes=minutes)
    return event


@pytest.mark.parametrize("trouble", [pending, unknown])
def test_an_account_that_is_not_ready_for_long_is_a_finding(
    world: World, bus: Bus, trouble: Callable[[World], None]
) -> None:
    """Given an account that AWS does not get ready, nobody hears of the first minutes; then on-call learns
    which account, since when and what to do, while it is still tried again."""
    trouble(world)
    assert deliver(joined(world, 1)) == ["0"]
    assert bus.findings == []
    assert deliver(joined(world, 11)) == ["0"]
    (finding,) = bus.findings
    assert (finding["key"], finding["state"], finding["severity"]) == (KEY, "open", "warning")
    assert NEW in finding["title"]
    assert finding["runbook"].endswith("/account.md")
    assert any("describe-account" in action for action in finding["actions"])


def test_the_finding_is_resolved_when_the_account_is_ready(world: World, bus: Bus) -> None:
    pending(world)
    deliver(joined(world, 11))
    world.organizations.accounts[NEW].state = "ACTIVE"
    assert deliver(joined(world, 26)) == []
    about_it = [f["state"] for f in bus.findings if f["key"] == KEY]
    assert about_it == ["open", "clear"]
    assert world.access(NEW) == {("audit", "A")}


def test_an_account_that_leaves_meanwhile_is_resolved_too(world: World, bus: Bus) -> None:
    pending(world)
    deliver(joined(world, 11))
    deliver(sample("close-account-result"))
    assert [f["state"] for f in bus.findings] == ["open", "clear"]


@pytest.mark.parametrize("name", ["move-account", "tag-resource", "put-account-name"])
def test_a_change_of_an_account_that_is_gone_is_nothing_to_wait_for(
    world: World, bus: Bus, name: str
) -> None:
    """Given a tag or a move that is older than the account's departure, no alarm rings for it."""
    unknown(world)
    assert deliver(sample(name)) == []
    assert bus.findings == []


def test_what_somebody_does_by_hand_is_no_account_that_is_not_ready(world: World, bus: Bus) -> None:
    """Given a change by hand that may still be under way, its event waits, and tells nobody."""
    event = sample("delete-account-assignment")
    world.clock.now = datetime.fromisoformat(event["time"]) + timedelta(seconds=5)
    assert deliver(event) == ["0"]
    assert bus.findings == []
