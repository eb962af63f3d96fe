"""What leavers is made of, put together once for a container's life."""

import os
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING, Self

import boto3
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from botocore.config import Config

from functions.aws.deny_policies import DenyPolicies
from functions.aws.lease import Lease
from functions.aws.ledger import Ledger
from functions.aws.people import People
from functions.aws.session import CONFIG, ORGANIZATIONS_REGION, assumed
from functions.bus import EventBus
from functions.leavers.book import Book
from functions.leavers.deny import SMALL, Shape
from functions.leavers.findings import Console, Wording
from functions.leavers.reception import Reception
from functions.leavers.renderer import Renderer
from functions.leavers.revocations import Revocations, Rules, Steps
from functions.leavers.steps import Deny, Lift, OktaSessions
from functions.okta.credentials import connect
from functions.policy import load_bundled

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

SCOPES = ("okta.users.manage",)

BOUNDED = Config(connect_timeout=2, read_timeout=5, retries={"mode": "standard", "total_max_attempts": 1})
"""For AWS Organizations: a call ends before the writer's lease does, and DenyPolicies repeats it itself."""


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    runbooks: str
    region: str
    ledger_table: str
    deny_role: str
    instance_arn: str
    identity_store_id: str
    okta_url: str
    okta_credentials: str
    okta_app_id: str
    deny_size: int
    deny_count: int

    @classmethod
    def read(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Size (characters) and number of the deny policies default to what fits every organization."""
        return cls(
            bus=environ["OSTIARY_BUS"],
            runbooks=environ["OSTIARY_RUNBOOKS"],
            region=environ["AWS_REGION"],
            ledger_table=environ["OSTIARY_LEDGER_TABLE"],
            deny_role=environ["OSTIARY_DENY_ROLE"],
            instance_arn=environ["OSTIARY_INSTANCE_ARN"],
            identity_store_id=environ["OSTIARY_IDENTITY_STORE_ID"],
            okta_url=environ["OSTIARY_OKTA_URL"],
            okta_credentials=environ["OSTIARY_OKTA_CREDENTIALS"],
            okta_app_id=environ["OSTIARY_OKTA_APP_ID"],
            deny_size=int(environ.get("OSTIARY_DENY_POLICY_SIZE", SMALL)),
            deny_count=int(environ.get("OSTIARY_DENY_POLICIES", Shape().count)),
        )


@cache
def reception() -> Reception:
    """The door of the queue, with everything behind it."""
    env, policy, log = Environment.read(), load_bundled().leavers, Logger()
    dynamodb = boto3.client("dynamodb", config=CONFIG)
    ledger = Ledger(dynamodb, env.ledger_table)
    people = People(boto3.client("identitystore", config=CONFIG), env.identity_store_id)
    bus = EventBus(boto3.client("events", config=CONFIG), env.bus)
    wording = Wording(env.runbooks, Console(env.region, env.instance_arn))
    renderer = Renderer(
        ledger,
        Lease(dynamodb, env.ledger_table, "deny-policies"),
        DenyPolicies(_organizations(env.deny_role), target=policy.deny_target),
        Shape(env.deny_size, env.deny_count),
    )
    sessions = OktaSessions(lambda: connect(env.okta_url, env.okta_credentials, SCOPES))
    revocations = Revocations(
        Book(ledger, _now),
        people,
        Steps(leaving=(Deny(renderer), sessions), returning=(Lift(renderer),)),
        bus,
        wording,
        Rules(policy.keep_deny, policy.protected),
        now=_now,
        measure=_measure,
        log=log,
    )
    return Reception(
        revocations,
        ledger,
        people,
        bus,
        wording,
        reasons=policy.on,
        app_id=env.okta_app_id,
        log=log,
    )


def _organizations(role: str) -> "OrganizationsClient":
    return assumed(role, "ostiary-leavers").client(
        "organizations", region_name=ORGANIZATIONS_REGION, config=BOUNDED
    )


def _now() -> datetime:
    return datetime.now(UTC)


def _measure(seconds: float) -> None:
    """Okta's `published` until the deny is read back in force."""
    with single_metric(name="RevocationSeconds", unit=MetricUnit.Seconds, value=seconds):
        pass
