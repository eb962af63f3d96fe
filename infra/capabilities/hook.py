"""Okta Event Hook → bus."""

from aws_cdk import Duration, RemovalPolicy
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from functions import bus
from infra import names
from infra.resources.grants import acknowledge
from infra.resources.hook_api import HookApi
from infra.resources.okta_access import read_secret
from infra.resources.worker import House, Worker


class Hook(Construct):
    """The function, the API before it, and the secret that Okta sends."""

    def __init__(self, scope: Construct, id_: str, house: House) -> None:
        super().__init__(scope, id_)
        self._secret()
        worker = Worker(
            self,
            "Worker",
            house,
            capability="hook",
            # Okta hangs up after 3 s, cold start included: the CPU that comes with 1 GB halves it. A call
            # that outlasts Okta still puts its events; the retry's duplicates are told by their uuid. No
            # reserved concurrency: it would cap the hook too, and an account with a quota of 10 has none.
            memory=1024,
            timeout=Duration.seconds(10),
            environment={"OSTIARY_HOOK_SECRET": names.HOOK_SECRET},
            grants=[read_secret(house.deployment, names.HOOK_SECRET)],
            puts=[bus.OKTA],
        )
        HookApi(self, "Door", worker.function, house.alarms)

    def _secret(self) -> None:
        secret = secretsmanager.Secret(
            self,
            "Secret",
            secret_name=names.HOOK_SECRET,
            description="The value of the Authorization header of Okta's Event Hook, as it stands",
            # A new one would have to be brought to Okta.
            removal_policy=RemovalPolicy.RETAIN,
            generate_secret_string=secretsmanager.SecretStringGenerator(
                password_length=48, exclude_punctuation=True
            ),
        )
        acknowledge(
            secret,
            {
                "AwsSolutions-SMG4": (
                    "The function rotate replaces it every month: Okta's Event Hook changes with it, which "
                    "the four steps of Secrets Manager's own rotation do not allow for."
                )
            },
        )
