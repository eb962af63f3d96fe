"""What it takes to list, take and give back entitlements of account access manager.

IAM User Guide, "Security in account access manager": managing entitlements without administering the rest.
Of the reads that it depends on, those of the console (sso-directory) are left out.
"""

from infra.config import Deployment
from infra.resources.grants import Grant


def entitlements(deployment: Deployment) -> list[Grant]:
    """For a role of the management account, which account access manager belongs to."""
    account, region = deployment.management_account, deployment.hub_region
    return [
        Grant(
            actions=["account-access:ListApplications"],
            resources=["*"],
            why="Reading only: the action has no resource.",
        ),
        Grant(
            actions=[
                f"account-access:{action}"
                for action in ("ListEntitlements", "CreateEntitlement", "DeleteEntitlement")
            ],
            resources=[f"arn:aws:account-access:{region}:{account}:application/*"],
            why="AWS chooses the application's id, and there is one for the instance.",
        ),
        Grant(
            actions=[
                "sso:ListInstances",
                "identitystore:DescribeUser",
                "identitystore:DescribeGroup",
                "organizations:DescribeAccount",
            ],
            resources=["*"],
            why="Reading only: the service asks these for the principal and the account of an entitlement.",
        ),
    ]
