"""Daily, and whenever Okta tells of a change: certificates, tokens, keys and policies → findings."""

from aws_cdk import Duration, Stack
from aws_cdk import aws_iam as iam
from aws_cdk import aws_lambda_destinations as destinations
from aws_cdk import aws_scheduler as scheduler
from aws_cdk import aws_scheduler_targets as targets
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.patterns import IAM_USERS, OKTA_WATCH, SCIM_TOKEN
from infra.resources.grants import Grant, allow
from infra.resources.inbox import Inbox
from infra.resources.okta_access import OktaAccess, read_secret
from infra.resources.stores import Store
from infra.resources.worker import House, Worker


class Expiry(Construct):
    """The function, its daily schedule, and the queue of what AWS Health and Okta tell."""

    def __init__(self, scope: Construct, id_: str, house: House, okta: OktaAccess, trust: Store) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        # Dozens of calls to Okta where thousands of people have the app, and its rate limit to wait for.
        timeout = Duration.minutes(3)
        self._worker = Worker(
            self,
            "Worker",
            house,
            capability="expiry",
            memory=512,
            timeout=timeout,
            environment={
                "OSTIARY_OKTA_URL": deployment.okta_url,
                "OSTIARY_OKTA_CREDENTIALS": deployment.okta_credentials,
                "OSTIARY_OKTA_APP_ID": deployment.okta_app_id,
                "OSTIARY_OKTA_MORE_APPS": deployment.okta_more_apps,
                "OSTIARY_TRUST_TABLE": names.TRUST,
                "OSTIARY_MANAGEMENT_ACCOUNT": deployment.management_account,
                "OSTIARY_HOOK_SECRET": names.HOOK_SECRET,
                "OSTIARY_SCIM_CREDENTIALS": deployment.scim_credentials,
            },
            grants=[*okta.sign_in(), trust.read(), *_rights(deployment)],
        )
        self._inbox = Inbox(
            self,
            "Inbox",
            capability="expiry",
            bus=house.bus,
            patterns={
                "expiry-scim-token": SCIM_TOKEN,
                "expiry-okta": OKTA_WATCH,
                "expiry-iam": IAM_USERS,
            },
            timeout=timeout,
            alarms=house.alarms,
        )
        self._worker.reads(self._inbox, batch=1, concurrency=2)
        self._daily()

    def _daily(self) -> None:
        dead_letters = self._inbox.dead_letters
        # The schedule's call is asynchronous: what Lambda gives up after two more attempts lands there too.
        self._worker.function.configure_async_invoke(
            retry_attempts=2, on_failure=destinations.SqsDestination(dead_letters)
        )
        target = targets.LambdaInvoke(
            self._worker.function,
            dead_letter_queue=dead_letters,
            input=scheduler.ScheduleTargetInput.from_object({"watch": "daily"}),
            # Without updates: the target would add a right on every version of the function.
            role=self._schedule_role().without_policy_updates(),
        )
        scheduler.Schedule(
            self,
            "Daily",
            schedule_name="ostiary-expiry-daily",
            description="Looks at every certificate, token and key once a day",
            schedule=scheduler.ScheduleExpression.cron(minute="0", hour="6"),
            target=target,
        )

    def _schedule_role(self) -> iam.Role:
        function, dead_letters = self._worker.function, self._inbox.dead_letters
        # EventBridge Scheduler User Guide, "Confused deputy prevention in EventBridge Scheduler".
        account = {"StringEquals": {"aws:SourceAccount": Stack.of(self).account}}
        role = iam.Role(
            self,
            "ScheduleRole",
            role_name="ostiary-expiry-schedule",
            assumed_by=iam.ServicePrincipal("scheduler.amazonaws.com", conditions=account),
        )
        allow(
            role,
            [
                Grant(["lambda:InvokeFunction"], [function.function_arn]),
                Grant(["sqs:SendMessage"], [dead_letters.queue_arn]),
            ],
        )
        return role


def _rights(deployment: Deployment) -> list[Grant]:
    """The hook secret's age without its value; alarms' states; the SCIM token where there is one to try."""
    age = Grant(
        actions=["secretsmanager:ListSecretVersionIds"],
        resources=[names.secret_arn(deployment, names.HOOK_SECRET)],
        why="Secrets Manager ends each secret's ARN with six random characters; the name is fixed.",
    )
    states = Grant(
        actions=["cloudwatch:DescribeAlarms"],
        resources=["*"],
        why="CloudWatch lists alarms under a right on all of them only; it reads states and changes nothing.",
    )
    scim = deployment.scim_credentials
    return [age, states, read_secret(deployment, scim)] if scim else [age, states]
