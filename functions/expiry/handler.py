"""Says in time when a key to the door is about to expire: by schedule, and when AWS or Okta tells."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.expiry.areas import iam_findings
from functions.expiry.check import Desk
from functions.expiry.hearing import areas_of
from functions.expiry.scim_token import read_health_event
from functions.expiry.showing import show
from functions.expiry.wiring import clock, watch
from functions.inbox import Envelope, each_envelope
from functions.okta.log_event import LogEvent


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """Three doors: the queue; an operator who asks for the certificates; the schedule, whatever it says."""
    if "Records" in event:
        return dict(each_envelope(event, context, _hear))
    if event.get("show") == "certificates":
        return {"apps": show(watch().sources)}
    watch().daily(clock())
    return None


def _hear(envelope: Envelope) -> None:
    on_duty, now = watch(), clock()
    desk = Desk(now, on_duty.severity, on_duty.runbooks)
    match envelope.source:
        case "aws.health":
            on_duty.bus.put_findings(read_health_event(envelope.detail, desk))
        case "aws.iam":
            on_duty.bus.put_findings(iam_findings(on_duty.sources, envelope.detail, desk))
        case _:
            on_duty.run(now, areas_of(LogEvent.parse(envelope.detail), on_duty.sources.apps))
