"""How the facts are reached: two AWS accounts by profile, Okta by the credentials of the functions."""

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.utils import parsedate_to_datetime
from typing import Any

import boto3
import requests

from functions.okta.client import OktaClient
from functions.okta.credentials import sign_in_from_secret
from functions.okta.errors import OktaSecretError
from functions.policy import AccessPolicy
from infra.config import ORGANIZATIONS_REGION, Deployment

PATIENCE = 5.0
"""Seconds for which a call to Okta is repeated: a person is waiting."""


@dataclass(frozen=True)
class Access:
    """Who looks, where, and what should be there. `hub` and `management` are signed in to those accounts."""

    deployment: Deployment
    policy: AccessPolicy
    hub: boto3.Session
    management: boto3.Session
    http: requests.Session
    now: Callable[[], datetime]

    def in_hub(self, service: Any) -> Any:
        """A client of the hub."""
        return self.hub.client(service, region_name=self.deployment.hub_region)

    def in_management(self, service: Any) -> Any:
        """A client of the management account, in the Region of Organizations' events."""
        return self.management.client(service, region_name=ORGANIZATIONS_REGION)

    def credentials(self) -> str:
        """The secret for Okta's API. Raises OktaSecretError where an operator has not filled it yet."""
        secrets = self.in_hub("secretsmanager")
        name = self.deployment.okta_credentials
        try:
            return str(secrets.get_secret_value(SecretId=name)["SecretString"])
        except secrets.exceptions.ResourceNotFoundException:
            raise OktaSecretError(f"secret {name} has no value yet: see docs/deployment.md") from None

    def uses_token(self) -> bool:
        """Whether the secret holds an API token. Raises OktaSecretError."""
        try:
            return "token" in json.loads(self.credentials())
        except ValueError:
            # Not chained: the exception holds the secret.
            raise OktaSecretError(f"secret {self.deployment.okta_credentials} is no JSON") from None

    def okta(self, *scopes: str) -> OktaClient:
        """A client with these scopes. Raises OktaError."""
        sign_in = sign_in_from_secret(
            self.credentials(),
            base_url=self.deployment.okta_url,
            scopes=scopes,
            http=self.http,
            kms=lambda: self.in_hub("kms"),
            patience=PATIENCE,
        )
        return OktaClient(self.deployment.okta_url, sign_in, self.http, patience=PATIENCE)


def account_of(session: boto3.Session, region: str) -> str:
    """The account that a session is signed in to."""
    return str(session.client("sts", region_name=region).get_caller_identity()["Account"])


def clock_of_aws(session: boto3.Session, region: str) -> datetime:
    """AWS's clock, to the second, as it stamps its answers."""
    answer = session.client("sts", region_name=region).get_caller_identity()
    return parsedate_to_datetime(answer["ResponseMetadata"]["HTTPHeaders"]["date"])


def profile_for(account: str, profiles: Mapping[str, Mapping[str, Any]]) -> str | None:
    """The profile of ~/.aws/config that says it leads to this account."""
    for name, settings in profiles.items():
        role_account = str(settings.get("role_arn", "")).split(":")[4:5]
        if settings.get("sso_account_id") == account or role_account == [account]:
            return name
    return None
