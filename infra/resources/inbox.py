"""A capability's queue: what the bus brings it, and what it gave up on."""

from collections.abc import Mapping

from aws_cdk import CfnOutput, Duration
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra import names
from infra.resources.alarms import Alarms
from infra.resources.rules import rule

ATTEMPTS = 15
"""With the waits of functions.inbox: about two and a half hours until a message is given up. Where attempts
that fail quickly and crashes follow each other, still more than an hour."""


class DeadLetters(sqs.Queue):
    """What was given up, kept for 14 days, the longest that SQS allows."""

    def __init__(self, scope: Construct, id_: str, name: str) -> None:
        super().__init__(
            scope,
            id_,
            queue_name=f"{name}-dlq",
            retention_period=Duration.days(14),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
        )


class Inbox(Construct):
    """Rules on the bus → a queue `ostiary-<capability>`, its dead letters `ostiary-<capability>-dlq`.

    `timeout` is the function's. AWS Lambda Developer Guide, "Using Lambda with Amazon SQS": the visibility
    timeout is at least six times that and the `window` in which a batch may fill, so that a throttled batch
    is not handed out twice.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        *,
        capability: str,
        bus: events.IEventBus,
        patterns: Mapping[str, events.EventPattern],
        of_this_account: Mapping[str, events.EventPattern] | None = None,
        timeout: Duration,
        alarms: Alarms,
        window: Duration | None = None,
    ) -> None:
        super().__init__(scope, id_)
        name = names.function(capability)
        self.dead_letters = DeadLetters(self, "DeadLetters", name)
        self.visibility = Duration.seconds(6 * timeout.to_seconds() + (window.to_seconds() if window else 0))
        self.queue = sqs.Queue(
            self,
            "Queue",
            queue_name=name,
            visibility_timeout=self.visibility,
            # Shorter than the dead letters' 14 days, which SQS counts from the first arrival.
            retention_period=Duration.days(4),
            encryption=sqs.QueueEncryption.SQS_MANAGED,
            enforce_ssl=True,
            dead_letter_queue=sqs.DeadLetterQueue(queue=self.dead_letters, max_receive_count=ATTEMPTS),
        )
        for each, pattern in patterns.items():
            self._rule(each, pattern, bus)
        for each, pattern in (of_this_account or {}).items():
            self._rule(each, pattern, None)  # the default bus, where AWS's own events appear
        alarms.on_dead_letters(capability, self.dead_letters)
        # Older than one wait for another attempt, so the first failure alone does not ring.
        alarms.on_age(capability, self.queue, Duration.seconds(2 * self.visibility.to_seconds()))
        CfnOutput(self, "Url", value=self.queue.queue_url).override_logical_id(
            f"{capability.capitalize()}QueueUrl"
        )
        CfnOutput(self, "DeadLettersUrl", value=self.dead_letters.queue_url).override_logical_id(
            f"{capability.capitalize()}DeadLettersUrl"
        )

    def _rule(self, name: str, pattern: events.EventPattern, bus: events.IEventBus | None) -> None:
        target = targets.SqsQueue(self.queue, dead_letter_queue=self.dead_letters)
        rule(self, name, rule_name=f"ostiary-{name}", pattern=pattern, target=target, bus=bus)
