"""Faults, call counts, rate limits, and requests that are wrong."""

import re
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox import okta
from tests.standins.okta.api import Api

NOON = datetime(2026, 11, 16, 12, 0, tzinfo=UTC)
README = Path("sandbox/okta/README.md").read_text(encoding="utf-8")


def test_a_fault_hits_the_operation_it_names_as_often_as_it_says(api: Api) -> None:
    # Given a fault for clearing sessions, twice
    person_id = api.server.model.add_person("ada@example.com").id
    fault = {
        "service": "okta",
        "operation": "ClearUserSessions",
        "error": "E0000009",
        "status": 500,
        "times": 2,
    }
    assert api("PUT", "/_sandbox/faults", [fault]).status_code == 204
    # When sessions are cleared three times
    answers = [api("DELETE", f"/api/v1/users/{person_id}/sessions", oauthTokens="true") for _ in range(3)]
    # Then the third gets through, the others got the error in Okta's form, and all are counted
    assert [answer.status_code for answer in answers] == [500, 500, 204]
    assert answers[0].json()["errorCode"] == "E0000009"
    assert api.ok("GET", "/_sandbox/calls") == {"okta": {"ClearUserSessions": 3}}
    assert api.ok("GET", "/_sandbox/faults")[0]["times"] == 0
    api("DELETE", "/_sandbox/calls")
    assert api.ok("GET", "/_sandbox/calls") == {}


def test_an_error_that_is_no_code_of_okta_s_becomes_the_summary(api: Api) -> None:
    api("PUT", "/_sandbox/faults", [{"operation": "GetUser", "error": "the disk is full", "status": 503}])
    body = api("GET", "/api/v1/users/00u1").json()
    assert (body["errorCode"], body["errorSummary"]) == ("E0000009", "the disk is full")


@pytest.mark.parametrize("faults", [{}, [{"unknown": 1}], [{"rate": 2}], [{"rate": "often"}]])
def test_a_fault_that_cannot_be_is_refused(api: Api, faults: object) -> None:
    assert api("PUT", "/_sandbox/faults", faults).status_code == 400


def test_a_spent_bucket_is_429_with_the_time_of_the_next_one() -> None:
    with okta.serve(settings=okta.Settings(rate_limit=2, clock=lambda: NOON)) as server:
        api = Api(server)
        answers = [api("GET", "/api/v1/groups") for _ in range(3)]
        # The bucket is the endpoint's: another one still answers.
        assert api("GET", "/api/v1/users").status_code == 200
    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert [answer.headers["X-Rate-Limit-Remaining"] for answer in answers] == ["1", "0", "0"]
    assert answers[2].json()["errorCode"] == "E0000047"
    assert int(answers[2].headers["X-Rate-Limit-Reset"]) == NOON.timestamp() + 60


@pytest.mark.parametrize("body", ["[]", "{", '"text"'])
def test_a_body_that_is_no_object_is_400(api: Api, body: str) -> None:
    answer = api.session.post(f"{api.server.url}/api/v1/users", data=body, timeout=30)
    assert (answer.status_code, answer.json()["errorCode"]) == (400, "E0000003")


def test_an_unknown_path_is_404_and_a_wrong_method_405(api: Api) -> None:
    assert api("GET", "/api/v1/nothing").status_code == 404
    assert api("PATCH", "/api/v1/users").status_code == 405


@pytest.mark.parametrize("wrong", [{"drop": "always"}, {"explode": 1}])
def test_chaos_takes_only_numbers_it_knows(api: Api, wrong: dict[str, object]) -> None:
    assert api("PUT", "/_sandbox/delivery", wrong).status_code == 400
    assert api.ok("GET", "/_sandbox/delivery")["drop"] == 0.0


def test_a_port_that_is_taken_is_replaced(server: okta.OktaServer) -> None:
    taken = int(server.url.rpartition(":")[2])
    with okta.serve(taken) as other:
        assert other.url != server.url
        assert Api(other)("GET", "/api/v1/users").status_code == 200


def test_the_readme_lists_every_operation_and_every_handle() -> None:
    named = set(re.findall(r"`([A-Z][A-Za-z]+)`", README))
    operations = {route.operation for route in okta.ROUTES if route.counted}
    assert operations <= named
    for route in okta.ROUTES:
        if not route.counted:
            assert f"`{route.method} {route.path}`" in README
