"""Failures of comparable tools with accounts that arrive: invited ones, and an outage of us-east-1."""

from typing import Any

import pytest
from botocore.exceptions import EndpointConnectionError

from tests.unit.accounts.aws_in_memory import MemberAccount, World
from tests.unit.accounts.door import NEW, Bus, bus, deliver, sample, world

__all__ = ["bus", "world"]

INVITED = "555566667777"


def test_an_invited_account_is_let_in_like_a_created_one(world: World, bus: Bus) -> None:
    """EXT: invited accounts were missed. Given a handshake that was accepted, the account has its access."""
    world.organizations.accounts[INVITED] = MemberAccount("invited", "/")
    assert deliver(sample("accept-handshake")) == []
    assert world.access(INVITED) == {("audit", "A")}


def test_while_us_east_1_is_out_events_wait_and_then_go_on(
    world: World, bus: Bus, monkeypatch: pytest.MonkeyPatch
) -> None:
    """ELEV #121: frozen while us-east-1 was out. Given Organizations, which lives there, not answering, each
    event goes back by itself, nobody is told that access is wrong, and the same container goes on later."""
    answering = world.organizations.describe_account

    def out(**_asked: Any) -> Any:
        raise EndpointConnectionError(endpoint_url="https://organizations.us-east-1.amazonaws.com")

    monkeypatch.setattr(world.organizations, "describe_account", out)
    assert deliver(sample("create-account-result"), sample("move-account")) == ["0", "1"]
    assert bus.findings == []
    monkeypatch.setattr(world.organizations, "describe_account", answering)
    assert deliver(sample("create-account-result")) == []
    assert world.access(NEW) == {("audit", "A")}
