"""What leavers is made of, put together once for a container's life."""

from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import TYPE_CHECKING

import boto3
import requests
from aws_lambda_powertools import Logger
from aws_lambda_powertools.metrics import MetricUnit, single_metric
from aws_lambda_powertools.utilities import parameters

from functions.aws.directory_snapshot import DirectorySnapshot
from functions.aws.entitlements import Entitlements, EveryAccess
from functions.aws.group_members import GroupMembers
from functions.aws.lease import DENY_POLICIES, Lease
from functions.aws.ledger import Ledger
from functions.aws.pace import Pace
from functions.aws.partial_losses import PartialLosses
from functions.aws.people import People
from functions.aws.person_access import PersonAccess
from functions.aws.scim import Scim
from functions.aws.session import CONFIG, assumed
from functions.aws.turns import LEAVERS
from functions.bus import EventBus
from functions.leavers.access_steps import LeaveGroups, Mode, PutBack, TakeStock, Unassign
from functions.leavers.batch import Batch
from functions.leavers.book import Book
from functions.leavers.carrying_out import CarryingOut
from functions.leavers.console import Console
from functions.leavers.deny_wiring import deny_places
from functions.leavers.entitlement_steps import Disentitle, TakeStockOfEntitlements
from functions.leavers.environment import Environment
from functions.leavers.findings import Wording
from functions.leavers.groups import denying
from functions.leavers.notices import Notices, Told
from functions.leavers.oktas_word import OktasWord
from functions.leavers.partial_wiring import group_access, group_changes, group_events
from functions.leavers.reception import Reception
from functions.leavers.renderer import OncePerBatch, Renderer
from functions.leavers.resume import Resumption
from functions.leavers.revocations import Revocations
from functions.leavers.rules import Rules
from functions.leavers.scim_steps import SetActive
from functions.leavers.steps import Deny, Lift, OktaSessions, Step, Steps
from functions.leavers.together import Together
from functions.leavers.tripwire import Tripwire
from functions.leavers.upkeep import Upkeep
from functions.okta.credentials import connect
from functions.policy import AccessPolicy, load_bundled

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient
    from mypy_boto3_sso_admin import SSOAdminClient

SCOPES = ("okta.users.manage",)


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
        keep = Rules(rules.keep_deny, rules.protected, rules.deny_target)
        wording = Wording(env.runbooks, Console(env.region, env.instance_arn), keep.covered)
        notices, book = Notices(wording), Book(ledger, _now)
        management = assumed(env.deny_role, "ostiary-leavers")
        losses = PartialLosses(dynamodb, env.ledger_table)
        renderer = Renderer(
            ledger,
            Lease(dynamodb, env.ledger_table, DENY_POLICIES),
            deny_places(env, management, rules.deny_target),
            Told(bus, notices, _now, log=log),
            losses=lambda: denying(losses, _now()),
            spares=keep.protects,
        )
        center, above = _centers(env, management)
        access = PersonAccess(
            center,
            above,
            directory,
            instance_arn=env.instance_arn,
            identity_store_id=env.identity_store_id,
            management_account=env.deny_role.split(":")[4],
        )
        entitlements = _entitlements(env, management, directory)
        self._once = OncePerBatch(renderer)
        carrying_out = CarryingOut(
            _steps(
                env,
                keep,
                self._once,
                access,
                entitlements,
                rules.memberships,
                OktasWord(losses, self._once),
            ),
            wording,
            keep,
            now=_now,
            measure=_measure,
            log=log,
        )
        revocations = Revocations(people, snapshot, carrying_out, bus, wording, keep, now=_now)
        self._together = Together(book, snapshot, bus)
        instance, store = env.instance_arn, env.identity_store_id
        shown = group_access(above, center, directory, instance_arn=instance, identity_store_id=store)
        self.groups = group_changes(losses, book, shown, people, self._once, bus, wording, rules)
        members = GroupMembers(directory, people, store)
        self._reception = Reception(
            revocations,
            group_events(self.groups, losses, shown, members, bus, wording, policy),
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
            EveryAccess(access, entitlements),
            renderer,
            snapshot,
            people,
            bus,
            notices,
            keep,
            Resumption(ledger, revocations, self._once, self._together, now=_now, log=log),
            now=_now,
            log=log,
        )

    def batch(self) -> Batch:
        """For the messages that one call of the function brings."""
        return Batch(self._reception, self._once, self._together)


@cache
def leavers() -> Leavers:
    """Made once for a container's life."""
    return Leavers(Environment.read(), load_bundled())


def _centers(env: Environment, management: boto3.Session) -> "tuple[SSOAdminClient, SSOAdminClient]":
    """Identity Center for the hub and for the management account, with one place in the line of turns."""
    clients = (
        boto3.client("sso-admin", config=CONFIG),
        management.client("sso-admin", region_name=env.region, config=CONFIG),
    )
    pace = Pace.of(env.turns_table, LEAVERS)
    for client in clients:
        pace.hold(client)
    return clients


def _entitlements(
    env: Environment, management: boto3.Session, directory: "IdentityStoreClient"
) -> Entitlements:
    """As the management account, which account access manager belongs to."""
    client = management.client("account-access", region_name=env.region, config=CONFIG)
    return Entitlements(client, directory, identity_store_id=env.identity_store_id)


def _steps(
    env: Environment,
    keep: Rules,
    writer: OncePerBatch,
    access: PersonAccess,
    entitlements: Entitlements,
    memberships: Mode,
    okta: OktasWord,
) -> Steps:
    leaving: list[Step] = [
        Deny(writer, keep.covered),
        OktaSessions(lambda: connect(env.okta_url, env.okta_credentials, SCOPES)),
        TakeStock(access, memberships),
        TakeStockOfEntitlements(entitlements, memberships),
        Unassign(access),
        LeaveGroups(access, memberships, okta),
        Disentitle(entitlements, access, memberships),
    ]
    returning: list[Step] = [Lift(writer), PutBack(access, entitlements)]
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
