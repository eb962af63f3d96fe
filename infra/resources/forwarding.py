"""From the default bus of the management account to the hub's bus."""

from collections.abc import Mapping

from aws_cdk import CfnOutput
from aws_cdk import aws_events as events
from aws_cdk import aws_events_targets as targets
from aws_cdk import aws_iam as iam
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.resources.alarms import Alarms
from infra.resources.grants import acknowledge
from infra.resources.inbox import DeadLetters
from infra.resources.rules import rule


class Forwarding(Construct):
    """Rules `ostiary-forward-<name>` of one Region; what cannot be delivered in 24 hours waits in a queue.

    Amazon EventBridge User Guide, "Sending and receiving events between AWS accounts": the role is what
    allows it on this side, the policy of the hub's bus on the other.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        deployment: Deployment,
        *,
        patterns: Mapping[str, events.EventPattern],
        role: iam.IRole,
    ) -> None:
        super().__init__(scope, id_)
        self.dead_letters = DeadLetters(self, "DeadLetters", names.FORWARD)
        acknowledge(
            self.dead_letters,
            {"AwsSolutions-SQS3": "It is the dead-letter queue itself, of rules instead of another queue."},
        )
        target = targets.EventBus(
            events.EventBus.from_event_bus_arn(self, "Hub", names.bus_arn(deployment)),
            role=role,
            dead_letter_queue=self.dead_letters,
        )
        for name, pattern in patterns.items():
            rule(
                self,
                name,
                rule_name=f"ostiary-forward-{name}",
                description="Forwards to the hub's bus",
                pattern=pattern,
                target=target,
            )
        alarms = Alarms(
            self,
            "Alarms",
            topic="ostiary-forward-alerts",
            email=deployment.alert_email,
            runbooks=deployment.runbooks_url,
        )
        alarms.on_dead_letters("forward", self.dead_letters)
        CfnOutput(self, "Url", value=self.dead_letters.queue_url).override_logical_id("ForwardDeadLettersUrl")


def forward_role(scope: Construct, deployment: Deployment) -> iam.Role:
    """The role `ostiary-forward`: it may put events on the hub's bus, and nothing else."""
    role = iam.Role(
        scope,
        "ForwardRole",
        role_name=names.FORWARD,
        assumed_by=iam.ServicePrincipal("events.amazonaws.com"),
        description="Lets rules of the default bus put their events on Ostiary's bus",
    )
    role.add_to_policy(
        iam.PolicyStatement(actions=["events:PutEvents"], resources=[names.bus_arn(deployment)])
    )
    return role
