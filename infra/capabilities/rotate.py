"""The hook's secret, replaced by the clock."""

from aws_cdk import Duration
from aws_cdk import aws_scheduler as scheduler
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.resources.grants import Grant
from infra.resources.okta_access import OktaAccess
from infra.resources.schedule import Timer
from infra.resources.worker import House, Worker


class Rotate(Construct):
    """The function and its daily look."""

    def __init__(self, scope: Construct, id_: str, house: House, okta: OktaAccess) -> None:
        super().__init__(scope, id_)
        deployment = house.deployment
        worker = Worker(
            self,
            "Worker",
            house,
            capability="rotate",
            memory=512,
            # Half a dozen calls to Okta with its rate limit to wait for.
            timeout=Duration.minutes(5),
            environment={
                "OSTIARY_HOOK_SECRET": names.HOOK_SECRET,
                "OSTIARY_OKTA_URL": deployment.okta_url,
                "OSTIARY_OKTA_CREDENTIALS": deployment.okta_credentials,
            },
            grants=[_replace_secret(deployment), *okta.sign_in()],
        )
        Timer(
            self,
            "Timer",
            worker.function,
            capability="rotate",
            every="daily",
            when=scheduler.ScheduleExpression.cron(minute="30", hour="5"),
            description="Replaces the event hook's secret once it is 30 days old",
            retries=2,
        )


def _replace_secret(deployment: Deployment) -> Grant:
    return Grant(
        actions=[
            "secretsmanager:DescribeSecret",
            "secretsmanager:GetSecretValue",
            "secretsmanager:ListSecretVersionIds",
            "secretsmanager:PutSecretValue",
            "secretsmanager:UpdateSecretVersionStage",
        ],
        resources=[names.secret_arn(deployment, names.HOOK_SECRET)],
        why="Secrets Manager ends each secret's ARN with six random characters; the name is fixed.",
    )
