"""What runs by the clock: schedules of one function, and the role under which they start it."""

from collections.abc import Mapping
from typing import Any

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from aws_cdk import aws_sqs as sqs
from constructs import Construct

from infra.resources.grants import Grant, allow


class Clockwork(Construct):
    """Starts a function at several times. What Lambda gives up after two more attempts is a dead letter."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        function: lambda_.Function,
        dead_letters: sqs.Queue,
        *,
        role_name: str,
    ) -> None:
        super().__init__(scope, id_)
        self._function = function
        self._dead_letters = dead_letters
        # A schedule's call is asynchronous: what the function itself fails at needs a place as well.
        function.configure_async_invoke(
            retry_attempts=2, on_failure=destinations.SqsDestination(dead_letters)
        )
        self._role = self._schedule_role(role_name)

    def every(
        self, id_: str, *, name: str, why: str, when: scheduler.ScheduleExpression, payload: Mapping[str, Any]
    ) -> None:
        """Make the schedule `name`, which calls the function with `payload`."""
        target = targets.LambdaInvoke(
            self._function,
            dead_letter_queue=self._dead_letters,
            input=scheduler.ScheduleTargetInput.from_object(dict(payload)),
            # Without updates: the target would add a right on every version of the function.
            role=self._role.without_policy_updates(),
        )
        scheduler.Schedule(self, id_, schedule_name=name, description=why, schedule=when, target=target)

    def _schedule_role(self, name: str) -> iam.Role:
        # EventBridge Scheduler User Guide, "Confused deputy prevention in EventBridge Scheduler".
        account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        role = iam.Role(
            self,
            "Role",
            role_name=name,
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account),
        )
        allow(
            role,
            [
                Grant(["lambda:InvokeFunction"], [self._function.function_arn]),
                Grant(["sqs:SendMessage"], [self._dead_letters.queue_arn]),
            ],
        )
        return role
