"""What the hub may do in the management account: two roles, one function each.

Conditions and ARN forms: Service Authorization Reference, "AWS Organizations".
"""

from collections.abc import Sequence

from aws_cdk import CfnOutput, RemovalPolicy
from aws_cdk import aws_iam as iam
from constructs import Construct

from functions.aws.deny_policies import DESCRIPTION, TAG
from functions.aws.management_deny import NOBODY
from infra import names
from infra.config import Deployment
from infra.resources.entitlements import entitlements
from infra.resources.grants import Grant, allow

SCP = {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}
TAG_KEY, TAG_VALUE = TAG

READ = Grant(
    actions=[
        f"organizations:{action}"
        for action in (
            "DescribeAccount",
            "DescribeOrganization",
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
    allow(made.role, [READ, _assignments(deployment)])
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
    allow(
        made.role,
        [
            *_policy_reads(),
            *_policy_writes(deployment),
            _assignments(deployment),
            *([_denies_here(deployment)] if here else []),
            _assignments_here(deployment),
            *entitlements(deployment),
        ],
    )
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


def _denies_here(deployment: Deployment) -> Grant:
    """The deny in this account itself, where no service control policy binds: new versions of it."""
    account = deployment.management_account
    return Grant(
        actions=[
            "iam:GetPolicy",
            "iam:GetPolicyVersion",
            "iam:ListPolicyVersions",
            "iam:CreatePolicyVersion",
            "iam:DeletePolicyVersion",
            # What it says the role decides anyway; so that one that was deleted is there again.
            "iam:CreatePolicy",
        ],
        resources=[f"arn:aws:iam::{account}:policy/{name}" for name in names.management_denies(deployment)],
    )


def _assignments_here(deployment: Deployment) -> Grant:
    """Of this account's own assignments only this account may dispose."""
    instance_id = deployment.instance_arn.rpartition("/")[2]
    return Grant(
        actions=[
            "sso:CreateAccountAssignment",
            "sso:DeleteAccountAssignment",
            "sso:DescribeAccountAssignmentCreationStatus",
            "sso:DescribeAccountAssignmentDeletionStatus",
        ],
        resources=[
            deployment.instance_arn,
            f"arn:aws:sso:::permissionSet/{instance_id}/*",
            f"arn:aws:sso:::account/{deployment.management_account}",
        ],
        why="Permission sets are added after deployment; the instance and the account are fixed.",
    )


def _assignments(deployment: Deployment) -> Grant:
    """API Reference, "ListAccountAssignmentsForPrincipal": only from the management account."""
    return Grant(["sso:ListAccountAssignmentsForPrincipal"], [deployment.instance_arn])


def _policy_reads() -> list[Grant]:
    return [
        Grant(
            actions=["organizations:ListRoots", "organizations:DescribeOrganization"],
            resources=["*"],
            why="Reading only: these actions have no resource.",
        ),
        Grant(
            actions=[
                "organizations:ListPolicies",
                "organizations:DescribePolicy",
                "organizations:ListTargetsForPolicy",
                "organizations:ListPoliciesForTarget",
            ],
            resources=["*"],
            why="Reading only, service control policies only: ListPolicies has no resource, and the deny "
            "policies are found among all of them.",
            conditions={"StringEquals": SCP},
        ),
    ]


def _policies(account: str) -> str:
    """Service control policies of the organization, whose id is part of their ARNs."""
    return f"arn:aws:organizations::{account}:policy/o-*/service_control_policy/p-*"


def _policy_writes(deployment: Deployment) -> list[Grant]:
    account = deployment.management_account
    ours = {f"aws:ResourceTag/{TAG_KEY}": TAG_VALUE}
    made_ours = {f"aws:RequestTag/{TAG_KEY}": TAG_VALUE}
    return [
        Grant(
            actions=["organizations:CreatePolicy"],
            resources=["*"],
            why="A policy that does not exist yet has no ARN; it must be a service control policy and be "
            "tagged as Ostiary's.",
            conditions={"StringEquals": {**SCP, **made_ours}},
        ),
        Grant(
            actions=["organizations:TagResource"],
            resources=[_policies(account)],
            why="CreatePolicy with tags asks for it; only the tag that marks Ostiary's own may be set.",
            conditions={
                "StringEquals": {**SCP, **made_ours},
                "ForAllValues:StringEquals": {"aws:TagKeys": [TAG_KEY]},
            },
        ),
        Grant(
            actions=["organizations:UpdatePolicy", "organizations:AttachPolicy"],
            resources=[_policies(account)],
            why="AWS chooses the ids of policies; the tag limits it to Ostiary's own.",
            conditions={"StringEquals": {**SCP, **ours}},
        ),
        Grant(
            actions=["organizations:AttachPolicy"],
            resources=[
                f"arn:aws:organizations::{account}:root/o-*/r-*",
                f"arn:aws:organizations::{account}:ou/o-*/ou-*",
            ],
            why="The root of the organization or the unit that the deny covers, whose ids are not known "
            "here. Which policy may be attached is limited above, since the action asks for both.",
            conditions={"StringEquals": SCP},
        ),
    ]
