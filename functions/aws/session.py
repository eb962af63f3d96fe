"""How the functions reach AWS: one client configuration, and roles of the management account by name."""

from functools import cache
from typing import Any

import boto3
from botocore.config import Config
from botocore.credentials import (
    CredentialProvider,
    CredentialResolver,
    DeferredRefreshableCredentials,
    create_assume_role_refresher,
)
from botocore.session import get_session

APP_ID = "ostiary"
"""In every request's user agent, which CloudTrail shows (AWS SDKs Reference Guide, "Application ID")."""

CONFIG = Config(
    connect_timeout=3,
    read_timeout=10,
    retries={"mode": "standard", "total_max_attempts": 4},
    user_agent_extra=f"app/{APP_ID}",
)
"""For clients without a tighter limit of their own. Seconds; 4 attempts with backoff."""

ORGANIZATIONS_REGION = "us-east-1"
"""AWS Organizations User Guide, "Endpoints": the API of the commercial partition lives there."""


class _AssumedRole(CredentialProvider):
    METHOD = "sts-assume-role"

    def __init__(self, role_arn: str, session_name: str) -> None:
        super().__init__()
        self._refresh = create_assume_role_refresher(
            boto3.client("sts", config=CONFIG), {"RoleArn": role_arn, "RoleSessionName": session_name}
        )

    def load(self) -> Any:
        return DeferredRefreshableCredentials(refresh_using=self._refresh, method=self.METHOD)


@cache
def assumed(role_arn: str, session_name: str) -> boto3.Session:
    """A session under another role, its credentials renewed by themselves before they expire."""
    session = get_session()
    session.register_component(
        "credential_provider", CredentialResolver([_AssumedRole(role_arn, session_name)])
    )
    return boto3.Session(botocore_session=session)
