"""Who gets in where no service control policy binds: a role for the management account's own assignments.

It exists only while access.yaml has a grant with `accounts: management`. A delegated administrator may not
touch what is provisioned there (IAM Identity Center User Guide, "Delegated administration"), and in that
account Identity Center makes roles with the rights of who asks: its service-linked role may not
(AWS Managed Policy Reference, "AWSSSOServiceRolePolicy", Sid IAMRoleProvisioningActions).
"""

from aws_cdk import Stack

from infra import names
from infra.config import Deployment
from infra.resources.grants import Grant, allow
from infra.resources.identity import in_management
from infra.resources.management_roles import ManagementRole

PROVISIONED = (
    "iam:AttachRolePolicy",
    "iam:CreateRole",
    "iam:DeleteRolePermissionsBoundary",
    "iam:GetRole",
    "iam:ListAttachedRolePolicies",
    "iam:ListRolePolicies",
    "iam:PutRolePermissionsBoundary",
    "iam:PutRolePolicy",
    "iam:UpdateAssumeRolePolicy",
    "iam:UpdateRole",
    "iam:UpdateRoleDescription",
    # Taking the last assignment away takes the role away.
    "iam:DeleteRole",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
)
"""What Identity Center does to its role in an account: the actions of the page above."""

SAML = ("iam:CreateSAMLProvider", "iam:GetSAMLProvider", "iam:UpdateSAMLProvider")


def management_access(stack: Stack, deployment: Deployment) -> ManagementRole:
    """For `reconcile` alone: read, make and take away this account's assignments, provision its sets."""
    made = ManagementRole(
        stack,
        "ManagementAccess",
        deployment,
        name=names.MANAGEMENT_ACCESS,
        capabilities=("reconcile",),
    )
    allow(made.role, [_assignments(deployment), _statuses(deployment), *_made_by_asking(deployment)])
    return made


def _assignments(deployment: Deployment) -> Grant:
    return in_management(
        deployment,
        [
            "CreateAccountAssignment",
            "DeleteAccountAssignment",
            "ListAccountAssignments",
            "ListPermissionSetsProvisionedToAccount",
            "ProvisionPermissionSet",
        ],
    )


def _statuses(deployment: Deployment) -> Grant:
    return Grant(
        actions=[
            "sso:DescribeAccountAssignmentCreationStatus",
            "sso:DescribeAccountAssignmentDeletionStatus",
            "sso:DescribePermissionSetProvisioningStatus",
            "sso:ListAccountAssignmentCreationStatus",
            "sso:ListAccountAssignmentDeletionStatus",
            "sso:ListPermissionSetProvisioningStatus",
        ],
        resources=[deployment.instance_arn],
    )


def _made_by_asking(deployment: Deployment) -> list[Grant]:
    account = deployment.management_account
    return [
        Grant(
            actions=list(PROVISIONED),
            resources=[f"arn:aws:iam::{account}:role/aws-reserved/sso.amazonaws.com/*"],
            why="Identity Center ends the names of its roles with characters of its own choice; nobody "
            "else's role has this path, and AWS lets only Identity Center change what does.",
        ),
        Grant(
            actions=list(SAML),
            resources=[f"arn:aws:iam::{account}:saml-provider/AWSSSO_*"],
            why="Identity Center chooses the rest of its provider's name.",
        ),
    ]
