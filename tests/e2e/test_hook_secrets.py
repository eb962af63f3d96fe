"""Neither the hook's secrets nor a token of anybody is ever written down where people look."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import requests

from infra import names
from sandbox.world import World
from tests.e2e.hooking import catch_up, drained, happen, listening


def test_no_secret_and_no_token_is_told_to_anybody(world: World) -> None:
    """Given deliveries, wrong secrets, catch-up and an Okta that refuses: what each of them wrote, the events
    on the bus, what on-call received and what was deployed hold none of the secrets."""
    with listening(world, {"source": [{"prefix": "ostiary."}]}) as ear:
        happen(world, 2)
        drained(world)
        for headers in ({"Authorization": "a-guess-that-is-wrong"}, {"Authorization": world.hook_secret}):
            requests.post(world.hook_url, data='{"data": {"events": "x"}}', headers=headers, timeout=30)
        world.okta.faults.set([{"operation": "ListLogEvents", "error": "E0000006", "status": 403}])
        catch_up(world)
        world.okta.faults.set([])
        catch_up(world)
        on_the_bus = ear.bodies()
    places = {
        "logs": list(_logged(world)),
        "standard error": [(_home(world) / "aws.log").read_text(errors="replace")],
        "bus": on_the_bus,
        "on-call": [json.dumps(message) for message in world.oncall.messages()],
        "deployed": [path.read_text() for path in (_home(world) / "cdk.out").glob("*.json")],
    }
    secrets = _secrets(world)
    assert len(secrets) >= 4
    for place, texts in places.items():
        assert texts, f"nothing was looked at in {place}"
        assert not any(secret in text for secret in secrets for text in texts), place
    assert any("refused with 401" in text for text in places["logs"])


def _secrets(world: World) -> set[str]:
    """The hook's in all their versions, Okta's token, the SCIM token, and what somebody guessed."""
    manager = world.hub_client("secretsmanager")
    versions = manager.list_secret_version_ids(SecretId=names.HOOK_SECRET)["Versions"]
    hook = {
        manager.get_secret_value(SecretId=names.HOOK_SECRET, VersionId=each["VersionId"])["SecretString"]
        for each in versions
    }
    return hook | {world.hook_secret, world.okta.token, world.identity.scim_token, "a-guess-that-is-wrong"}


def _logged(world: World) -> Iterator[str]:
    """Every line of every log group of every account and Region of ours."""
    management: Any = world.aws.client("logs", "123456789012", "us-east-1")
    for logs in (world.hub_client("logs"), management):
        for group in logs.describe_log_groups()["logGroups"]:
            for page in logs.get_paginator("filter_log_events").paginate(logGroupName=group["logGroupName"]):
                yield from (event["message"] for event in page["events"])


def _home(world: World) -> Path:
    """What the functions' processes write to standard error is in the embedded AWS's own log."""
    return Path(psutil.Process(world.aws.pid).environ()["TMPDIR"]).parent
