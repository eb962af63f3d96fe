"""The desk as a Lambda has it: its table, its mail topic, and the channels of the secret."""

from dataclasses import dataclass
from functools import cache

import boto3
import requests
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from functions.alerts.channels import (
    Channel,
    ChannelsSecretError,
    Mail,
    Unknown,
    webhook_session,
    webhooks,
)
from functions.alerts.desk import Desk
from functions.alerts.environment import Environment
from functions.alerts.store import FindingStore
from functions.aws.session import CONFIG
from functions.policy import AccessPolicy, load_bundled

SECRET_AGE = 300
"""Seconds for which the channels secret is kept before it is read again."""

BRIEF = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
"""For mail: all channels together must fail before the function's time is up. The queue repeats."""


@dataclass(frozen=True)
class _Kept:
    """What lives as long as the Lambda does."""

    mail: Mail
    store: FindingStore
    policy: AccessPolicy
    secrets: SecretsProvider
    channels_secret: str
    http: requests.Session


@cache
def _kept() -> _Kept:
    env = Environment.read()
    return _Kept(
        mail=Mail(boto3.client("sns", config=BRIEF), env.topic),
        store=FindingStore(boto3.client("dynamodb", config=CONFIG), env.findings_table),
        policy=load_bundled(),
        secrets=SecretsProvider(boto_config=CONFIG),
        channels_secret=env.channels_secret,
        http=webhook_session(),
    )


def desk() -> Desk:
    """A desk with the channels of now. A secret that cannot be read keeps no mail from going out."""
    kept = _kept()
    channels: dict[str, Channel] = {"mail": kept.mail}
    try:
        secret = kept.secrets.get(kept.channels_secret, max_age=SECRET_AGE)
        channels |= webhooks(str(secret), kept.http)
    except (GetParameterError, ChannelsSecretError) as error:
        channels |= {name: Unknown(f"{name}: {error}") for name in ("slack", "pagerduty")}
    return Desk(kept.store, channels, kept.policy.alerts.channels)
