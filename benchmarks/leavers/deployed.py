"""One person leaves the deployed world: from Okta's own call until the deny policy names them."""

import json
import time
from pathlib import Path
from tempfile import TemporaryDirectory

import requests

from sandbox.bring_up import Step, running
from sandbox.identity import IDENTITY_STORE_ID
from sandbox.stories.leaver import root_policies
from sandbox.world import World

LOGINS = [f"{name}.castro@example.com" for name in ("ada", "alan", "barbara", "clara", "dorothy", "edsger")]
GIVEN_UP = 60.0
BETWEEN = 1.7
"""Seconds: longer than the breath between two writings, which somebody who leaves alone does not meet."""


def one_by_one(step: Step) -> list[float]:
    """Seconds of each, the first of them from cold."""
    with TemporaryDirectory() as directory, running(Path(directory), step) as world:
        found = []
        for login in LOGINS:
            found.append(_leaves(world, login))
            time.sleep(BETWEEN)
        return found


def _leaves(world: World, login: str) -> float:
    person = world.okta.model.user_by_login(login)
    user_id = world.identity_client("identitystore").get_user_id(
        IdentityStoreId=IDENTITY_STORE_ID,
        AlternateIdentifier={"UniqueAttribute": {"AttributePath": "userName", "AttributeValue": login}},
    )["UserId"]
    url = f"{world.okta.url}/api/v1/users/{person.id}/lifecycle/suspend"
    began = time.monotonic()
    headers = {"Authorization": f"SSWS {world.okta.token}"}
    requests.post(url, headers=headers, timeout=30).raise_for_status()
    while user_id not in json.dumps(root_policies(world)):
        if time.monotonic() - began > GIVEN_UP:
            raise RuntimeError(f"{login} is not denied")
        time.sleep(0.02)
    return time.monotonic() - began
