"""Story 2: a person is deactivated in Okta, and nothing of their AWS access is left."""

import json
import time
from collections.abc import Iterator
from typing import Any

import requests

from sandbox.evaluator import Call, verdicts
from sandbox.expect import Seen, watch
from sandbox.identity import IDENTITY_STORE_ID
from sandbox.world import World

LEAVER = "grace.hansen@example.com"
COLLEAGUE = "ada.hansen@example.com"
_STORY = "Person leaves"


def play(world: World) -> Iterator[Seen]:
    """Deactivate LEAVER through Okta's API; COLLEAGUE keeps working."""
    leaver_id, colleague_id = (_identity_store_id(world, login) for login in (LEAVER, COLLEAGUE))
    okta_id = world.okta.model.user_by_login(LEAVER).id
    since = time.monotonic()
    _okta(world, "POST", f"/api/v1/users/{okta_id}/lifecycle/deactivate")
    yield watch(
        _STORY,
        "a deny policy at the root holds the user id",
        since=since,
        read=lambda: root_policies(world),
        holds=lambda policies: any(leaver_id in json.dumps(policy) for policy in policies),
        tell=lambda policies: (
            f"{sum(leaver_id in json.dumps(policy) for policy in policies)} policy holds it"
        ),
    )
    yield _judged(world, leaver_id, colleague_id)
    yield watch(
        _STORY,
        "no Okta session is left",
        since=since,
        read=lambda: len(world.okta.model.sessions_of(okta_id)),
        holds=lambda sessions: sessions == 0,
        tell=lambda sessions: f"{sessions} left",
    )
    yield watch(
        _STORY,
        "on-call is told",
        since=since,
        read=lambda: [m for m in world.oncall.messages() if LEAVER in json.dumps(m)],
        holds=lambda told: bool(told),
        tell=lambda told: f"by {', '.join(sorted({m['channel'] for m in told}))}" if told else "no message",
    )


def root_policies(world: World) -> list[dict[str, Any]]:
    """The service control policies attached to the root, AWS's own FullAWSAccess left out."""
    organizations = world.identity_client("organizations")
    listed = organizations.list_policies_for_target(TargetId=world.root_id, Filter="SERVICE_CONTROL_POLICY")
    return [
        json.loads(organizations.describe_policy(PolicyId=policy["Id"])["Policy"]["Content"])
        for policy in listed["Policies"]
        if not policy["AwsManaged"]
    ]


def _judged(world: World, leaver_id: str, colleague_id: str) -> Seen:
    listed = world.identity_client("organizations").list_accounts()["Accounts"]
    accounts = [account["Id"] for account in listed if account["Id"] != world.identity.management_account][:3]
    actions = ("s3:ListAllMyBuckets", "iam:ListUsers", "ec2:DescribeInstances")
    judged = {
        user: verdicts(
            [Call(account, user, action, "*") for account in accounts for action in actions],
            root_policies(world),
        )
        for user in (leaver_id, colleague_id)
    }
    denied = judged[leaver_id].count("ExplicitlyDenied")
    allowed = judged[colleague_id].count("Allowed")
    calls = len(accounts) * len(actions)
    return Seen(
        _STORY,
        f"{calls} calls in three accounts: the leaver's denied, a colleague's allowed",
        f"{denied} denied, {allowed} allowed",
        denied == allowed == calls == 9,
    )


def _identity_store_id(world: World, login: str) -> str:
    store = world.identity_client("identitystore")
    found = store.get_user_id(
        IdentityStoreId=IDENTITY_STORE_ID,
        AlternateIdentifier={"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": login}},
    )
    return str(found["UserId"])


def _okta(world: World, method: str, path: str) -> None:
    headers = {"Authorization": f"SSWS {world.okta.token}"}
    requests.request(method, f"{world.okta.url}{path}", headers=headers, timeout=30).raise_for_status()
