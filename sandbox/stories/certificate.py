"""Story 3: the SAML signing certificate has 12 days left, and on-call hears of it in time."""

import json
import time
from collections.abc import Iterator

from sandbox.expect import Seen, watch
from sandbox.trust import record_certificate
from sandbox.world import World

DAYS_LEFT = 12
_STORY = "Certificate ages"


def play(world: World) -> Iterator[Seen]:
    """Age the certificate, which Identity Center has; then start what the daily schedule would."""
    world.okta.model.set_signing_certificate(days_left=DAYS_LEFT)
    record_certificate(world)
    schedule = world.hub_client("scheduler").get_schedule(Name="ostiary-expiry-daily")
    since = time.monotonic()
    world.hub_client("lambda").invoke(
        FunctionName=schedule["Target"]["Arn"],
        InvocationType="Event",
        Payload=schedule["Target"]["Input"].encode(),
    )
    yield watch(
        _STORY,
        f"on-call hears: {DAYS_LEFT} days left, what to do, the runbook",
        since=since,
        read=lambda: [json.dumps(message) for message in world.oncall.messages()],
        holds=lambda told: any(_can_act_on(text) for text in told),
        tell=lambda told: f"{sum(_can_act_on(text) for text in told)} messages say so",
    )


def _can_act_on(text: str) -> bool:
    return f"{DAYS_LEFT} days" in text and "saml-certificate" in text and "Identity Center" in text
