"""What the function is made of, put together once for a container's life."""

import os
from dataclasses import dataclass
from functools import cache
from typing import TYPE_CHECKING, Self

import boto3

from functions.accounts.admit import Admitter
from functions.accounts.provisioning import Provisioner
from functions.accounts.reconcile import DELEGATED, Reconciler
from functions.accounts.reconcile_read import Reader
from functions.aws.identity_center import IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.pace import Pace
from functions.aws.permission_set_state import PermissionSetState
from functions.aws.removal_store import RemovalStore
from functions.aws.session import CONFIG, ORGANIZATIONS_REGION, assumed
from functions.aws.sweep_store import SweepStore
from functions.aws.turns import ACCOUNTS, RECONCILE
from functions.bus import EventBus
from functions.policy import AccessPolicy, load_bundled

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient


@dataclass(frozen=True)
class Environment:
    """The variables of this function. Reading raises KeyError with the name of one that is not set."""

    bus: str
    runbooks: str
    organization_role: str
    management_account: str
    hub_account: str
    instance_arn: str
    identity_store_id: str
    turns_table: str
    management_access: str

    @classmethod
    def read(cls) -> Self:
        return cls(
            bus=os.environ["OSTIARY_BUS"],
            runbooks=os.environ["OSTIARY_RUNBOOKS"],
            organization_role=os.environ["OSTIARY_ORGANIZATION_ROLE"],
            management_account=os.environ["OSTIARY_MANAGEMENT_ACCOUNT"],
            hub_account=os.environ["OSTIARY_HUB_ACCOUNT"],
            instance_arn=os.environ["OSTIARY_INSTANCE_ARN"],
            identity_store_id=os.environ["OSTIARY_IDENTITY_STORE_ID"],
            turns_table=os.environ["OSTIARY_TURNS_TABLE"],
            management_access=os.environ["OSTIARY_MANAGEMENT_ACCESS"],
        )


@dataclass(frozen=True)
class Tools:
    """Everything that the handler calls."""

    admitter: Admitter
    bus: EventBus
    runbooks: str


@dataclass(frozen=True)
class ReconcileTools:
    """Everything that the reconcile handler calls."""

    reconciler: Reconciler
    provisioner: Provisioner
    bus: EventBus


@cache
def tools() -> Tools:
    """Clients, the bundled policy, and the organization's read role in the management account."""
    env, policy = Environment.read(), load_bundled()
    admitter = Admitter(
        policy=policy,
        organizations=_organizations(env, "ostiary-accounts"),
        center=_center(env, boto3.Session(), Pace.of(env.turns_table, ACCOUNTS)),
        store=_store(env),
        runbooks=env.runbooks,
        off_limits=off_limits(env, policy),
        apart=[env.management_account] if policy.used_in_management() else (),
    )
    return Tools(admitter, EventBus(boto3.client("events", config=CONFIG), env.bus), env.runbooks)


@cache
def reconcile_tools() -> ReconcileTools:
    """The same, and Identity Center as the management account's role sees it."""
    env = Environment.read()
    pace = Pace.of(env.turns_table, RECONCILE)
    bus = EventBus(boto3.client("events", config=CONFIG), env.bus)
    policy, client = load_bundled(), _client(boto3.Session(), pace)
    apart = _apart(env, policy, pace)
    center = IdentityCenter(client, env.instance_arn, apart=apart)
    reader = Reader(
        policy=policy,
        organizations=_organizations(env, "ostiary-reconcile"),
        center=center,
        principals=_center(env, assumed(env.organization_role, "ostiary-reconcile"), pace),
        store=_store(env),
        off_limits=off_limits(env, policy),
    )
    provisioner = Provisioner(
        policy,
        center,
        PermissionSetState(client, env.instance_arn),
        off_limits(env, policy),
        env.runbooks,
        apart={account: PermissionSetState(each, env.instance_arn) for account, each in apart.items()},
    )
    kept_in = boto3.client("dynamodb", config=CONFIG), os.environ["OSTIARY_SWEEP_TABLE"]
    stores = SweepStore(*kept_in), RemovalStore(*kept_in)
    reconciler = Reconciler(reader, bus.put_findings, env.runbooks, *stores)
    return ReconcileTools(reconciler, provisioner, bus)


def off_limits(env: Environment, policy: AccessPolicy) -> dict[str, str]:
    """Accounts where this hub may neither read nor change access, each with the reason."""
    if env.hub_account == env.management_account or policy.used_in_management():
        return {}
    return {env.management_account: DELEGATED}


def _apart(env: Environment, policy: AccessPolicy, pace: Pace) -> dict[str, "SSOAdminClient"]:
    """The management account, where a grant is for it: IAM Identity Center works there with the rights of
    who asks, so a role there asks (infra/resources/management_access.py)."""
    if not policy.used_in_management():
        return {}
    session = assumed(env.management_access, "ostiary-reconcile")
    return {env.management_account: _client(session, pace)}


def _organizations(env: Environment, session_name: str) -> Organizations:
    client = assumed(env.organization_role, session_name).client(
        "organizations", region_name=ORGANIZATIONS_REGION, config=CONFIG
    )
    return Organizations(client, env.management_account)


def _center(env: Environment, session: boto3.Session, pace: Pace) -> IdentityCenter:
    return IdentityCenter(_client(session, pace), env.instance_arn)


def _client(session: boto3.Session, pace: Pace) -> "SSOAdminClient":
    client = session.client("sso-admin", config=CONFIG, region_name=boto3.Session().region_name)
    pace.hold(client)
    return client


def _store(env: Environment) -> IdentityStore:
    return IdentityStore(boto3.client("identitystore", config=CONFIG), env.identity_store_id)
