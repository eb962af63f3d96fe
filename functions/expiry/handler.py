"""Says in time when a key to the door is about to expire: by schedule for Okta, by AWS Health for SCIM."""

from datetime import UTC, datetime
from functools import cache
from typing import Any

import boto3
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.aws.session import CONFIG
from functions.bus import EventBus
from functions.expiry.environment import Environment
from functions.expiry.scim_token import read_health_event
from functions.expiry.watch import PATIENCE, SCOPES, Watch
from functions.inbox import Envelope, each_envelope
from functions.okta.credentials import connect
from functions.policy import load_bundled


@cache
def _watch() -> Watch:
    env = Environment.read()
    return Watch(
        connect=lambda: connect(env.okta_url, env.okta_credentials, SCOPES, patience=PATIENCE),
        app_id=env.okta_app_id,
        severity=load_bundled().expiry.severity,
        runbooks=env.runbooks,
        bus=EventBus(boto3.client("events", config=CONFIG), env.bus),
    )


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """Two doors: the queue with AWS Health's events, and the schedule, whatever its payload says."""
    if "Records" in event:
        return dict(each_envelope(event, context, _hear))
    _watch().run(datetime.now(UTC))
    return None


def _hear(envelope: Envelope) -> None:
    watch, now = _watch(), datetime.now(UTC)
    watch.bus.put_findings(
        read_health_event(envelope.detail, now=now, severity=watch.severity, runbooks=watch.runbooks)
    )
