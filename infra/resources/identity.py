"""Rights on IAM Identity Center, as narrow as its ARNs allow.

Service Authorization Reference, "AWS IAM Identity Center" and "AWS Identity Store".
"""

from collections.abc import Sequence

from infra.config import Deployment
from infra.resources.grants import Grant


def instance(deployment: Deployment, actions: Sequence[str]) -> Grant:
    """Actions of sso-admin on this instance, its permission sets, and any account of the organization."""
    return _instance(deployment, actions, "*", "Accounts join and permission sets are added after deployment")


def in_management(deployment: Deployment, actions: Sequence[str]) -> Grant:
    """The same, in the management account alone."""
    account = deployment.management_account
    return _instance(deployment, actions, account, "Permission sets are added after deployment")


def _instance(deployment: Deployment, actions: Sequence[str], account: str, why: str) -> Grant:
    instance_id = deployment.instance_arn.rpartition("/")[2]
    return Grant(
        actions=[f"sso:{action}" for action in actions],
        resources=[
            deployment.instance_arn,
            f"arn:aws:sso:::permissionSet/{instance_id}/*",
            f"arn:aws:sso:::account/{account}",
        ],
        why=f"{why}; the instance is fixed.",
    )


def directory(deployment: Deployment, actions: Sequence[str]) -> Grant:
    """Actions on this identity store and its people, groups and memberships."""
    store = f"identitystore/{deployment.identity_store_id}"
    return Grant(
        actions=[f"identitystore:{action}" for action in actions],
        resources=[
            f"arn:aws:identitystore::{deployment.management_account}:{store}",
            "arn:aws:identitystore:::user/*",
            "arn:aws:identitystore:::group/*",
            "arn:aws:identitystore:::membership/*",
        ],
        why="People and groups come from Okta at any time, and their ARNs do not name the store; "
        "the store's own ARN, which every action needs as well, is fixed.",
    )
