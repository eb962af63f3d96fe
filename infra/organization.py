"""Stack `ostiary-organization`: the management account, in the one Region that has Organizations' events."""

from aws_cdk import CfnOutput, Environment, Stack
from constructs import Construct

from infra.config import ORGANIZATIONS_REGION, Deployment
from infra.patterns import ACCOUNT_FACTORY, IDENTITY_CENTER, ORGANIZATION, SCIM_TOKEN, SIGN_INS
from infra.resources.forwarding import Forwarding, forward_role
from infra.resources.management_roles import deny_policies, management_denies, organization_read


class OrganizationStack(Stack):
    """Events to the hub, and the two roles through which the hub reads and denies."""

    def __init__(self, scope: Construct, deployment: Deployment) -> None:
        super().__init__(
            scope,
            "ostiary-organization",
            description="Ostiary: events of the organization to the hub, and the hub's two roles here",
            env=Environment(account=deployment.management_account, region=ORGANIZATIONS_REGION),
        )
        role = forward_role(self, deployment)
        Forwarding(
            self,
            "Forwarding",
            deployment,
            patterns={
                "organization": ORGANIZATION,
                "account-factory": ACCOUNT_FACTORY,
                "identity-center": IDENTITY_CENTER,
                "scim-token": SCIM_TOKEN,
                "sign-ins": SIGN_INS,
            },
            role=role,
        )
        organization_read(self, deployment)
        deny_policies(self, deployment)
        management_denies(self, deployment)
        CfnOutput(self, "ForwardRoleArn", value=role.role_arn)
