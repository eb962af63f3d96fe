"""How the tests break one thing of the watched world."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from functions.policy import loads
from tests.unit.expiry.deployed import Deployed, deployed

POLICY = loads(
    """
permission_sets:
  Developer: {managed: [PowerUserAccess], session: 8h}
watch: {protected_groups: [platform-admin], session_limit: 8h}
"""
)


@contextmanager
def all_is_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    """Two people, one of them protected; provisioning on; the certificate recorded."""
    with deployed(tmp_path, monkeypatch, POLICY) as world:
        world.okta.model.add_person("ada@example.com")
        world.okta.model.add_person("bob@example.com")
        world.okta.model.add_group("platform-admin", ("ada@example.com",), pushed=True)
        world.call(
            "PUT",
            f"/api/v1/apps/{world.okta.app_id}/features/USER_PROVISIONING",
            {"update": {"lifecycleDeactivate": {"status": "ENABLED"}}},
        )
        world.trust_signing()
        yield world


def rule_of(world: Deployed) -> tuple[str, dict[str, Any]]:
    app = world.call("GET", f"/api/v1/apps/{world.okta.app_id}")
    policy = app["_links"]["accessPolicy"]["href"].rpartition("/")[2]
    (rule,) = world.call("GET", f"/api/v1/policies/{policy}/rules")
    return f"/api/v1/policies/{policy}/rules/{rule['id']}", rule


def one_factor(world: Deployed) -> None:
    path, rule = rule_of(world)
    rule["actions"]["appSignOn"]["verificationMethod"]["factorMode"] = "1FA"
    world.call("PUT", path, rule)


def touched(world: Deployed) -> None:
    world.clock.moves(seconds=1)
    path, rule = rule_of(world)
    world.call("PUT", path, rule | {"name": "Anybody, anywhere"})


def our_hook(world: Deployed) -> str:
    (hook,) = world.call("GET", "/api/v1/eventHooks")
    return f"/api/v1/eventHooks/{hook['id']}"


def fewer_types(world: Deployed) -> None:
    path = our_hook(world)
    hook = world.call("GET", path)
    hook["events"]["items"].remove("user.lifecycle.suspend")
    world.call("PUT", path, hook)


def unverified(world: Deployed) -> None:
    path = our_hook(world)
    hook = world.call("GET", path)
    hook["channel"]["config"]["uri"] = "http://127.0.0.1:9/other/okta/events"
    world.call("PUT", path, hook)


def no_hook(world: Deployed) -> None:
    path = our_hook(world)
    world.call("POST", f"{path}/lifecycle/deactivate")
    world.call("DELETE", path)


def deactivation_off(world: Deployed) -> None:
    path = f"/api/v1/apps/{world.okta.app_id}/features/USER_PROVISIONING"
    world.call("PUT", path, {"update": {"lifecycleDeactivate": {"status": "DISABLED"}}})


def push_failed(world: Deployed) -> None:
    (mapping,) = world.okta.model.app.pushes.all()
    world.call("PUT", f"/_sandbox/mappings/{mapping.id}", {"errorSummary": "Duplicate group name"})


def not_provisioned(state: str) -> Callable[[Deployed], None]:
    def act(world: Deployed) -> None:
        person = world.okta.model.user_by_login("bob@example.com")
        world.call("PUT", f"/_sandbox/users/{person.id}/syncState", {"syncState": state})

    return act


def switched(world: Deployed) -> None:
    world.okta.model.set_signing_certificate(days_left=3000)


def generated(world: Deployed) -> None:
    world.call("POST", f"/api/v1/apps/{world.okta.app_id}/credentials/keys/generate?validityYears=10")
    world.okta.model.app.keys.add(timedelta(days=3700), by=world.okta.model.organization.administrator)


def faults(operation: str, status: int = 500) -> Callable[[Deployed], None]:
    def act(world: Deployed) -> None:
        world.okta.faults.set(
            [{"service": "okta", "operation": operation, "error": "E0000009", "status": status}]
        )

    return act


def factor_reset(world: Deployed) -> None:
    world.okta.model.reset_factors("ada@example.com")
    world.okta.model.reset_factors("bob@example.com")
