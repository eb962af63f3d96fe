"""Stack `ostiary-organization`: the management account, in the one Region that has Organizations' events."""

from aws_cdk import CfnOutput, Environment, Stack
from aws_cdk.aws_events import EventPattern
from constructs import Construct

from functions.policy import AccessPolicy
from infra import names
from infra.config import ORGANIZATIONS_REGION, Deployment
from infra.patterns import (
    ACCOUNT_FACTORY,
    GROUPS_TOLD,
    IAM_USERS,
    IDENTITY_CENTER,
    ORGANIZATION,
    PERMISSION_SETS,
    SCIM_TOKEN,
    SIGN_INS,
    deployed,
)
from infra.resources.forwarding import Forwarding, forward_role
from infra.resources.management_access import management_access
from infra.resources.management_roles import deny_policies, management_denies, organization_read


class OrganizationStack(Stack):
    """Events to the hub, the two roles through which the hub reads and denies, and a third one if the access
    policy has grants for this account."""

    def __init__(self, scope: Construct, deployment: Deployment, policy: AccessPolicy) -> None:
        super().__init__(
            scope,
            "ostiary-organization",
            description="Ostiary: events of the organization to the hub, and the hub's roles here",
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
                "groups": GROUPS_TOLD,
                "scim-token": SCIM_TOKEN,
                "sign-ins": SIGN_INS,
                "iam": IAM_USERS,
                "permission-sets": PERMISSION_SETS,
                **_deployed(deployment),
            },
            role=role,
        )
        organization_read(self, deployment)
        deny_policies(self, deployment, management_denies(self, deployment))
        if policy.used_in_management():
            management_access(self, deployment)
        CfnOutput(self, "ForwardRoleArn", value=role.role_arn)


def _deployed(deployment: Deployment) -> dict[str, EventPattern]:
    """The permission sets speak in their own Region; where that is this one, this stack forwards for it."""
    if deployment.hub_region != ORGANIZATIONS_REGION:
        return {}
    return {"deployed": deployed(names.PERMISSION_SETS, deployment.management_account, deployment.hub_region)}
