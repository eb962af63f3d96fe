"""How the hub speaks to Okta: the key of the OAuth service app, and the secret that says how to sign in."""

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_kms as kms
from aws_cdk import aws_secretsmanager as secretsmanager
from constructs import Construct

from infra import names
from infra.config import Deployment
from infra.resources.grants import Grant, acknowledge


def read_secret(deployment: Deployment, name: str) -> Grant:
    """Read a secret of the hub by its name."""
    return Grant(
        actions=["secretsmanager:GetSecretValue"],
        resources=[names.secret_arn(deployment, name)],
        why="Secrets Manager ends each secret's ARN with six random characters; the name is fixed.",
    )


class OktaAccess(Construct):
    """A signing key that never leaves KMS, and the secret an operator fills after the first deployment.

    The secret is made without a value, so that until then a read fails and says so.
    """

    def __init__(self, scope: Construct, id_: str, deployment: Deployment) -> None:
        super().__init__(scope, id_)
        self._deployment = deployment
        self.key = kms.Key(
            self,
            "Key",
            alias=names.OKTA_KEY_ALIAS,
            description="Signs in to Okta as an OAuth service app (private_key_jwt, RS256)",
            key_spec=kms.KeySpec.RSA_2048,
            key_usage=kms.KeyUsage.SIGN_VERIFY,
            # Okta knows its public half: a new key means registering it there again.
            removal_policy=RemovalPolicy.RETAIN,
        )
        secret = secretsmanager.CfnSecret(
            self,
            "Secret",
            name=deployment.okta_credentials,
            description=(
                'Okta\'s API: {"client_id": "0oa...", "kms_key": "alias/ostiary-okta"} or {"token": "00..."}'
            ),
        )
        # Its value came from a person.
        secret.apply_removal_policy(RemovalPolicy.RETAIN)
        acknowledge(
            secret,
            {
                "AwsSolutions-SMG4": (
                    "It names a client id and a KMS key, which are no secret; whoever chooses an API token "
                    "instead rotates it in Okta, which has no API for that."
                )
            },
        )
        CfnOutput(self, "KeyArn", value=self.key.key_arn).override_logical_id("OktaKeyArn")

    def sign_in(self) -> list[Grant]:
        """Read the credentials; sign with the key, with RS256 alone."""
        return [
            read_secret(self._deployment, self._deployment.okta_credentials),
            Grant(
                actions=["kms:Sign"],
                resources=[self.key.key_arn],
                # KMS names the algorithm in every Sign request; IfExists is for evaluators that do not.
                conditions={"StringEqualsIfExists": {"kms:SigningAlgorithm": "RSASSA_PKCS1_V1_5_SHA_256"}},
            ),
        ]
