"""What can be turned on the identity plane, and the ids that never change."""

from dataclasses import dataclass

MANAGEMENT_ACCOUNT = "123456789012"
"""moto's account, and so the organization's management account."""

INSTANCE_ARN = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
IDENTITY_STORE_ID = "d-9067f01234"

SCIM_ISSUER = "https://scim.aws.com/7223a1b2-c3d4-4e5f-8a6b-9c0d1e2f3a4b"
"""`Issuer` of the external ids that come in by SCIM."""


@dataclass(frozen=True)
class Settings:
    """Delays in seconds, limits as AWS documents them; a rate of None is not enforced."""

    account_seconds: float = 0.2
    """From CreateAccount to its result."""
    close_seconds: float = 0.2
    """From CloseAccount (PENDING_CLOSURE) to SUSPENDED."""
    activation_seconds: float = 0.0
    """How long a new account is PENDING_ACTIVATION."""
    too_new_seconds: float = 0.0
    """How long after joining an account's assignments fail, although it is ACTIVE."""

    assignment_seconds: float = 0.2
    """From CreateAccountAssignment or DeleteAccountAssignment to SUCCEEDED or FAILED."""
    provisioning_seconds: float = 0.2
    outstanding_creates: int = 15
    """IAM Identity Center User Guide, "Quotas": CreateAccountAssignment calls in progress, not adjustable."""
    inline_policy_limit: int = 10_240
    """Same page: bytes of a permission set's inline policy, white space not counted."""
    sso_admin_per_second: float | None = None
    """Same page: 20, shared by all calls of the sso-admin API."""
    identity_store_per_second: float | None = None
    """Same page: 20 for each operation."""

    policy_size_limit: int = 10_240
    """AWS Organizations User Guide, "Quotas": characters of a service control policy (older: 5,120)."""
    policies_per_target: int = 10
    """Same page: SCPs attached to one root, OU or account (older: 5)."""
    policy_updates_per_second: float | None = None
    """Same page, "Throttle limits": UpdatePolicy 2, burst 3."""
    policy_update_burst: int = 3
    organization_accounts: int = 10_000

    scim_token: str | None = None
    """The bearer token; None: one is made up at the start."""
