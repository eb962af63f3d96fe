"""Findings → mail, Slack, Teams, PagerDuty, any webhook."""

from aws_cdk import Duration, RemovalPolicy, SecretValue
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import names
from infra.patterns import FINDINGS
from infra.resources.clockwork import Clockwork
from infra.resources.grants import Grant, acknowledge
from infra.resources.inbox import Inbox
from infra.resources.okta_access import read_secret
from infra.resources.stores import Store
from infra.resources.worker import House, Worker


class Alerts(Construct):
    """The function, its queue, and the secret that holds the channels' addresses."""

    def __init__(self, scope: Construct, id_: str, house: House, findings: Store) -> None:
        super().__init__(scope, id_)
        self._channels()
        alarms = house.alarms
        # Five channels, each with a time-out of seconds, and asked again no sooner than seconds later.
        timeout = Duration.seconds(60)
        worker = Worker(
            self,
            "Worker",
            house,
            capability="alerts",
            memory=512,
            timeout=timeout,
            environment={
                "OSTIARY_FINDINGS_TABLE": names.FINDINGS,
                "OSTIARY_TOPIC_ARN": alarms.topic.topic_arn,
                "OSTIARY_CHANNELS": names.CHANNELS_SECRET,
            },
            grants=[
                findings.keep(),
                Grant(["sns:Publish"], [alarms.topic.topic_arn]),
                Grant(["kms:Decrypt", "kms:GenerateDataKey"], [alarms.key.key_arn]),
                read_secret(house.deployment, names.CHANNELS_SECRET),
            ],
        )
        inbox = Inbox(
            self,
            "Inbox",
            capability="alerts",
            bus=house.bus,
            patterns={"alerts": FINDINGS},
            timeout=timeout,
            alarms=alarms,
        )
        # Watches report every check, most of them clear: a run takes several, and few runs suffice.
        worker.reads(inbox, batch=10, concurrency=2)
        clockwork = Clockwork(
            self, "Clockwork", worker.function, inbox.dead_letters, role_name="ostiary-alerts-schedule"
        )
        clockwork.every(
            "Digest",
            name="ostiary-alerts-digest",
            why="Tells people once a day what is still open",
            when=scheduler.ScheduleExpression.cron(minute="0", hour="7"),
            payload={"digest": "daily"},
        )
        clockwork.every(
            "Count",
            name="ostiary-alerts-count",
            why="Counts what is open, for the dashboard",
            when=scheduler.ScheduleExpression.rate(Duration.minutes(15)),
            payload={"count": "open"},
        )

    def _channels(self) -> None:
        secret = secretsmanager.Secret(
            self,
            "Channels",
            secret_name=names.CHANNELS_SECRET,
            description=(
                'Where alerts go: {"slack": "https://...", "teams": "https://...", "pagerduty": '
                '{"routing_key"}, "webhook": {"url", "authorization"}}'
            ),
            # No secret in an empty object; the operator puts the value, and no later deployment resets it.
            removal_policy=RemovalPolicy.RETAIN,
            secret_string_value=SecretValue.unsafe_plain_text("{}"),
        )
        acknowledge(
            secret,
            {"AwsSolutions-SMG4": "No channel has an API that rotates a webhook's address or a routing key."},
        )
