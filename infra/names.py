"""Physical names: what operators look up, and what the stacks know of each other.

The stacks live in different accounts and Regions, so they share no CloudFormation export: each knows the
others' resources by these names alone.
"""

from functions.aws.deny_policies import NAME as DENY_NAME
from infra.config import Deployment

BUS = "ostiary"
HUB = "ostiary-hub"
PERMISSION_SETS = "ostiary-permission-sets"
LEDGER = "ostiary-ledger"
FINDINGS = "ostiary-findings"
TRUST = "ostiary-trust"
CURSOR = "ostiary-cursor"
SWEEP = "ostiary-sweep"
TURNS = "ostiary-turns"
TOPIC = "ostiary-alerts"
DASHBOARD = "ostiary"
OKTA_KEY_ALIAS = "alias/ostiary-okta"
HOOK_SECRET = "ostiary/hook"  # noqa: S105 - a name, not a value
CHANNELS_SECRET = "ostiary/channels"  # noqa: S105 - a name, not a value
ORGANIZATION_READ = "ostiary-organization-read"
DENY_POLICIES = "ostiary-deny-policies"
MANAGEMENT_ACCESS = "ostiary-management-access"
FORWARD = "ostiary-forward"


def management_denies(deployment: Deployment) -> list[str]:
    """The IAM policies of the management account that deny leavers what no SCP can deny there."""
    return [f"{DENY_NAME}-{number + 1}" for number in range(int(deployment.deny_management_policies))]


def function(capability: str) -> str:
    """The name of a capability's function, of its role and of its queue."""
    return f"ostiary-{capability}"


def audit_bucket(account: str, region: str) -> str:
    """The audit trail's bucket. Names of buckets are shared by all of AWS, hence account and Region."""
    return f"ostiary-audit-{account}-{region}"


def role_arn(account: str, name: str) -> str:
    """Organizations are handled in the commercial partition only, hence `aws`."""
    return f"arn:aws:iam::{account}:role/{name}"


def bus_arn(deployment: Deployment) -> str:
    """The hub's bus, as other accounts and Regions name it."""
    return f"arn:aws:events:{deployment.hub_region}:{deployment.hub_account}:event-bus/{BUS}"


def secret_arn(deployment: Deployment, name: str) -> str:
    """A secret of the hub by name: Secrets Manager ends each ARN with six characters of its own."""
    return f"arn:aws:secretsmanager:{deployment.hub_region}:{deployment.hub_account}:secret:{name}-??????"
