"""One run of catch-up, and what is told of it: the lag as a metric, findings, a line in the log."""

from collections.abc import Callable
from datetime import datetime

from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit

from functions.bus import EventBus
from functions.catchup.findings import findings
from functions.catchup.follow import Follower, Tally

LAG = "CatchUpLag"
"""Seconds between now and the moment up to which the System Log has been read."""


class Desk:
    """Runs the follower and reports."""

    def __init__(
        self,
        follower: Follower,
        bus: EventBus,
        *,
        runbooks: str,
        measure: Callable[[str, MetricUnit, float], None],
        log: Logger,
        now: Callable[[], datetime],
    ) -> None:
        self._follower = follower
        self._bus = bus
        self._runbooks = runbooks
        self._measure = measure
        self._log = log
        self._now = now

    def run(self, remaining: Callable[[], float]) -> Tally:
        """Read on, and tell. Raises BusError and AWS's errors, and the next run does it again."""
        tally = self._follower.run(remaining)
        now = self._now()
        lag = max(0.0, (now - tally.position.reached).total_seconds())
        self._measure(LAG, MetricUnit.Seconds, lag)
        self._measure("EventsFromLog", MetricUnit.Count, tally.events)
        if tally.failed_deliveries:
            self._measure("HookDeliveriesFailed", MetricUnit.Count, tally.failed_deliveries)
        self._write(tally, lag)
        self._bus.put_findings(findings(tally, now, self._runbooks))
        return tally

    def _write(self, tally: Tally, lag: float) -> None:
        facts = {"pages": tally.pages, "events": tally.events, "lag_seconds": round(lag)}
        if tally.lost or tally.unreadable:
            trouble = {"too_large": tally.lost, "unreadable": tally.unreadable}
            self._log.error("events that cannot be brought to the bus", extra=trouble)
        if tally.trouble is None:
            self._log.info("read the System Log", extra=facts)
        else:
            self._log.warning("could not read on: %s", tally.trouble, extra=facts)
