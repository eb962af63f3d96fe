"""What `leavers` may do in the management account: deny, and take what people have there.

Conditions and ARN forms: Service Authorization Reference, "AWS Organizations".
"""

from functions.aws.deny_policies import TAG
from infra import names
from infra.config import Deployment
from infra.resources.entitlements import entitlements
from infra.resources.grants import Grant
from infra.resources.identity import in_management

SCP = {"organizations:PolicyType": "SERVICE_CONTROL_POLICY"}
TAG_KEY, TAG_VALUE = TAG


def rights(deployment: Deployment, *, denies_here: bool) -> list[Grant]:
    """All of it. `denies_here`: there are deny policies of this account itself."""
    return [
        *_policy_reads(),
        *_policy_writes(deployment),
        assignments(deployment),
        *([_denies_here(deployment)] if denies_here else []),
        _assignments_here(deployment),
        *entitlements(deployment),
    ]


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
    return in_management(
        deployment,
        [
            "CreateAccountAssignment",
            "DeleteAccountAssignment",
            "DescribeAccountAssignmentCreationStatus",
            "DescribeAccountAssignmentDeletionStatus",
        ],
    )


def assignments(deployment: Deployment) -> Grant:
    """API Reference, "ListAccountAssignmentsForPrincipal": only from the management account."""
    return Grant(["sso:ListAccountAssignmentsForPrincipal"], [deployment.instance_arn])


def _policy_reads() -> list[Grant]:
    return [
        Grant(
            actions=["organizations:ListRoots"],
            resources=["*"],
            why="Reading only: the action has no resource.",
        ),
        Grant(
            actions=[
                "organizations:ListPolicies",
                "organizations:DescribePolicy",
                "organizations:ListTargetsForPolicy",
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
