"""All functions at once against Identity Center's 20 calls a second: none of their calls is refused."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from functools import partial
from threading import Lock, Thread
from typing import Any

import boto3
import pytest

from functions.accounts import wiring as accounts
from functions.aws.session import assumed
from functions.leavers import wiring as leavers
from functions.policy import loads
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from tests.standins.identity.conftest import FAST, Start, start
from tests.standins.identity.plane import Plane
from tests.standins.leavers import cloud
from tests.standins.leavers.container import TURNS, environment, surrounded, variables

__all__ = ["start"]

AWS_RATE = 20.0
EACH = 8
"""Calls of an instance. Together they are more than twice what AWS takes at once."""

ROLE = f"arn:aws:iam::{MANAGEMENT_ACCOUNT}:role/ostiary-organization-read"
OF_ACCOUNTS = {
    "OSTIARY_BUS": "ostiary",
    "OSTIARY_RUNBOOKS": "https://runbooks.test",
    "OSTIARY_ORGANIZATION_ROLE": ROLE,
    "OSTIARY_MANAGEMENT_ACCOUNT": MANAGEMENT_ACCOUNT,
    "OSTIARY_HUB_ACCOUNT": MANAGEMENT_ACCOUNT,
    "OSTIARY_INSTANCE_ARN": INSTANCE_ARN,
    "OSTIARY_IDENTITY_STORE_ID": IDENTITY_STORE_ID,
    "OSTIARY_SWEEP_TABLE": "ostiary-sweep",
    "OSTIARY_TURNS_TABLE": TURNS,
    "OSTIARY_MANAGEMENT_ACCESS": "arn:aws:iam::123456789012:role/ostiary-management-access",
}


@pytest.fixture
def plane(start: Start) -> Plane:
    return start(replace(FAST, sso_admin_per_second=AWS_RATE))


@pytest.fixture
def surroundings(plane: Plane, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """What Lambda sets, and a table that carries out one update of an item after the other, as DynamoDB does
    and moto's threads do not."""
    policy = loads("permission_sets: {A: {}}\ngrants: []\n")
    monkeypatch.setattr(accounts, "load_bundled", lambda: policy)
    with (
        cloud.serve() as aws,
        surrounded({**variables(plane.server.url, aws.url), **OF_ACCOUNTS}),
    ):
        monkeypatch.setattr(aws, "_moto", one_after_the_other(aws._moto))
        boto3.client("dynamodb").create_table(
            TableName=TURNS,
            BillingMode="PAY_PER_REQUEST",
            KeySchema=[{"AttributeName": "pk", "KeyType": "HASH"}],
            AttributeDefinitions=[{"AttributeName": "pk", "AttributeType": "S"}],
        )
        yield


def one_after_the_other(app: Any) -> Any:
    lock = Lock()

    def locked(environ: dict[str, Any], start_response: Any) -> Any:
        with lock:
            return app(environ, start_response)

    return locked


def instances(account: str, principal: str) -> Iterator[Callable[[], object]]:
    """Two of `accounts`, two of `reconcile` and three of `leavers`, as they are wired; what each does."""
    for _ in range(2):
        center = accounts.tools.__wrapped__().admitter.center
        yield partial(center.assignments, account)
    for _ in range(2):
        principals = accounts.reconcile_tools.__wrapped__().reconciler.reader.principals
        yield partial(principals.assignments_of, principal, "USER")
    for _ in range(3):
        env = environment("https://okta.test")
        _, above = leavers._centers(env, assumed(env.deny_role, "ostiary-leavers"))
        yield partial(
            above.list_account_assignments_for_principal,
            InstanceArn=INSTANCE_ARN,
            PrincipalId=principal,
            PrincipalType="USER",
        )


@pytest.mark.usefixtures("surroundings")
def test_functions_at_work_together_are_never_throttled(plane: Plane) -> None:
    """Given seven instances of three functions that all call as fast as they may, every call arrives once:
    botocore had nothing to repeat, because Identity Center refused none."""
    plane.found()
    account, user = plane.account(), plane.user()
    works = list(instances(account, user))
    plane.server.faults.reset()

    def work(call: Callable[[], object]) -> None:
        for _ in range(EACH):
            call()

    threads = [Thread(target=work, args=(call,)) for call in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert plane.server.faults.calls()["sso-admin"] == {
        "ListPermissionSetsProvisionedToAccount": 2 * EACH,
        "ListAccountAssignmentsForPrincipal": 5 * EACH,
    }
