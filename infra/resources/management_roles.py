"""What the hub may do in the management account: the roles that it always has there.

Conditions and ARN forms: Service Authorization Reference, "AWS Organizations".
"""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.aws.deny_policies import DESCRIPTION
from functions.aws.management_deny import NOBODY
from infra import names
from infra.config import Deployment
from infra.resources.deny_rights import assignments, rights
from infra.resources.grants import Grant, allow

READ = Grant(
    actions=[
        f"organizations:{action}"
        for action in (
            "DescribeAccount",
            "DescribeOrganizationalUnit",
            "ListAccounts",
            "ListAccountsForParent",
            "ListOrganizationalUnitsForParent",
            "ListParents",
            "ListRoots",
            "ListTagsForResource",
        )
    ],
    resources=["*"],
    why="Reading only: accounts and units are known at run time, and several list actions have no resource.",
)


class ManagementRole(Construct):
    """A role that these functions of the hub may assume, and nobody else."""

    def __init__(
        self, scope: Construct, id_: str, deployment: Deployment, *, name: str, capabilities: Sequence[str]
    ) -> None:
        super().__init__(scope, id_)
        account = deployment.hub_account
        # The account is the principal, not the role: a role as principal must exist before this one, and
        # would be dropped from the trust when it is made anew. aws:PrincipalArn is the role's ARN; the
        # session's form stands beside it for evaluators that show that one, and names the same role.
        functions = [names.function(capability) for capability in capabilities]
        callers = [
            arn
            for caller in functions
            for arn in (
                names.role_arn(account, caller),
                f"arn:aws:sts::{account}:assumed-role/{caller}/*",
            )
        ]
        self.role = iam.Role(
            self,
            "Role",
            role_name=name,
            description=f"For Ostiary's {' and '.join(functions)} in account {account}",
            assumed_by=iam.AccountPrincipal(account).with_conditions(
                {"ArnLike": {"aws:PrincipalArn": callers}}
            ),
        )
        CfnOutput(self, "Arn", value=self.role.role_arn).override_logical_id(f"{id_}RoleArn")


def organization_read(scope: Construct, deployment: Deployment) -> ManagementRole:
    """For `accounts` and `reconcile`: which accounts there are, where they stand, how they are tagged."""
    made = ManagementRole(
        scope,
        "OrganizationRead",
        deployment,
        name=names.ORGANIZATION_READ,
        capabilities=("accounts", "reconcile"),
    )
    allow(made.role, [READ, assignments(deployment)])
    return made


def deny_policies(
    scope: Construct, deployment: Deployment, here: Sequence[iam.CfnManagedPolicy]
) -> ManagementRole:
    """For `leavers`: write and attach Ostiary's own deny policies; detach and delete none.

    A policy is Ostiary's by its tag. The right to tag is needed because CreatePolicy with tags asks for it,
    and Organizations has no key that limits it to creation: so this role could adopt another service control
    policy by tagging it. An organization that minds denies `organizations:TagResource` on its own policies
    to this role. `here` are the deny policies of this account itself.
    """
    made = ManagementRole(
        scope, "DenyPolicies", deployment, name=names.DENY_POLICIES, capabilities=("leavers",)
    )
    allow(made.role, rights(deployment, denies_here=bool(here)))
    # The role may make what is missing of them: not before this stack has, which would fail otherwise.
    made.role.node.find_child("DefaultPolicy").node.add_dependency(*here)
    return made


def management_denies(scope: Construct, deployment: Deployment) -> list[iam.CfnManagedPolicy]:
    """The policies that permission sets used in this account refer to; they deny nobody yet.

    They must exist before such a permission set is provisioned. What they say is the runtime's: this
    template never changes it, so CloudFormation never writes it back; and should it, the next upkeep does.
    """
    made = []
    for number, name in enumerate(names.management_denies(deployment), 1):
        policy = iam.CfnManagedPolicy(
            scope,
            f"ManagementDeny{number}",
            managed_policy_name=name,
            description=DESCRIPTION,
            policy_document=NOBODY,
        )
        policy.apply_removal_policy(RemovalPolicy.RETAIN)
        made.append(policy)
    return made
