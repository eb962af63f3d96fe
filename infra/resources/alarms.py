"""The topic that tells people, and the alarms of the app itself."""

from dataclasses import dataclass

from aws_cdk import Duration, Stack
from aws_cdk import aws_cloudwatch as cloudwatch
from aws_cdk import aws_cloudwatch_actions as actions
from aws_cdk import aws_iam as iam
from aws_cdk import aws_kms as kms
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_sns as sns
from aws_cdk import aws_sns_subscriptions as subscriptions
from aws_cdk import aws_sqs as sqs
from constructs import Construct

PERIOD = Duration.minutes(5)

GENERAL = "alarms.md"
RUNBOOKS = {"hook": "hook.md", "catchup": "catch-up.md", "audit": "audit-trail.md"}
"""Where it is a matter of its own what to do when a function fails, or gives work up."""


@dataclass(frozen=True)
class Bell:
    """One alarm: it is called `ostiary-<name>`, rings over `limit`, and says `meaning` to on-call.

    What to do then stands in `runbook`, a file of docs/runbooks.
    With `silence_rings` it rings too when nothing was measured in any of `periods` periods; with `below` it
    rings under `limit`, not over it.
    """

    name: str
    limit: float
    meaning: str
    runbook: str
    periods: int = 1
    silence_rings: bool = False
    below: bool = False


class Alarms(Construct):
    """An encrypted topic, its mail subscription, and alarms that publish on it."""

    def __init__(self, scope: Construct, id_: str, *, topic: str, email: str | None, runbooks: str) -> None:
        super().__init__(scope, id_)
        self._runbooks = runbooks
        self.made: list[cloudwatch.IAlarm] = []
        self.functions: list[str] = []
        self.queues: list[str] = []
        self.dead_letters: list[str] = []
        # Amazon CloudWatch User Guide, "Notifying users on alarm changes": an encrypted topic needs a key
        # of one's own, because the policy of the AWS managed one cannot let CloudWatch in.
        self.key = kms.Key(
            self, "Key", description=f"Encrypts the messages of topic {topic}", enable_key_rotation=True
        )
        self.topic = sns.Topic(self, "Topic", topic_name=topic, master_key=self.key, enforce_ssl=True)
        self._let_alarms_publish()
        if email:
            self.topic.add_subscription(subscriptions.EmailSubscription(email))

    def _let_alarms_publish(self) -> None:
        service = "cloudwatch.amazonaws.com"
        # No condition here: no page of AWS says that CloudWatch names the account when it uses a key, and
        # an alarm that cannot be sent is silent. The key opens this topic's messages and nothing else.
        self.key.grant(iam.ServicePrincipal(service), "kms:Decrypt", "kms:GenerateDataKey*")
        # A topic policy of one's own replaces the default one, which let the account's alarms publish.
        own = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        self.topic.grant_publish(iam.ServicePrincipal(service, conditions=own))

    def ring(self, bell: Bell, metric: cloudwatch.Metric) -> None:
        """Make the alarm `ostiary-<name>`; the absence of data is trouble only where the bell says so."""
        missing, compare = cloudwatch.TreatMissingData, cloudwatch.ComparisonOperator
        alarm = cloudwatch.Alarm(
            self,
            bell.name,
            alarm_name=f"ostiary-{bell.name}",
            alarm_description=f"{bell.meaning} Runbook: {self._runbooks}/{bell.runbook}",
            metric=metric,
            threshold=bell.limit,
            comparison_operator=compare.LESS_THAN_THRESHOLD if bell.below else compare.GREATER_THAN_THRESHOLD,
            evaluation_periods=bell.periods,
            treat_missing_data=missing.BREACHING if bell.silence_rings else missing.NOT_BREACHING,
        )
        alarm.add_alarm_action(actions.SnsAction(self.topic))
        self.made.append(alarm)

    def on_dead_letters(self, name: str, queue: sqs.Queue) -> None:
        """Ring while anything lies in a dead-letter queue."""
        self.dead_letters.append(name)
        bell = Bell(
            f"{name}-dead-letters",
            0,
            f"Work of {name} was given up after its last attempt. It lies in ostiary-{name}-dlq for 14 days.",
            RUNBOOKS.get(name, "dead-letters.md"),
        )
        self.ring(bell, queue.metric_approximate_number_of_messages_visible(period=PERIOD, statistic="max"))

    def on_age(self, name: str, queue: sqs.Queue, oldest: Duration) -> None:
        """Ring when the oldest message waits longer than `oldest`."""
        self.queues.append(name)
        bell = Bell(
            f"{name}-age",
            oldest.to_seconds(),
            f"Events for {name} wait for more than {oldest.to_human_string()}: the function fails, is "
            "throttled or is too slow. Read its log.",
            GENERAL,
        )
        self.ring(bell, queue.metric_approximate_age_of_oldest_message(period=PERIOD, statistic="max"))

    def on_function(self, name: str, function: lambda_.Function) -> None:
        """Ring on errors and on throttles."""
        self.functions.append(name)
        runbook = RUNBOOKS.get(name, GENERAL)
        errors = Bell(f"{name}-errors", 0, f"Function {name} ended with an error. Read its log.", runbook)
        self.ring(errors, function.metric_errors(period=PERIOD))
        throttles = Bell(
            f"{name}-throttles",
            0,
            f"Lambda refused to start {name}: the account's concurrency is used up. Ask for a higher quota.",
            runbook,
        )
        self.ring(throttles, function.metric_throttles(period=PERIOD))
