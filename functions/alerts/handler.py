"""Findings → mail, Slack, PagerDuty: when they open, worsen or resolve, and once a day while open."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.alerts.decision import Sighting
from functions.alerts.setup import desk
from functions.finding import Finding
from functions.inbox import Envelope, each_envelope

logger = Logger()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """Every finding of the batch goes over the desk; one that not all channels took comes again alone."""
    return dict(each_envelope(event, context, _hear))


def _hear(envelope: Envelope) -> None:
    sighting = Sighting(Finding.from_detail(envelope.detail), envelope.time)
    decisions = desk().take(sighting, datetime.now(UTC))
    logger.info("finding", extra={"finding": sighting.finding.key, "decisions": decisions})
