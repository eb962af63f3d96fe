"""What the function is made of, put together once for a container's life."""

import os
from dataclasses import dataclass
from functools import cache
from typing import Self

import boto3

from functions.accounts.admit import Admitter
from functions.aws.identity_center import IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.session import CONFIG, ORGANIZATIONS_REGION, assumed
from functions.bus import EventBus
from functions.policy import load_bundled


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    runbooks: str
    organization_role: str
    management_account: str
    instance_arn: str
    identity_store_id: str

    @classmethod
    def read(cls) -> Self:
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            organization_role=os.environ["OSTIARY_ORGANIZATION_ROLE"],
            management_account=os.environ["OSTIARY_MANAGEMENT_ACCOUNT"],
            instance_arn=os.environ["OSTIARY_INSTANCE_ARN"],
            identity_store_id=os.environ["OSTIARY_IDENTITY_STORE_ID"],
        )


@dataclass(frozen=True)
class Tools:
    """Everything that the handler calls."""

    admitter: Admitter
    bus: EventBus
    runbooks: str


@cache
def tools() -> Tools:
    """Clients, the bundled policy, and the organization's read role in the management account."""
    env = Environment.read()
    organizations = assumed(env.organization_role, "ostiary-accounts").client(
        "organizations", region_name=ORGANIZATIONS_REGION, config=CONFIG
    )
    admitter = Admitter(
        policy=load_bundled(),
        organizations=Organizations(organizations, env.management_account),
        center=IdentityCenter(boto3.client("sso-admin", config=CONFIG), env.instance_arn),
        store=IdentityStore(boto3.client("identitystore", config=CONFIG), env.identity_store_id),
        runbooks=env.runbooks,
    )
    return Tools(admitter, EventBus(boto3.client("events", config=CONFIG), env.bus), env.runbooks)
