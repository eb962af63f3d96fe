"""The identity plane: Organizations, IAM Identity Center, Identity Store and SCIM, as strict as AWS."""

from sandbox.identity.server import IdentityServer, serve
from sandbox.identity.settings import (
    IDENTITY_STORE_ID,
    INSTANCE_ARN,
    MANAGEMENT_ACCOUNT,
    SCIM_ISSUER,
    Settings,
)

__all__ = [
    "IDENTITY_STORE_ID",
    "INSTANCE_ARN",
    "MANAGEMENT_ACCOUNT",
    "SCIM_ISSUER",
    "IdentityServer",
    "Settings",
    "serve",
]
