"""The page that cannot wait for the daily watch: Okta signs with a certificate that nobody imported."""

import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from sandbox.trust import record_certificate
from sandbox.world import World

SECONDS = 120


def until(read: Callable[[], bool]) -> bool:
    """Whether it comes true in time."""
    deadline = time.monotonic() + SECONDS
    while time.monotonic() < deadline:
        if read():
            return True
        time.sleep(0.2)
    return False


@pytest.fixture
def old_certificate(world: World) -> Iterator[str]:
    """The one that signs and that Identity Center has; it signs again when the test is over.

    Another test may have left one that Identity Center never got: what is open about it is cleared first.
    """
    keys, administrator = world.okta.model.app.keys, world.okta.model.organization.administrator
    active = keys.active
    record_certificate(world)
    watch(world)
    time.sleep(1.1)  # EventBridge counts whole seconds, and of one second the worse news wins
    yield active
    keys.activate(active, by=administrator)


def watch(world: World) -> None:
    """Start what the deployed daily schedule starts, and wait until it has run."""
    schedule = world.hub_client("scheduler").get_schedule(Name="ostiary-expiry-daily")
    answer = world.hub_client("lambda").invoke(
        FunctionName=schedule["Target"]["Arn"], Payload=schedule["Target"]["Input"].encode()
    )
    assert "FunctionError" not in answer, answer["Payload"].read()


def messages(world: World) -> list[str]:
    return [str(message) for message in world.oncall.messages()]


def test_a_switch_to_a_certificate_that_was_never_imported_pages_by_itself(
    world: World, old_certificate: str
) -> None:
    """Given a new certificate activated in Okta's console, nobody starts the watch: Okta's event does."""
    model = world.okta.model
    new = model.app.keys.add(timedelta(days=3650), by=model.organization.administrator)
    known = len(messages(world))

    switch(world, new.kid)

    def paged() -> bool:
        return any("Nobody can sign in to AWS" in text for text in messages(world)[known:])

    assert until(paged), messages(world)[known:]
    (page, *_) = [text for text in messages(world)[known:] if "Nobody can sign in to AWS" in text]
    assert old_certificate in page
    assert "saml-certificate" in page


def switch(world: World, kid: str) -> None:
    """As the console does: the app is changed, and the hook carries it."""
    app: dict[str, Any] = world.okta.model.app.body()
    app["credentials"]["signing"]["kid"] = kid
    world.okta.model.app.replace(app, by=world.okta.model.organization.administrator)


def test_the_whole_watch_runs_under_its_own_rights(world: World) -> None:
    """Given the deployed schedule's input, no area is blind: every right that it needs is granted."""
    watch(world)
