"""A capability's function: its role, its log, its alarms."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from aws_cdk import CfnOutput, Duration, RemovalPolicy
from aws_cdk import aws_events as events
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda as lambda_
from aws_cdk import aws_lambda_event_sources as sources
from aws_cdk import aws_logs as logs
from constructs import Construct

from functions import bus
from infra import names
from infra.config import Deployment
from infra.resources.alarms import Alarms
from infra.resources.grants import Grant, acknowledge, allow
from infra.resources.inbox import Inbox

LOG_RETENTION = logs.RetentionDays.THREE_MONTHS
"""As long as Okta's System Log keeps its side of the story: 90 days."""


@dataclass(frozen=True)
class House:
    """What every capability of the hub shares."""

    deployment: Deployment
    code: lambda_.Code
    bus: events.EventBus
    alarms: Alarms


class Worker(Construct):
    """Function and role `ostiary-<capability>`, one role a function, with the rights it is given here."""

    def __init__(
        self,
        scope: Construct,
        id_: str,
        house: House,
        *,
        capability: str,
        memory: int,
        timeout: Duration,
        environment: Mapping[str, str],
        grants: Sequence[Grant],
        puts: Sequence[str] = (bus.FINDINGS,),
        handler: str = "",
    ) -> None:
        super().__init__(scope, id_)
        name = names.function(capability)
        log = self._log(name)
        self.role = self._role(name, log)
        allow(self.role, [*([_put_events(house, puts)] if puts else []), *grants])
        self.function = lambda_.Function(
            self,
            "Function",
            function_name=name,
            handler=handler or f"functions.{capability}.handler.handle",
            code=house.code,
            # One version behind the newest, so that no dependency's wheel is missing; Graviton for its price.
            runtime=lambda_.Runtime.PYTHON_3_13,
            architecture=lambda_.Architecture.ARM_64,
            memory_size=memory,
            timeout=timeout,
            role=self.role,
            log_group=log,
            tracing=lambda_.Tracing.ACTIVE,
            environment={**_common(house.deployment, capability), **environment},
        )
        self._explain()
        house.alarms.on_function(capability, self.function)
        CfnOutput(self, "RoleArn", value=self.role.role_arn).override_logical_id(
            f"{capability.capitalize()}RoleArn"
        )

    def reads(self, inbox: Inbox, *, batch: int, concurrency: int, window: Duration | None = None) -> None:
        """Start the function with up to `batch` messages, in at most `concurrency` instances.

        `window`: how long a batch may take to fill.
        """
        source = sources.SqsEventSource(
            inbox.queue,
            batch_size=batch,
            max_batching_window=window,
            max_concurrency=concurrency,
            report_batch_item_failures=True,
        )
        self.function.add_event_source(source)

    def _log(self, name: str) -> logs.LogGroup:
        return logs.LogGroup(
            self,
            "Log",
            log_group_name=f"/aws/lambda/{name}",
            retention=LOG_RETENTION,
            removal_policy=RemovalPolicy.DESTROY,
        )

    def _role(self, name: str, log: logs.LogGroup) -> iam.Role:
        role = iam.Role(self, "Role", role_name=name, assumed_by=iam.ServicePrincipal("lambda.amazonaws.com"))
        log.grant_write(role)
        return role

    def _explain(self) -> None:
        acknowledge(
            self,
            {
                "AwsSolutions-IAM5[Resource::*]": (
                    "X-Ray takes trace segments without a resource: PutTraceSegments and "
                    "PutTelemetryRecords know no ARN."
                ),
                "AwsSolutions-L1": (
                    "Python 3.13 is supported to 2029, and every dependency has an arm64 wheel for it."
                ),
            },
        )


def _put_events(house: House, puts: Sequence[str]) -> Grant:
    return Grant(
        actions=["events:PutEvents"],
        resources=[names.bus_arn(house.deployment)],
        # Who watches cannot speak for Okta or for an operator.
        conditions={"ForAllValues:StringEquals": {"events:source": list(puts)}},
    )


def _common(deployment: Deployment, capability: str) -> dict[str, str]:
    return {
        "OSTIARY_BUS": names.BUS,
        "OSTIARY_RUNBOOKS": deployment.runbooks_url,
        "POWERTOOLS_SERVICE_NAME": capability,
        "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
        "POWERTOOLS_LOG_LEVEL": "INFO",
    }
