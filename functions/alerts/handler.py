"""Findings → mail, Slack, Teams, PagerDuty, webhook: when they open, change, resolve; daily what is open."""

from datetime import UTC, datetime
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.alerts.decision import Sighting
from functions.alerts.digest import open_entries, recent
from functions.alerts.gauges import report_open, report_watch
from functions.alerts.setup import daily, desk, store
from functions.finding import Finding
from functions.inbox import Envelope, each_envelope

logger = Logger()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any] | None:
    """Two doors: the queue with findings, each of which comes again alone if not all channels took it; and
    the schedules, `{"digest": "daily"}` and `{"count": "open"}`."""
    if "Records" in event:
        return dict(each_envelope(event, context, _hear))
    if "digest" in event:
        logger.info("digest", extra={"channels": daily().run(datetime.now(UTC))})
    report_open(recent(open_entries(store().open()), datetime.now(UTC)))
    return None


def _hear(envelope: Envelope) -> None:
    sighting = Sighting(Finding.from_detail(envelope.detail), envelope.time)
    report_watch(sighting.finding)
    decisions = desk().take(sighting, datetime.now(UTC))
    logger.info("finding", extra={"finding": sighting.finding.key, "decisions": decisions})
