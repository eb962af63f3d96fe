"""Where deny policies stand: in the organization, and in its management account."""

from collections.abc import Sequence

import boto3
from botocore.config import Config

from functions.aws.deny_policies import DenyPolicies
from functions.aws.management_deny import ManagementDeny
from functions.aws.session import ORGANIZATIONS_REGION
from functions.leavers.deny import MANAGED, Shape
from functions.leavers.environment import Environment
from functions.leavers.writing import Place

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
"""For AWS Organizations: a call ends before the writer's lease does, and DenyPolicies repeats it itself."""


def deny_places(env: Environment, management: boto3.Session, targets: Sequence[str]) -> list[Place]:
    """Both under roles of the management account. `targets`: "root" or ids of organizational units."""
    organizations = management.client("organizations", region_name=ORGANIZATIONS_REGION, config=BOUNDED)
    iam = management.client("iam", region_name=ORGANIZATIONS_REGION, config=BOUNDED)
    account = env.deny_role.split(":")[4]
    here = ManagementDeny(iam, account)
    return [
        Place(
            "service control policies",
            DenyPolicies(organizations, targets=targets),
            Shape(env.deny_size, env.deny_count),
            binds=lambda each: each != account,
        ),
        Place(
            "policies of the management account",
            here,
            Shape(MANAGED, env.deny_management),
            binds=lambda each: each == account,
            health=here.health,
        ),
    ]
