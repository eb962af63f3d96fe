"""Everything as it should be, then one thing broken at a time: the watch names exactly that thing."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from botocore.stub import Stubber

from functions.expiry import wiring
from functions.expiry.areas import AREAS
from functions.finding import Severity
from functions.okta.errors import OktaError, OktaRefusedError, OktaUnreachableError
from functions.policy import AccessPolicy
from tests.unit.expiry.breaking import (
    all_is_well,
    deactivation_off,
    factor_reset,
    faults,
    fewer_types,
    generated,
    no_hook,
    not_provisioned,
    one_factor,
    our_hook,
    push_failed,
    switched,
    touched,
    unverified,
)
from tests.unit.expiry.deployed import Deployed, deployed


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Deployed]:
    with all_is_well(tmp_path, monkeypatch) as world:
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
        *("scim-token/issued", "scim-endpoint", "factors/reset", "sessions/duration", "watch/expiry"),
        *("alarms/mute", "alarms/ringing"),
        *(
            f"watch/{area}"
            for area in (
                "certificates",
                "provisioning",
                "own-keys",
                "sign-on",
                "factors",
                "sessions",
                "alarms",
            )
        ),
    }


def test_every_finding_can_be_acted_on_at_3_am(world: Deployed) -> None:
    for finding in world.run().values():
        assert len(finding.why) > 60, finding.key
        assert len(finding.actions) >= 2, finding.key
        assert all(len(action) > 15 for action in finding.actions), finding.key
        assert finding.runbook.startswith("https://"), finding.key


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
        ("ListLogEvents", {"factors", "sign-on"}),
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


def test_given_okta_is_down_then_one_wait_is_enough_and_every_area_of_okta_says_so(
    world: Deployed, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(wiring, "PATIENCE", 0.0)
    world.okta.faults.set([{"service": "okta", "operation": "*", "error": "down", "status": 503}])
    world.okta.faults.reset()
    with pytest.raises(OktaUnreachableError):
        world.run()
    opened = {key for key, finding in world.said().items() if finding.state == "open"}
    of_okta = AREAS.keys() - {"alarms", "sessions"}
    assert opened == {f"watch/{area}" for area in of_okta}
    # What Okta is not asked for is watched all the same
    assert world.said()["alarms/mute"].state == "clear"
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
