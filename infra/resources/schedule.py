"""A function that is started by the clock."""

from aws_cdk import Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from infra import names
from infra.resources.grants import Grant, allow


class Timer(Construct):
    """Schedule `ostiary-<capability>-<every>`, and the role under which it starts the function.

    A start that fails is not kept: use it where the next one makes up for it. The function's own errors are
    retried `retries` times.
    """

    def __init__(
        self,
        scope: Construct,
        id_: str,
        function: lambda_.Function,
        *,
        capability: str,
        every: str,
        when: scheduler.ScheduleExpression,
        description: str,
        retries: int,
    ) -> None:
        super().__init__(scope, id_)
        function.configure_async_invoke(retry_attempts=retries)
        target = targets.LambdaInvoke(
            function,
            input=scheduler.ScheduleTargetInput.from_object({"schedule": every}),
            # Without updates: the target would add a right on every version of the function.
            role=self._role(function, capability).without_policy_updates(),
        )
        scheduler.Schedule(
            self,
            "Schedule",
            schedule_name=f"{names.function(capability)}-{every}",
            description=description,
            schedule=when,
            target=target,
        )

    def _role(self, function: lambda_.Function, capability: str) -> iam.Role:
        # EventBridge Scheduler User Guide, "Confused deputy prevention in EventBridge Scheduler".
        account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        role = iam.Role(
            self,
            "Role",
            role_name=f"{names.function(capability)}-schedule",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account),
        )
        allow(role, [Grant(["lambda:InvokeFunction"], [function.function_arn])])
        return role
