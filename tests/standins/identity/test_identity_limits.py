"""Faults, counts, limits, and many calls at once."""

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest
import requests

from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN
from sandbox.identity.later import Later
from sandbox.identity.rates import Bucket
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import Plane, refused

WHERE = {"InstanceArn": INSTANCE_ARN}


def test_a_fault_is_the_error_boto3_knows(plane: Plane) -> None:
    plane.found()
    faults = f"{plane.server.url}/_sandbox/faults"
    fault = {"service": "organizations", "operation": "UpdatePolicy", "times": 1}
    policy = plane.policy()

    put = requests.put(faults, json=[{**fault, "error": "ConcurrentModificationException"}], timeout=10)

    assert put.json() == requests.get(faults, timeout=10).json()
    assert put.json()[0]["operation"] == "UpdatePolicy"
    with pytest.raises(plane.organizations.exceptions.ConcurrentModificationException):
        plane.organizations.update_policy(PolicyId=policy, Name="new")
    assert plane.organizations.describe_policy(PolicyId=policy)["Policy"]["PolicySummary"]["Name"] != "new"
    plane.organizations.update_policy(PolicyId=policy, Name="new")


def test_a_fault_of_scim_is_in_its_form(plane: Plane) -> None:
    plane.server.faults.set([{"service": "scim", "operation": "ListUsers", "error": "Busy", "status": 429}])
    answer = plane.scim("GET", "/Users")
    assert (answer.status_code, answer.json()["detail"]) == (429, "Busy")
    assert plane.scim("GET", "/Groups").status_code == 200


def test_faults_that_make_no_sense_are_refused(plane: Plane) -> None:
    url = f"{plane.server.url}/_sandbox/faults"
    assert requests.put(url, json={"service": "scim"}, timeout=10).status_code == 400
    assert requests.put(url, data="{", timeout=10).status_code == 400
    assert requests.get(f"{plane.server.url}/_sandbox/else", timeout=10).status_code == 404
    assert requests.get(url, timeout=10).json() == []


def test_calls_are_counted_by_service_and_operation(plane: Plane) -> None:
    calls = f"{plane.server.url}/_sandbox/calls"
    plane.permission_set()
    plane.user()
    plane.user("john")
    plane.scim("GET", "/Users")

    counted = requests.get(calls, timeout=10).json()

    assert counted == {
        "sso-admin": {"CreatePermissionSet": 1},
        "identitystore": {"CreateUser": 2},
        "scim": {"ListUsers": 1},
    }
    assert requests.delete(calls, timeout=10).status_code == 204
    assert requests.get(calls, timeout=10).json() == {}


def test_sso_admin_shares_one_limit_and_the_store_has_one_for_each_operation(start: Start) -> None:
    plane = start(replace(FAST, sso_admin_per_second=0.001, identity_store_per_second=0.001))
    plane.sso.list_permission_sets(**WHERE)
    with refused("ThrottlingException"):
        plane.sso.list_instances()
    plane.store.list_users(IdentityStoreId=IDENTITY_STORE_ID)
    with refused("ThrottlingException"):
        plane.store.list_users(IdentityStoreId=IDENTITY_STORE_ID)
    plane.store.list_groups(IdentityStoreId=IDENTITY_STORE_ID)


def test_many_creates_at_once_are_stored_once_each(start: Start) -> None:
    """Given 8 threads that create the same 12 assignments, then there are 12, and no thread fails."""
    plane = start(replace(FAST, outstanding_creates=1000))
    plane.found()
    account, arn = plane.account(), plane.permission_set()
    groups = [plane.group(f"g{number}") for number in range(12)]
    sso = plane.sso

    def create(group: str) -> str:
        answer = sso.create_account_assignment(**plane.triple(account, arn, group))
        status: str = answer["AccountAssignmentCreationStatus"]["Status"]
        return status

    with ThreadPoolExecutor(8) as pool:
        states = list(pool.map(create, groups * 8))
    plane.server.settle()

    assert set(states) == {"IN_PROGRESS"}
    stored = [each["PrincipalId"] for each in plane.assignments(account, arn)]
    assert sorted(stored) == sorted(groups)


def test_many_accounts_at_once_get_an_id_each(plane: Plane) -> None:
    plane.found()
    client = plane.organizations

    def create(number: int) -> None:
        client.create_account(Email=f"a{number % 10}@example.com", AccountName=f"a{number}")

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(create, range(20)))
    plane.server.settle()

    accounts = client.get_paginator("list_accounts").paginate().build_full_result()["Accounts"]
    assert len({each["Id"] for each in accounts}) == len({each["Email"] for each in accounts}) == 11


def test_a_bucket_fills_again() -> None:
    now = 0.0
    bucket = Bucket(2, 3, clock=lambda: now)
    assert [bucket.take() for _ in range(4)] == [True, True, True, False]
    now = 0.5
    assert [bucket.take() for _ in range(2)] == [True, False]


def test_later_keeps_the_order_and_drops_what_is_not_due() -> None:
    later, done = Later(), []
    for number, seconds in enumerate([0.02, 0.0, 0.0]):
        later.after(seconds, lambda number=number: done.append(number))  # type: ignore[misc]  # a default
    assert later.settle(5)
    later.after(60, lambda: done.append("never"))
    assert not later.settle(0)
    later.close()
    assert done == [1, 2, 0]
