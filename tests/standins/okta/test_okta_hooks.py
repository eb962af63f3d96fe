"""Registering and verifying event hooks."""

import copy

import pytest

from sandbox.okta.eligibility import catalogue
from tests.standins.okta.api import Api, hook_body
from tests.standins.okta.endpoint import Endpoint


def test_a_new_hook_is_active_unverified_and_keeps_its_secret_to_itself(api: Api) -> None:
    hook = api.ok("POST", "/api/v1/eventHooks", hook_body("http://127.0.0.1:9/x", secret="hush"))
    assert (hook["status"], hook["verificationStatus"]) == ("ACTIVE", "UNVERIFIED")
    assert "hush" not in api("GET", f"/api/v1/eventHooks/{hook['id']}").text


def test_verification_sends_a_challenge_and_wants_it_back(api: Api, endpoint: Endpoint) -> None:
    hook_id = api.register(endpoint.url, verify=False, secret="hush")
    verified = api.ok("POST", f"/api/v1/eventHooks/{hook_id}/lifecycle/verify")
    (request,) = endpoint.received
    assert request.method == "GET"
    assert request.headers["x-okta-verification-challenge"]
    assert request.headers["authorization"] == "hush"
    assert verified["verificationStatus"] == "VERIFIED"


@pytest.mark.parametrize("wrong", ["another value", "too late"])
def test_without_the_challenge_in_time_a_hook_stays_unverified(api: Api, wrong: str) -> None:
    with Endpoint(
        echo=wrong != "another value", verification_delay=1.0 if wrong == "too late" else 0
    ) as endpoint:
        hook_id = api.register(endpoint.url, verify=False)
        assert api("POST", f"/api/v1/eventHooks/{hook_id}/lifecycle/verify").status_code == 400
    assert api.ok("GET", f"/api/v1/eventHooks/{hook_id}")["verificationStatus"] == "UNVERIFIED"


@pytest.mark.parametrize("change", ["uri", "secret", "header"])
def test_changing_the_channel_takes_the_verification_away(api: Api, endpoint: Endpoint, change: str) -> None:
    hook_id = api.register(endpoint.url)
    body = hook_body(endpoint.url)
    config = body["channel"]["config"]
    match change:
        case "uri":
            config["uri"] += "/v2"
        case "secret":
            config["authScheme"]["value"] = "another"
        case "header":
            config["headers"] = [{"key": "X-Other", "value": "1"}]
    assert api.ok("PUT", f"/api/v1/eventHooks/{hook_id}", body)["verificationStatus"] == "UNVERIFIED"


def test_changing_only_the_event_types_keeps_it(api: Api, endpoint: Endpoint) -> None:
    hook_id = api.register(endpoint.url)
    body = hook_body(endpoint.url, "user.lifecycle.suspend", secret=None)
    assert api.ok("PUT", f"/api/v1/eventHooks/{hook_id}", body)["verificationStatus"] == "VERIFIED"


@pytest.mark.parametrize("event_type", ["app.keys.rotate", "event_hook.delivery", "no.such.type"])
def test_a_type_that_no_hook_can_carry_is_refused(api: Api, event_type: str) -> None:
    refused = api("POST", "/api/v1/eventHooks", hook_body("http://127.0.0.1:9/x", event_type))
    assert refused.status_code == 400
    assert event_type in refused.text


@pytest.mark.parametrize("field", ["name", "events", "channel"])
def test_a_registration_without_a_part_is_refused(api: Api, field: str) -> None:
    body = copy.deepcopy(hook_body("http://127.0.0.1:9/x"))
    body[field] = "" if field == "name" else {}
    assert api("POST", "/api/v1/eventHooks", body).status_code == 400


@pytest.mark.parametrize("headers", ["X-Other: 1", [{"key": "X-Other"}], [1]])
def test_headers_are_pairs(api: Api, headers: object) -> None:
    body = hook_body("http://127.0.0.1:9/x")
    body["channel"]["config"]["headers"] = headers
    assert api("POST", "/api/v1/eventHooks", body).status_code == 400


def test_more_headers_are_sent_along(api: Api, endpoint: Endpoint) -> None:
    body = hook_body(endpoint.url)
    body["channel"]["config"]["headers"] = [{"key": "X-Other", "value": "1"}]
    hook = api.ok("POST", "/api/v1/eventHooks", body)
    api.ok("POST", f"/api/v1/eventHooks/{hook['id']}/lifecycle/verify")
    assert endpoint.received[0].headers["x-other"] == "1"


def test_there_are_at_most_25_hooks(api: Api) -> None:
    for number in range(25):
        api.ok("POST", "/api/v1/eventHooks", hook_body("http://127.0.0.1:9/x", name=f"hook {number}"))
    assert api("POST", "/api/v1/eventHooks", hook_body("http://127.0.0.1:9/x")).status_code == 400


def test_a_hook_is_deleted_once_it_is_inactive(api: Api) -> None:
    hook_id = api.register("http://127.0.0.1:9/x", verify=False)
    assert api("DELETE", f"/api/v1/eventHooks/{hook_id}").status_code == 400
    api.ok("POST", f"/api/v1/eventHooks/{hook_id}/lifecycle/deactivate")
    assert api("DELETE", f"/api/v1/eventHooks/{hook_id}").status_code == 204
    assert api.ok("GET", "/api/v1/eventHooks") == []


def test_the_catalogue_says_which_types_are_eligible() -> None:
    types = catalogue()
    assert types["user.lifecycle.deactivate"]
    assert not types["app.keys.generate"]
    assert len(types) > 1200
