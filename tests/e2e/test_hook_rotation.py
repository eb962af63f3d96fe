"""The hook's secret changes hands while Okta delivers, and no delivery is refused."""

import threading
from typing import Any

import pytest
import requests

from infra import names
from sandbox.world import World
from tests.e2e.hooking import (
    OF_THE_STRANGER,
    assert_complete,
    drained,
    failures,
    happen,
    invoke,
    listening,
)


def test_the_secret_changes_hands_under_steady_traffic(world: World) -> None:
    """Given a delivery every few milliseconds, a rotation refuses none of them and loses none."""
    if world.shape.value == "one-account":
        pytest.skip("a rotation takes 15 seconds, and the other shape is the stricter one")
    refused_before = len(failures(world))
    with listening(world, OF_THE_STRANGER) as ear:
        emitted, outcome = _rotated_under_traffic(world)
        assert_complete(world, ear, emitted)  # by the hook alone: nothing has caught up
    assert outcome == {"outcome": "rotated"}
    assert len(emitted) > 30
    assert len(failures(world)) == refused_before
    secrets = world.hub_client("secretsmanager")
    current = secrets.get_secret_value(SecretId=names.HOOK_SECRET)["SecretString"]
    assert current != world.hook_secret
    (hook,) = world.okta.model.hooks.all()
    assert (hook.verified, hook.active, hook.channel.auth_value) == (True, True, current)
    for secret in (current, world.hook_secret):
        headers = {"Authorization": secret, "x-okta-verification-challenge": "c"}
        assert requests.get(world.hook_url, headers=headers, timeout=30).status_code == 200


def _rotated_under_traffic(world: World) -> tuple[set[str], Any]:
    """Which events happened meanwhile, four a second, and how the rotation ended."""
    emitted: set[str] = set()
    ended = threading.Event()

    def traffic() -> None:
        while not ended.wait(0.25):
            emitted.update(happen(world, 1))

    thread = threading.Thread(target=traffic)
    thread.start()
    try:
        outcome = invoke(world, "rotate", {"rotate": "at once"})
    finally:
        ended.set()
        thread.join()
    drained(world)
    return emitted, outcome
