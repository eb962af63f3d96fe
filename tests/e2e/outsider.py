"""Drives a running sandbox with boto3 and curl alone, knowing nothing but `endpoints.json`.

Run by test_outsider.py as a script of its own; it imports nothing of this project.
"""

import json
import subprocess
import sys
import time
import uuid
from collections.abc import Callable
from pathlib import Path
from typing import Any

import boto3

ENDPOINTS = json.loads(Path(sys.argv[1]).read_text())
AWS = ENDPOINTS["aws"]


def client(service: Any, endpoint: str = "identity_endpoint_url") -> Any:
    return boto3.client(
        service,
        endpoint_url=AWS[endpoint],
        region_name=AWS["region"],
        aws_access_key_id=AWS["access_key_id"],
        aws_secret_access_key=AWS["secret_access_key"],
    )


def curl(*arguments: str) -> tuple[int, Any]:
    """Status and JSON body (None if empty)."""
    run = subprocess.run(
        ["curl", "--silent", "--show-error", "--write-out", "\n%{http_code}", *arguments],
        capture_output=True,
        text=True,
        check=True,
    )
    body, _, status = run.stdout.rpartition("\n")
    return int(status), json.loads(body) if body.strip() else None


def eventually(what: str, holds: Callable[[], bool]) -> None:
    deadline = time.monotonic() + 30
    while not holds():
        if time.monotonic() > deadline:
            raise SystemExit(f"missing after 30 s: {what}")
        time.sleep(0.1)
    print(f"seen: {what}")


def an_account_joins() -> None:
    organizations, sso = client("organizations"), client("sso-admin")
    organizations.create_account(Email="aws+outsider@example.com", AccountName="outsider")
    instance = sso.list_instances()["Instances"][0]["InstanceArn"]

    def account_ids() -> list[str]:
        pages = organizations.get_paginator("list_accounts").paginate()
        return [a["Id"] for page in pages for a in page["Accounts"] if a["Name"] == "outsider"]

    def has_access() -> bool:
        return any(
            sso.list_permission_sets_provisioned_to_account(InstanceArn=instance, AccountId=account).get(
                "PermissionSets"
            )
            for account in account_ids()
        )

    eventually("the new account has permission sets", has_access)


def a_person_leaves() -> None:
    okta, organizations = ENDPOINTS["okta"], client("organizations")
    authorization = f"Authorization: SSWS {okta['token']}"
    login = "barbara.hansen@example.com"
    _, user = curl("-H", authorization, f"{okta['url']}/api/v1/users/{login}")
    status, _ = curl(
        "-X", "POST", "-H", authorization, f"{okta['url']}/api/v1/users/{user['id']}/lifecycle/deactivate"
    )
    assert status == 200, status
    store = client("sso-admin").list_instances()["Instances"][0]["IdentityStoreId"]
    user_id = client("identitystore").get_user_id(
        IdentityStoreId=store,
        AlternateIdentifier={"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": login}},
    )["UserId"]

    def is_denied() -> bool:
        policies = organizations.list_policies(Filter="SERVICE_CONTROL_POLICY")["Policies"]
        contents = [organizations.describe_policy(PolicyId=p["Id"])["Policy"]["Content"] for p in policies]
        return any(user_id in content for content in contents)

    def on_call_knows() -> bool:
        _, told = curl(ENDPOINTS["alerts_url"])
        return any(login in json.dumps(message) for message in told)

    eventually("a deny policy holds the leaver", is_denied)
    eventually("on-call is told", on_call_knows)


def the_hook_checks_its_caller() -> None:
    event = {
        "uuid": str(uuid.uuid4()),
        "eventType": "user.lifecycle.suspend",
        "published": "2026-11-22T00:00:00Z",
    }
    body = json.dumps({"eventType": "com.okta.event_hook", "data": {"events": [event]}})
    arguments = ["-X", "POST", "-H", "Content-Type: application/json", "-d", body, ENDPOINTS["hook_url"]]
    assert curl("-H", "Authorization: guessed", *arguments)[0] == 401
    secret = f"Authorization: {ENDPOINTS['hook_secret']}"
    status, answer = curl("-H", secret, "-H", "x-okta-verification-challenge: c1", ENDPOINTS["hook_url"])
    assert (status, answer) == (200, {"verification": "c1"})
    print("seen: the hook checks its caller")


def the_deployed_stacks_are_there() -> None:
    functions = client("lambda", "endpoint_url").list_functions()["Functions"]
    assert {f["FunctionName"] for f in functions} >= {f"ostiary-{c}" for c in ("hook", "accounts", "leavers")}
    print("seen: the deployed functions")


def faults_can_be_set() -> None:
    plane = AWS["identity_endpoint_url"]
    fault = json.dumps(
        [{"service": "organizations", "operation": "ListRoots", "error": "TooManyRequestsException"}]
    )
    json_header = ("-H", "Content-Type: application/json")
    assert curl("-X", "PUT", *json_header, "-d", fault, f"{plane}/_sandbox/faults")[0] in (200, 204)
    try:
        client("organizations").list_roots()
    except client("organizations").exceptions.TooManyRequestsException:
        print("seen: a fault that was set")
    else:
        raise SystemExit("the fault was not met")
    finally:
        curl("-X", "PUT", *json_header, "-d", "[]", f"{plane}/_sandbox/faults")
    _, calls = curl(f"{plane}/_sandbox/calls")
    assert calls["organizations"]["ListRoots"] >= 1


the_deployed_stacks_are_there()
the_hook_checks_its_caller()
faults_can_be_set()
an_account_joins()
a_person_leaves()
