"""The page that cannot wait for the daily watch: Okta signs with a certificate that nobody imported."""

import json
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from infra.config import ORGANIZATIONS_REGION
from sandbox.courier import Courier
from sandbox.identity import MANAGEMENT_ACCOUNT
from sandbox.trust import record_certificate
from sandbox.world import World

ROOT = Path(__file__).parents[2]
SECONDS = 120


def until(read: Callable[[], bool], otherwise: Callable[[], None] = lambda: None) -> bool:
    """Whether it comes true in time. `otherwise` is tried now and then meanwhile, as the daily watch is: a
    watch that something else started may have looked before the change and spoken after it."""
    deadline, again = time.monotonic() + SECONDS, time.monotonic() + SECONDS / 8
    while time.monotonic() < deadline:
        if read():
            return True
        if time.monotonic() > again:
            otherwise()
            again = time.monotonic() + SECONDS / 8
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

    # When somebody goes the way back that the page names
    time.sleep(1.1)  # EventBridge counts whole seconds, and of one second the worse news wins
    switch(world, old_certificate)

    # Then the incident is resolved under its own key, and people are told
    key = f"saml-certificate/{world.okta.app_id}/trust"

    def resolved() -> bool:
        return {"trigger", "resolve"} <= incident(world, known, key) and any(
            "Resolved: Identity Center has the certificate" in text for text in messages(world)[known:]
        )

    assert until(resolved, otherwise=lambda: watch(world)), messages(world)[known:]


def incident(world: World, known: int, key: str) -> set[str]:
    """What PagerDuty was told under a finding's key."""
    told = [each["body"] for each in world.oncall.messages()[known:] if each["channel"] == "pagerduty"]
    return {event["event_action"] for event in told if event["dedup_key"] == key}


def switch(world: World, kid: str) -> None:
    """As the console does: the app is changed, and the hook carries it."""
    app: dict[str, Any] = world.okta.model.app.body()
    app["credentials"]["signing"]["kid"] = kid
    world.okta.model.app.replace(app, by=world.okta.model.organization.administrator)


def test_an_access_key_made_in_the_management_account_pages_and_its_end_resolves(world: World) -> None:
    """Given AWS's event in us-east-1, it travels to the hub's bus, and names who made the key."""
    courier = Courier(world.aws, MANAGEMENT_ACCOUNT, ORGANIZATIONS_REGION, world.left_out)
    known = len(messages(world))
    key = f"iam/{MANAGEMENT_ACCOUNT}/deploy-bot/key/AKIAEXAMPLEKEY123456"

    assert courier.deliver(sample("create-access-key")) == 1
    assert until(lambda: "trigger" in incident(world, known, key)), messages(world)[known:]
    (page, *_) = [text for text in messages(world)[known:] if "An access key of deploy-bot" in text]
    assert "ada.abbott@example.com" in page

    time.sleep(1.1)  # As above
    assert courier.deliver(sample("delete-access-key")) == 1
    assert until(lambda: "resolve" in incident(world, known, key)), messages(world)[known:]


def sample(name: str) -> dict[str, Any]:
    """An event of events/aws, of the management account."""
    text = (ROOT / "events" / "aws" / f"{name}.json").read_text()
    event: dict[str, Any] = json.loads(text.replace("444455556666", MANAGEMENT_ACCOUNT))
    return event


def test_the_whole_watch_runs_under_its_own_rights(world: World) -> None:
    """Given the deployed schedule's input, no area is blind: every right that it needs is granted."""
    watch(world)
