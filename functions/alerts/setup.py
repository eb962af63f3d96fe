"""The desk as a Lambda has it: its table, its mail topic, and the channels of the secret."""

from dataclasses import dataclass
from functools import cache

import boto3
import requests
from aws_lambda_powertools.utilities.parameters import SecretsProvider
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.config import Config

from functions.alerts.channels import MAIL, Channel, Mail, Unknown
from functions.alerts.channels_secret import BY_SECRET, ChannelsSecretError, webhooks
from functions.alerts.daily import Daily
from functions.alerts.desk import Desk
from functions.alerts.environment import Environment
from functions.alerts.route import Routes
from functions.alerts.store import FindingStore
from functions.alerts.wire import webhook_session
from functions.aws.session import CONFIG
from functions.bus import EventBus
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
    bus: EventBus
    policy: AccessPolicy
    secrets: SecretsProvider
    env: Environment
    http: requests.Session


@cache
def _kept() -> _Kept:
    env = Environment.read()
    return _Kept(
        mail=Mail(boto3.client("sns", config=BRIEF), env.topic),
        store=FindingStore(boto3.client("dynamodb", config=CONFIG), env.findings_table),
        bus=EventBus(boto3.client("events", config=CONFIG), env.bus),
        policy=load_bundled(),
        secrets=SecretsProvider(boto_config=CONFIG),
        env=env,
        http=webhook_session(),
    )


def store() -> FindingStore:
    """The table of findings."""
    return _kept().store


def desk() -> Desk:
    """A desk with the channels of now. A secret that cannot be read keeps no mail from going out."""
    kept = _kept()
    channels = _channels(kept)
    routes = Routes(kept.policy.alerts.channels, channels)
    return Desk(kept.store, channels, routes, kept.bus.put_findings, kept.env.runbooks)


def daily() -> Daily:
    """Whoever writes the digest, with the channels of now."""
    kept = _kept()
    channels = _channels(kept)
    routes = Routes(kept.policy.alerts.channels, channels)
    return Daily(kept.store, channels, routes, kept.bus.put_findings, kept.env.runbooks)


def _channels(kept: _Kept) -> dict[str, Channel]:
    try:
        secret = kept.secrets.get(kept.env.channels_secret, max_age=SECRET_AGE)
        return {MAIL: kept.mail, **_webhooks(str(secret))}
    except (GetParameterError, ChannelsSecretError) as error:
        return {MAIL: kept.mail, **{name: Unknown(f"{name}: {error}") for name in BY_SECRET}}


@cache
def _webhooks(secret: str) -> dict[str, Channel]:
    """Kept, so that an endpoint that did not answer is remembered from one finding to the next."""
    return webhooks(secret, _kept().http)
