"""Okta's System Log, and where there is one Okta's log stream → bus."""

from aws_cdk import Duration
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_events as events
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from functions import bus
from infra import names
from infra.patterns import log_stream
from infra.resources.alarms import PERIOD, Bell
from infra.resources.inbox import Inbox
from infra.resources.okta_access import OktaAccess
from infra.resources.schedule import Timer
from infra.resources.stores import Store
from infra.resources.worker import House, Worker

LATE = Duration.minutes(15)


class Catchup(Construct):
    """The function, its schedule, the alarm on its lag, and the queue of a log stream."""

    def __init__(self, scope: Construct, id_: str, house: House, okta: OktaAccess, cursor: Store) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        # Shorter than the time between two runs: two readers would only bring each page twice.
        timeout = Duration.minutes(4)
        worker = Worker(
            self,
            "Worker",
            house,
            capability="catchup",
            memory=512,
            timeout=timeout,
            environment={
                "OSTIARY_CURSOR_TABLE": names.CURSOR,
                "OSTIARY_OKTA_URL": deployment.okta_url,
                "OSTIARY_OKTA_CREDENTIALS": deployment.okta_credentials,
            },
            grants=[cursor.read_replace(), *okta.sign_in()],
            puts=[bus.OKTA, bus.FINDINGS],
        )
        Timer(
            self,
            "Timer",
            worker.function,
            capability="catchup",
            every="5-minutes",
            when=scheduler.ScheduleExpression.rate(PERIOD),
            description="Reads Okta's System Log on from where it was left",
            retries=0,
        )
        house.alarms.ring(_LAG, _lag())
        if deployment.okta_log_stream:
            self._stream(house, worker, deployment.okta_log_stream, timeout)

    def _stream(self, house: House, worker: Worker, source: str, timeout: Duration) -> None:
        """Amazon EventBridge User Guide, "Receiving events from a SaaS partner": the partner's bus has the
        name of its event source; an operator associates it once."""
        inbox = Inbox(
            self,
            "Stream",
            capability="logstream",
            bus=events.EventBus.from_event_bus_name(self, "Partner", source),
            patterns={"log-stream": log_stream(source)},
            timeout=timeout,
            alarms=house.alarms,
        )
        worker.reads(inbox, batch=10, concurrency=2)


_LAG = Bell(
    "catchup-lag",
    LATE.to_seconds(),
    "Okta's System Log has not been read for 15 minutes: what the hook misses is not made up for.",
    "catch-up.md",
    # Three of five minutes each; where nothing is measured, nothing is read.
    periods=3,
    silence_rings=True,
)


def _lag() -> cloudwatch.Metric:
    return cloudwatch.Metric(
        namespace="Ostiary",
        metric_name="CatchUpLag",
        dimensions_map={"service": "catchup"},
        period=PERIOD,
        statistic="max",
    )
