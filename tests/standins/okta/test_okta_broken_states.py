"""States that Okta has and no API sets: made by handles, read back by the API."""

from sandbox import okta
from tests.standins.okta.api import Api


def test_a_push_of_somebody_that_failed(server: okta.OktaServer, api: Api) -> None:
    person = server.model.add_person("ada@example.com")
    api.ok("PUT", f"/_sandbox/users/{person.id}/syncState", {"syncState": "ERROR"})
    assert api.ok("GET", f"/api/v1/apps/{server.app_id}/users/{person.id}")["syncState"] == "ERROR"
    assert api("PUT", f"/_sandbox/users/{person.id}/syncState", {"syncState": "?"}).status_code == 400


def test_a_push_of_a_group_that_failed_and_is_well_again(server: okta.OktaServer, api: Api) -> None:
    server.model.add_group("sre", pushed=True)
    mappings = f"/api/v1/apps/{server.app_id}/group-push/mappings"
    (mapping,) = api.ok("GET", mappings)
    api.ok("PUT", f"/_sandbox/mappings/{mapping['id']}", {"errorSummary": "Duplicate"})
    (failed,) = api.ok("GET", mappings, status="ERROR")
    assert failed["errorSummary"] == "Duplicate"
    api.ok("PUT", f"/_sandbox/mappings/{mapping['id']}", {})
    assert api.ok("GET", mappings, status="ERROR") == []


def test_a_factor_reset_is_in_the_system_log(server: okta.OktaServer, api: Api) -> None:
    person = server.model.add_person("ada@example.com")
    api.ok("POST", f"/_sandbox/users/{person.id}/resetFactors")
    (event,) = api.log("user.mfa.factor.reset_all")
    assert [target["id"] for target in event["target"]] == [person.id]


def test_okta_says_its_time_and_its_custom_domain_to_anybody() -> None:
    with okta.serve(settings=okta.Settings(custom_domain="https://login.example.com")) as server:
        answer = Api(server, authorization="none")("GET", "/.well-known/okta-organization")
    assert answer.json()["_links"]["alternate"]["href"] == "https://login.example.com"
    assert "GMT" in answer.headers["Date"]
