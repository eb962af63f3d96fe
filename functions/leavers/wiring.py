"""What leavers is made of, put together once for a container's life."""

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Self

import boto3
import requests
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities import parameters
from botocore.config import Config

from functions.aws.deny_policies import DenyPolicies
from functions.aws.directory_snapshot import DirectorySnapshot
from functions.aws.lease import Lease
from functions.aws.ledger import Ledger
from functions.aws.management_deny import ManagementDeny
from functions.aws.people import People
from functions.aws.person_access import PersonAccess
from functions.aws.scim import Scim
from functions.aws.session import CONFIG, ORGANIZATIONS_REGION, assumed
from functions.bus import EventBus
from functions.leavers.access_steps import LeaveGroups, Mode, PutBack, TakeStock, Unassign
from functions.leavers.batch import Batch
from functions.leavers.book import Book
from functions.leavers.deny import MANAGED, SMALL, Shape
from functions.leavers.findings import Console, Wording
from functions.leavers.notices import Notices, Told
from functions.leavers.reception import Reception
from functions.leavers.renderer import OncePerBatch, Renderer
from functions.leavers.resume import Resumption
from functions.leavers.revocations import Revocations, Rules, Steps
from functions.leavers.scim_steps import SetActive
from functions.leavers.steps import Deny, Lift, OktaSessions, Step
from functions.leavers.tripwire import Tripwire
from functions.leavers.upkeep import Upkeep
from functions.leavers.writing import Place
from functions.okta.credentials import connect
from functions.policy import AccessPolicy, load_bundled

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
    deny_management: int
    scim_credentials: str

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
            deny_management=int(environ.get("OSTIARY_DENY_MANAGEMENT_POLICIES", Shape().count)),
            scim_credentials=environ.get("OSTIARY_SCIM_CREDENTIALS", ""),
        )


class Leavers:
    """Everything of this function, put together."""

    def __init__(self, env: Environment, policy: AccessPolicy) -> None:
        rules, log = policy.leavers, Logger()
        dynamodb = boto3.client("dynamodb", config=CONFIG)
        directory = boto3.client("identitystore", config=CONFIG)
        ledger, snapshot = (
            Ledger(dynamodb, env.ledger_table),
            DirectorySnapshot(dynamodb, env.ledger_table),
        )
        people = People(directory, env.identity_store_id)
        bus = EventBus(boto3.client("events", config=CONFIG), env.bus)
        wording = Wording(env.runbooks, Console(env.region, env.instance_arn))
        notices, book = Notices(wording), Book(ledger, _now)
        management = assumed(env.deny_role, "ostiary-leavers")
        renderer = Renderer(
            ledger,
            Lease(dynamodb, env.ledger_table, "deny-policies"),
            _places(env, management, rules.deny_target),
            Told(bus, notices, _now),
        )
        access = PersonAccess(
            boto3.client("sso-admin", config=CONFIG),
            management.client("sso-admin", region_name=env.region, config=CONFIG),
            directory,
            instance_arn=env.instance_arn,
            identity_store_id=env.identity_store_id,
            management_account=env.deny_role.split(":")[4],
        )
        self._once = OncePerBatch(renderer)
        keep = Rules(rules.keep_deny, rules.protected)
        revocations = Revocations(
            book,
            people,
            snapshot,
            _steps(env, self._once, access, rules.memberships),
            bus,
            wording,
            keep,
            now=_now,
            measure=_measure,
            log=log,
        )
        self._reception = Reception(
            revocations,
            ledger,
            people,
            bus,
            wording,
            Tripwire(ledger, bus, notices),
            reasons=rules.on,
            app_id=env.okta_app_id,
            log=log,
        )
        self.upkeep = Upkeep(
            ledger,
            book,
            access,
            renderer,
            snapshot,
            people,
            bus,
            notices,
            keep,
            Resumption(ledger, revocations, self._once, now=_now, log=log),
            now=_now,
            log=log,
        )

    def batch(self) -> Batch:
        """For the messages that one call of the function brings."""
        return Batch(self._reception, self._once)


@cache
def leavers() -> Leavers:
    """Made once for a container's life."""
    return Leavers(Environment.read(), load_bundled())


def _places(env: Environment, management: boto3.Session, target: str) -> list[Place]:
    organizations = management.client("organizations", region_name=ORGANIZATIONS_REGION, config=BOUNDED)
    iam = management.client("iam", region_name=ORGANIZATIONS_REGION, config=BOUNDED)
    account = env.deny_role.split(":")[4]
    return [
        Place(
            "service control policies",
            DenyPolicies(organizations, target=target),
            Shape(env.deny_size, env.deny_count),
        ),
        Place(
            "policies of the management account",
            ManagementDeny(iam, account),
            Shape(MANAGED, env.deny_management),
        ),
    ]


def _steps(env: Environment, writer: OncePerBatch, access: PersonAccess, memberships: Mode) -> Steps:
    leaving: list[Step] = [
        Deny(writer),
        OktaSessions(lambda: connect(env.okta_url, env.okta_credentials, SCOPES)),
        TakeStock(access, memberships),
        Unassign(access),
        LeaveGroups(access, memberships),
    ]
    returning: list[Step] = [Lift(writer), PutBack(access)]
    if env.scim_credentials:
        scim = Scim(_secret(env.scim_credentials), requests.Session())
        leaving.append(SetActive(scim, active=False))
        returning.append(SetActive(scim, active=True))
    return Steps(leaving, returning)


def _secret(name: str) -> Callable[[], str]:
    return lambda: str(parameters.get_secret(name, max_age=300))


def _now() -> datetime:
    return datetime.now(UTC)


def _measure(seconds: float) -> None:
    """Okta's `published` until the deny is read back in force."""
    with single_metric(name="RevocationSeconds", unit=MetricUnit.Seconds, value=seconds):
        pass
