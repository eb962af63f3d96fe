"""Everything as it should be, then one thing broken at a time: the watch names exactly that thing."""

import json
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from botocore.stub import Stubber

from functions.expiry import wiring
from functions.finding import Severity
from functions.okta.errors import OktaError, OktaRefusedError, OktaUnreachableError
from functions.policy import AccessPolicy, loads
from tests.unit.expiry.deployed import Deployed, deployed

POLICY = loads(
    """
permission_sets:
  Developer: {managed: [PowerUserAccess], session: 8h}
expiry: {scim_token_issued: 2026-06-01}
watch: {protected_groups: [platform-admin], session_limit: 8h}
"""
)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    policy = POLICY.model_copy(
        update={"expiry": POLICY.expiry.model_copy(update={"scim_token_issued": None})}
    )
    with deployed(tmp_path, monkeypatch, policy) as world:
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


def test_given_all_is_well_then_every_check_speaks_and_none_is_open(world: Deployed) -> None:
    assert world.opened() == {}
    app = world.okta.app_id
    assert set(world.said()) == {
        *(
            f"saml-certificate/{app}/{check}"
            for check in ("expiry", "strength", "dates", "trust", "successor", "metadata")
        ),
        *(f"provisioning/{app}/{check}" for check in ("people", "groups", "deactivation")),
        *(f"sign-on/{app}/{check}" for check in ("factor", "changed")),
        *("okta/clock", "okta/tls", "okta/hook", "okta/hook-secret", "okta/grants"),
        *("scim-token/issued", "scim-endpoint", "factors/reset", "sessions/duration"),
        *(
            f"watch/{area}"
            for area in ("certificates", "provisioning", "own-keys", "sign-on", "factors", "sessions")
        ),
    }


def test_every_finding_can_be_acted_on_at_3_am(world: Deployed) -> None:
    for finding in world.run().values():
        assert len(finding.why) > 60, finding.key
        assert len(finding.actions) >= 2, finding.key
        assert all(len(action) > 15 for action in finding.actions), finding.key
        assert finding.runbook.startswith("https://"), finding.key


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


BROKEN: dict[str, tuple[Callable[[Deployed], None], dict[str, Severity], str]] = {
    "switched": (
        switched,
        {"saml-certificate/{app}/trust": Severity.PAGE},
        "Nobody can sign in to AWS",
    ),
    "generated": (generated, {"saml-certificate/{app}/successor": Severity.WARNING}, "not imported"),
    "ages": (
        lambda world: world.clock.moves(days=3650 - 29),
        {
            "saml-certificate/{app}/expiry": Severity.WARNING,
            "okta/clock": Severity.WARNING,
            "okta/hook-secret": Severity.INFO,
        },
        "expires in 29 days",
    ),
    "metadata": (
        faults("GetSamlMetadata", 403),
        {"saml-certificate/{app}/metadata": Severity.WARNING},
        "cannot be read",
    ),
    "clock ahead": (
        lambda world: world.clock.moves(seconds=63),
        {"okta/clock": Severity.WARNING},
        "behind AWS's",
    ),
    "deactivation off": (
        deactivation_off,
        {"provisioning/{app}/deactivation": Severity.WARNING},
        "Deactivate Users is off",
    ),
    "no features": (
        faults("ListFeaturesForApplication", 400),
        {"provisioning/{app}/deactivation": Severity.WARNING},
        "Deactivate Users is off",
    ),
    "push": (push_failed, {"provisioning/{app}/groups": Severity.WARNING}, "cannot push 1 group"),
    "sync error": (
        not_provisioned("ERROR"),
        {"provisioning/{app}/people": Severity.WARNING},
        "could not provision 1 person",
    ),
    "out of sync": (
        not_provisioned("OUT_OF_SYNC"),
        {"provisioning/{app}/people": Severity.WARNING},
        "could not provision 1 person",
    ),
    "no hook": (no_hook, {"okta/hook": Severity.PAGE}, "no event hook"),
    "hook off": (
        lambda world: world.call("POST", f"{our_hook(world)}/lifecycle/deactivate"),
        {"okta/hook": Severity.PAGE},
        "switched off or unverified",
    ),
    "unverified": (unverified, {"okta/hook": Severity.PAGE}, "switched off or unverified"),
    "fewer types": (fewer_types, {"okta/hook": Severity.WARNING}, "lacks 1 event type"),
    "one factor": (
        one_factor,
        {"sign-on/{app}/factor": Severity.PAGE, "sign-on/{app}/changed": Severity.WARNING},
        "without a second factor",
    ),
    "rule touched": (touched, {"sign-on/{app}/changed": Severity.WARNING}, "Anybody, anywhere"),
    "factor reset": (factor_reset, {"factors/reset": Severity.PAGE}, "Second factor reset: ada@example.com"),
}


@pytest.mark.parametrize("name", BROKEN)
def test_one_thing_broken_is_the_one_thing_named(world: Deployed, name: str) -> None:
    act, expected, words = BROKEN[name]
    act(world)

    opened = world.opened()

    wanted = {key.format(app=world.okta.app_id): severity for key, severity in expected.items()}
    assert {key: finding.severity for key, finding in opened.items()} == wanted
    assert words in opened[next(iter(wanted))].title


def test_a_change_of_the_policy_is_told_for_a_week(world: Deployed) -> None:
    touched(world)
    key = f"sign-on/{world.okta.app_id}/changed"
    world.clock.moves(days=7, seconds=-5)
    assert key in world.opened()
    world.clock.moves(seconds=6)
    assert key not in world.opened()


def test_a_factor_reset_is_told_for_a_week(world: Deployed) -> None:
    factor_reset(world)
    world.clock.moves(days=6, hours=23)
    assert "factors/reset" in world.opened()
    world.clock.moves(hours=2)
    assert "factors/reset" not in world.opened()


def test_whoever_is_gone_has_no_account_to_steal(world: Deployed) -> None:
    factor_reset(world)
    world.okta.faults.set(
        [{"service": "okta", "operation": "ListUserGroups", "error": "E0000007", "status": 404}]
    )
    assert "factors/reset" not in world.opened()


@pytest.mark.parametrize(
    ("days", "severity"),
    [
        (304, None),
        (306, Severity.INFO),
        (336, Severity.WARNING),
        (352, Severity.PAGE),
        (366, Severity.PAGE),
    ],
)
def test_the_scim_token_ages_from_the_day_it_was_made(
    world: Deployed, days: int, severity: Severity | None
) -> None:
    at = wiring.watch().sources
    issued = (world.clock.now() - timedelta(days=days)).date()
    policy = at.policy.model_copy(
        update={"expiry": at.policy.expiry.model_copy(update={"scim_token_issued": issued})}
    )
    object.__setattr__(at, "policy", policy)
    opened = world.opened()
    assert (opened["scim-token/issued"].severity if opened else None) == severity


def test_a_secret_of_a_year_is_a_word_and_a_new_one_ends_it(world: Deployed) -> None:
    world.clock.moves(days=366)
    assert world.opened()["okta/hook-secret"].severity is Severity.INFO
    world.clock.moves(days=-366)
    assert "okta/hook-secret" not in world.opened()


def test_sessions_longer_than_the_limit(world: Deployed) -> None:
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"session_limit": timedelta(hours=4)})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    finding = world.opened()["sessions/duration"]
    assert "Sessions of Developer are longer than 4h" in finding.title
    assert finding.facts == {"Developer": "8h"}


def test_the_second_factor_may_be_said_not_to_matter(world: Deployed) -> None:
    one_factor(world)
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"second_factor": False})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    assert f"sign-on/{world.okta.app_id}/factor" not in world.opened()


def test_where_nobody_is_protected_okta_is_not_asked(world: Deployed) -> None:
    at = wiring.watch().sources
    watch = at.policy.watch.model_copy(update={"protected_groups": ()})
    object.__setattr__(at, "policy", at.policy.model_copy(update={"watch": watch}))
    factor_reset(world)
    assert world.opened() == {}
    assert "ListLogEvents" not in json.dumps(world.okta.faults.calls())


@pytest.mark.parametrize(
    ("operation", "areas"),
    [
        ("GetApplication", {"certificates", "sign-on"}),
        ("ListApplicationKeys", {"certificates"}),
        ("GetOrgMetadata", {"certificates"}),
        ("ListApplicationUsers", {"provisioning"}),
        ("ListGroupPushMappings", {"provisioning"}),
        ("ListEventHooks", {"own-keys"}),
        ("ListPolicyRules", {"sign-on"}),
        ("ListLogEvents", {"factors"}),
    ],
)
def test_a_refused_call_blinds_its_area_and_no_other(
    world: Deployed, operation: str, areas: set[str]
) -> None:
    faults(operation, 403)(world)
    with pytest.raises(OktaRefusedError):
        world.run()
    opened = {key for key, finding in world.said().items() if finding.state == "open"}
    assert opened == {f"watch/{area}" for area in areas}


def test_given_okta_is_down_then_one_wait_is_enough_and_every_area_says_so(
    world: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "PATIENCE", 0.0)
    world.okta.faults.set([{"service": "okta", "operation": "*", "error": "down", "status": 503}])
    world.okta.faults.reset()
    with pytest.raises(OktaUnreachableError):
        world.run()
    assert {finding.state for finding in world.said().values()} == {"open"}
    assert len(world.said()) == 6
    assert sum(world.okta.faults.calls().get("okta", {}).values()) == 1


def test_given_a_secret_of_another_shape_then_every_area_of_okta_is_blind(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with deployed(tmp_path, monkeypatch, AccessPolicy(permission_sets={}), secret="00aToken") as world:
        with pytest.raises(OktaError):
            world.run()
        blind = {key for key, finding in world.said().items() if finding.state == "open"}
        assert "watch/certificates" in blind
        assert "00aToken" not in json.dumps([finding.to_detail() for finding in world.bus.findings])


def test_given_the_hooks_secret_is_gone_then_our_own_keys_are_blind(world: Deployed) -> None:
    with Stubber(wiring.watch().sources.secrets) as secrets:
        secrets.add_client_error("list_secret_version_ids", "ResourceNotFoundException")
        with pytest.raises(Exception, match="ResourceNotFoundException"):
            world.run()
    assert world.said()["watch/own-keys"].state == "open"
    assert world.said()["watch/certificates"].state == "clear"
