"""The watch with everything it needs, made once for each copy of the function."""

from datetime import UTC, datetime
from functools import cache

import boto3
import requests

from functions.aws.session import CONFIG
from functions.bus import EventBus
from functions.expiry.environment import Environment
from functions.expiry.sources import Sources
from functions.expiry.trust import TrustBook
from functions.expiry.watch import PATIENCE, Watch
from functions.okta.credentials import connect
from functions.policy import load_bundled


def clock() -> datetime:
    """The wall clock, in UTC."""
    return datetime.now(UTC)


@cache
def watch() -> Watch:
    """Raises KeyError or OSError where the deployment is incomplete."""
    env, policy = Environment.read(), load_bundled()
    sources = Sources(
        connect=lambda scopes: connect(env.okta_url, env.okta_credentials, scopes, patience=PATIENCE),
        url=env.okta_url,
        apps=env.okta_apps,
        trust=TrustBook(boto3.client("dynamodb", config=CONFIG), env.trust_table),
        policy=policy,
        secrets=boto3.client("secretsmanager", config=CONFIG),
        cloudwatch=boto3.client("cloudwatch", config=CONFIG),
        management_account=env.management_account,
        hook_secret=env.hook_secret,
        scim_secret=env.scim_credentials,
        clock=clock,
        http=requests.Session(),
    )
    bus = EventBus(boto3.client("events", config=CONFIG), env.bus)
    return Watch(sources, policy.expiry.severity, env.runbooks, bus)
