"""Where the watch reads, and what to raise where one thing of an area could not be read."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

import requests

from functions.expiry.trust import TrustBook
from functions.finding import Finding
from functions.okta.client import OktaClient
from functions.policy.model import AccessPolicy

if TYPE_CHECKING:
    from mypy_boto3_cloudwatch import CloudWatchClient
    from mypy_boto3_secretsmanager import SecretsManagerClient

Connect = Callable[[tuple[str, ...]], OktaClient]
"""Scopes → a client whose token has exactly these, so that one that is not granted blinds one area."""


class PartlyReadError(Exception):
    """One thing of an area could not be read, for `cause`; what was found of the others is here."""

    def __init__(self, findings: tuple[Finding, ...], cause: Exception) -> None:
        super().__init__(str(cause))
        self.findings = findings
        self.cause = cause


@dataclass(frozen=True)
class Sources:
    """Where an area reads."""

    connect: Connect
    url: str
    apps: tuple[str, ...]
    trust: TrustBook
    policy: AccessPolicy
    secrets: "SecretsManagerClient"
    cloudwatch: "CloudWatchClient"
    management_account: str
    hook_secret: str
    scim_secret: str
    clock: Callable[[], datetime]
    http: requests.Session
