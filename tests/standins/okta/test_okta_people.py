"""People's lifecycle over the API: the status, the System Log, the errors."""

import pytest

from tests.standins.okta.api import Api


def person(api: Api, login: str = "ada.lovelace@example.com") -> str:
    return api.server.model.add_person(login).id


def status(api: Api, person_id: str) -> str:
    return str(api.ok("GET", f"/api/v1/users/{person_id}")["status"])


@pytest.mark.parametrize(
    ("steps", "event_type", "ends"),
    [
        (("deactivate",), "user.lifecycle.deactivate", "DEPROVISIONED"),
        (("suspend",), "user.lifecycle.suspend", "SUSPENDED"),
        (("suspend", "unsuspend"), "user.lifecycle.unsuspend", "ACTIVE"),
        (("deactivate", "activate"), "user.lifecycle.activate", "ACTIVE"),
        (("deactivate", "reactivate"), "user.lifecycle.reactivate", "ACTIVE"),
    ],
)
def test_a_lifecycle_call_changes_the_status_and_is_logged(
    api: Api, steps: tuple[str, ...], event_type: str, ends: str
) -> None:
    # Given somebody active
    person_id = person(api)
    # When an administrator takes the steps
    for step in steps:
        api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/{step}")
    # Then the status follows, and the log names the person as target of type User and somebody else as actor
    assert status(api, person_id) == ends
    event = api.log(event_type)[-1]
    assert event["outcome"]["result"] == "SUCCESS"
    targets = [target for target in event["target"] if target["type"] == "User"]
    assert [(target["id"], target["alternateId"]) for target in targets] == [
        (person_id, "ada.lovelace@example.com")
    ]
    assert event["actor"]["id"] != person_id
    assert event["uuid"]
    assert event["transaction"]["id"]
    assert event["debugContext"]["debugData"]["requestUri"]


def test_a_lock_out_is_logged_as_the_failure_of_a_sign_in(api: Api) -> None:
    person_id = person(api)
    api.ok("POST", f"/_sandbox/users/{person_id}/lock")
    event = api.log("user.account.lock")[0]
    assert (status(api, person_id), event["outcome"]) == (
        "LOCKED_OUT",
        {"result": "FAILURE", "reason": "LOCKED_OUT"},
    )
    api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/unlock")
    assert status(api, person_id) == "ACTIVE"
    assert len(api.log("user.account.unlock")) == 1


def test_the_first_delete_deactivates_and_the_second_deletes(api: Api) -> None:
    person_id = person(api)
    assert api("DELETE", f"/api/v1/users/{person_id}").status_code == 204
    assert status(api, person_id) == "DEPROVISIONED"
    assert api.log("user.lifecycle.delete.initiated") == []
    assert api("DELETE", f"/api/v1/users/{person_id}").status_code == 204
    assert api("GET", f"/api/v1/users/{person_id}").status_code == 404
    assert api.log("user.lifecycle.delete.initiated")[0]["target"][0]["id"] == person_id


@pytest.mark.parametrize(
    ("before", "step"),
    [("deactivate", "suspend"), ("suspend", "suspend"), (None, "unsuspend"), (None, "activate")],
)
def test_a_step_out_of_order_is_refused_and_not_logged(api: Api, before: str | None, step: str) -> None:
    person_id = person(api)
    if before:
        api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/{before}")
    logged = len(api.ok("GET", "/api/v1/logs", limit="1000"))
    refused = api("POST", f"/api/v1/users/{person_id}/lifecycle/{step}")
    assert refused.status_code in (400, 403)
    assert refused.json().keys() >= {"errorCode", "errorSummary", "errorId", "errorCauses"}
    assert len(api.ok("GET", "/api/v1/logs", limit="1000")) == logged


def test_people_are_created_and_found_by_id_login_filter_and_search(api: Api) -> None:
    profile = {"login": "grace.hopper@example.com", "email": "grace.hopper@example.com", "firstName": "Grace"}
    created = api.ok("POST", "/api/v1/users", {"profile": profile}, activate="true")
    other = person(api)
    api.ok("POST", f"/api/v1/users/{other}/lifecycle/suspend")
    assert created["status"] == "ACTIVE"
    assert api.ok("GET", "/api/v1/users/grace.hopper@example.com")["id"] == created["id"]
    assert api.ok("GET", "/api/v1/users/grace.hopper")["id"] == created["id"]
    suspended = api.ok("GET", "/api/v1/users", filter='status eq "SUSPENDED"')
    assert [user["id"] for user in suspended] == [other]
    found = api.ok("GET", "/api/v1/users", search='profile.login eq "grace.hopper@example.com"')
    assert [user["id"] for user in found] == [created["id"]]


def test_a_login_is_taken_once(api: Api) -> None:
    person(api)
    profile = {"login": "ADA.lovelace@example.com", "email": "ada@example.com"}
    refused = api("POST", "/api/v1/users", {"profile": profile})
    assert (refused.status_code, refused.json()["errorCode"]) == (400, "E0000001")


def test_an_unknown_person_is_404_in_oktas_form(api: Api) -> None:
    answer = api("GET", "/api/v1/users/00uNobody")
    assert (answer.status_code, answer.json()["errorCode"]) == (404, "E0000007")


def test_lists_are_paged_by_link_headers_until_everybody_was_seen(api: Api) -> None:
    everybody = {person(api, f"person.{number}@example.com") for number in range(5)}
    answer = api("GET", "/api/v1/users", limit="2")
    seen = [user["id"] for user in answer.json()]
    while "next" in answer.links:
        answer = api("GET", answer.links["next"]["url"])
        assert len(answer.json()) <= 2
        seen += [user["id"] for user in answer.json()]
    assert sorted(seen) == sorted(everybody)


def test_everybody_who_is_active_holds_sessions_until_they_are_cleared(api: Api) -> None:
    # Given two people with sessions
    leaver, stays = person(api), person(api, "stays@example.com")
    assert api.ok("GET", "/_sandbox/sessions", userId=leaver)
    # When the sessions of one are cleared with tokens and devices
    cleared = api("DELETE", f"/api/v1/users/{leaver}/sessions", oauthTokens="true", forgetDevices="true")
    # Then nothing of theirs is left, and everything of the other's
    assert (cleared.status_code, cleared.content) == (204, b"")
    assert {session["userId"] for session in api.ok("GET", "/_sandbox/sessions")} == {stays}
    assert api.log("user.session.clear")[0]["target"][0]["id"] == leaver


def test_oauth_tokens_stay_unless_they_are_named(api: Api) -> None:
    person_id = person(api)
    api("DELETE", f"/api/v1/users/{person_id}/sessions")
    assert [held["kind"] for held in api.server.model.sessions_of(person_id)] == ["OAUTH_TOKEN"]
