"""What surrounds the function where it runs: its variables, and what a container keeps for its life."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from operator import itemgetter
from typing import Any
from unittest.mock import patch

import boto3
from aws_lambda_powertools.utilities import parameters

from functions.aws.session import assumed
from functions.leavers.environment import Environment
from functions.okta import credentials
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT

REGION = "eu-west-1"
TABLE = "ledger"
TURNS = "turns"
PLANE = ("ORGANIZATIONS", "SSO_ADMIN", "IDENTITYSTORE", "ACCOUNT_ACCESS")


def variables(plane: str, aws: str) -> Mapping[str, str]:
    """What the function and boto3 read from the environment."""
    return {
        "AWS_ENDPOINT_URL": aws,
        "AWS_REGION": REGION,
        "AWS_DEFAULT_REGION": REGION,
        "AWS_ACCESS_KEY_ID": MANAGEMENT_ACCOUNT,
        "AWS_SECRET_ACCESS_KEY": "sandbox",
        "POWERTOOLS_METRICS_NAMESPACE": "Ostiary",
        "POWERTOOLS_SERVICE_NAME": "leavers",
        **{f"AWS_ENDPOINT_URL_{name}": plane for name in PLANE},
    }


def environment(okta_url: str) -> Environment:
    return Environment(
        bus="ostiary",
        runbooks="https://runbooks",
        region=REGION,
        ledger_table=TABLE,
        turns_table=TURNS,
        deny_role=f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/ostiary-deny-policies",
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        okta_url=okta_url,
        okta_credentials="okta",
        okta_app_id="0oa5f1tsAwsIdc8Kp1d7",
        deny_size=10_240,
        deny_count=1,
        deny_management=1,
        scim_credentials="scim",
    )


@contextmanager
def surrounded(values: Mapping[str, str]) -> Iterator[None]:
    """boto3's default session is the function's meanwhile, and nothing of another container is left in it."""
    with patch.dict("os.environ", values):
        before = boto3.DEFAULT_SESSION
        boto3.setup_default_session(region_name=REGION)
        forget()
        try:
            yield
        finally:
            boto3.DEFAULT_SESSION = before
            forget()


@contextmanager
def clients_kept() -> Iterator[None]:
    """To make one takes longer than to use it: those of a session serve every container that has it.

    But for sso-admin's, in which each container has a place in the line of turns (functions.aws.pace).
    """
    made: dict[tuple[Any, ...], Any] = {}
    make = boto3.Session.client

    def kept(self: boto3.Session, service: Any, region_name: Any = None, **options: Any) -> Any:
        key = (self, service, region_name, *sorted(options.items(), key=itemgetter(0)))
        if service == "sso-admin":
            return make(self, service, region_name, **options)
        if key not in made:
            made[key] = make(self, service, region_name, **options)
        return made[key]

    with patch.object(boto3.Session, "client", kept):
        yield


def forget() -> None:
    """What a container keeps for its life: sessions, secrets, Okta's client."""
    assumed.cache_clear()
    parameters.clear_caches()  # type: ignore[no-untyped-call]
    credentials._secrets.cache_clear()
    credentials._client.cache_clear()
