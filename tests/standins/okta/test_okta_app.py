"""The AWS app: certificates, metadata, users, groups, features, policy."""

import base64
import xml.etree.ElementTree as ET
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509

from sandbox import okta
from tests.standins.okta.api import Api

MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"


@pytest.fixture
def app(api: Api) -> str:
    return f"/api/v1/apps/{api.server.app_id}"


def certificate_of(encoded: str) -> x509.Certificate:
    return x509.load_der_x509_certificate(base64.b64decode(encoded))


def shown(api: Api, app: str, **params: str) -> x509.Certificate:
    """The certificate in the app's SAML metadata."""
    metadata = api("GET", f"{app}/sso/saml/metadata", **params)
    assert metadata.headers["Content-Type"].startswith("application/xml")
    root = ET.fromstring(metadata.text)
    assert root.tag == f"{MD}EntityDescriptor"
    return certificate_of(str(next(root.iter(f"{DS}X509Certificate")).text))


def test_the_app_is_identity_center_s_and_says_which_key_signs(api: Api, app: str) -> None:
    body = api.ok("GET", app)
    assert body["name"] == "amazon_aws_sso"
    assert body["settings"]["app"].keys() == {"acsURL", "entityID"}
    assert body["credentials"]["signing"]["kid"] in [
        key["kid"] for key in api.ok("GET", f"{app}/credentials/keys")
    ]
    assert body["_links"]["accessPolicy"]["href"].startswith(f"{api.server.url}/api/v1/policies/rst")
    assert api.ok("GET", "/api/v1/apps")[0]["id"] == body["id"]
    assert api("GET", "/api/v1/apps/0oaAnother").status_code == 404


def test_the_id_and_the_url_are_the_caller_s_to_choose() -> None:
    with okta.serve(
        settings=okta.Settings(app_id="0oaChosenByTheCaller", acs_url="https://acs.example.com/")
    ) as server:
        body = Api(server).ok("GET", "/api/v1/apps/0oaChosenByTheCaller")
        assert body["settings"]["app"]["acsURL"] == "https://acs.example.com/"


@pytest.mark.parametrize("days", [12, 3650, -3])
def test_a_certificate_is_real_and_ends_when_the_caller_said(api: Api, app: str, days: int) -> None:
    # Given a signing certificate with so many days left
    kid = api.server.model.set_signing_certificate(days_left=days).kid
    # When the keys are listed
    key = next(key for key in api.ok("GET", f"{app}/credentials/keys") if key["kid"] == kid)
    # Then list, certificate and metadata agree on the end
    certificate = certificate_of(key["x5c"][0])
    expected = datetime.now(UTC) + timedelta(days=days)
    assert abs(certificate.not_valid_after_utc - expected) < timedelta(minutes=2)
    assert datetime.fromisoformat(key["expiresAt"]) == certificate.not_valid_after_utc
    assert certificate.not_valid_before_utc < certificate.not_valid_after_utc
    assert shown(api, app) == certificate
    certificate.verify_directly_issued_by(certificate)


def test_a_new_key_does_not_sign_until_the_app_names_it(api: Api, app: str) -> None:
    # Given an app that signs with its first key
    before = api.ok("GET", app)["credentials"]["signing"]["kid"]
    # When a second one is generated
    key = api.ok("POST", f"{app}/credentials/keys/generate", validityYears="3")
    # Then it is listed and shown on request, but the first still signs
    assert len(api.ok("GET", f"{app}/credentials/keys")) == 2
    assert api.ok("GET", app)["credentials"]["signing"]["kid"] == before
    assert shown(api, app, kid=key["kid"]) != shown(api, app)
    # And when the app names it, it signs
    body = api.ok("GET", app)
    body["credentials"]["signing"]["kid"] = key["kid"]
    assert api.ok("PUT", app, body)["credentials"]["signing"]["kid"] == key["kid"]
    assert shown(api, app) == certificate_of(key["x5c"][0])
    assert len(api.log("app.keys.generate")) == len(api.log("app.keys.rotate")) == 1


@pytest.mark.parametrize("years", ["1", "11", "", "x"])
def test_a_key_lives_2_to_10_years(api: Api, app: str, years: str) -> None:
    assert api("POST", f"{app}/credentials/keys/generate", validityYears=years).status_code == 400


def test_a_key_the_app_does_not_have_cannot_sign(api: Api, app: str) -> None:
    assert api("PUT", app, {"credentials": {"signing": {"kid": "unknown"}}}).status_code == 400
    assert api("GET", f"{app}/sso/saml/metadata", kid="unknown").status_code == 404


def test_the_sandbox_can_age_the_certificate_from_outside(api: Api, app: str) -> None:
    made = api.ok("POST", "/_sandbox/certificate", {"days_left": 12})
    assert api.ok("GET", app)["credentials"]["signing"]["kid"] == made["kid"]


def test_assigning_and_unassigning_are_events_with_targets_of_three_types(api: Api, app: str) -> None:
    # Given somebody without the app
    person_id = api.server.model.add_person("ada@example.com", assigned=False).id
    # When it is given and taken again
    user = api.ok("POST", f"{app}/users", {"id": person_id, "scope": "USER"})
    listed = api.ok("GET", f"{app}/users")
    assert api("DELETE", f"{app}/users/{person_id}").status_code == 204
    # Then both are events that name the app user, the app and the person
    assert [entry["id"] for entry in listed] == [person_id] == [user["id"]]
    assert user["credentials"]["userName"] == "ada@example.com"
    for event_type in ("application.user_membership.add", "application.user_membership.remove"):
        (event,) = api.log(event_type)
        targets = {target["type"]: target["id"] for target in event["target"]}
        assert targets.keys() == {"AppUser", "AppInstance", "User"}
        assert (targets["AppInstance"], targets["User"]) == (api.server.app_id, person_id)
    assert api("GET", f"{app}/users/{person_id}").status_code == 404
    assert api("DELETE", f"{app}/users/{person_id}").status_code == 404


def test_deactivation_takes_the_app_away_and_suspension_does_not(api: Api, app: str) -> None:
    leaver, suspended = (
        api.server.model.add_person(f"{name}@example.com").id for name in ("leaver", "suspended")
    )
    group = api.server.model.add_group("sre-oncall", (leaver, suspended))
    api.ok("POST", f"/api/v1/users/{leaver}/lifecycle/deactivate")
    api.ok("POST", f"/api/v1/users/{suspended}/lifecycle/suspend")
    assert [entry["id"] for entry in api.ok("GET", f"{app}/users")] == [suspended]
    members = api.ok("GET", f"/api/v1/groups/{group.id}/users")
    assert {member["id"] for member in members} == {leaver, suspended}
    assert api.log("group.user_membership.remove") == []


def test_whoever_joins_an_assigned_group_has_the_app_and_whoever_leaves_it_has_not(
    api: Api, app: str
) -> None:
    # Given a group that the app is assigned to, with one member
    model = api.server.model
    first, second = (
        model.add_person(f"{name}@example.com", assigned=False).id for name in ("first", "second")
    )
    group = model.add_group("sre-oncall", (first,))
    api.ok("PUT", f"{app}/groups/{group.id}")
    assert [entry["id"] for entry in api.ok("GET", f"{app}/groups")] == [group.id]
    # When another one joins and the first leaves
    assert api("PUT", f"/api/v1/groups/{group.id}/users/{second}").status_code == 204
    assert api("DELETE", f"/api/v1/groups/{group.id}/users/{first}").status_code == 204
    # Then the app follows, and the System Log has each membership
    assert [(entry["id"], entry["scope"]) for entry in api.ok("GET", f"{app}/users")] == [(second, "GROUP")]
    (event,) = api.log("group.user_membership.remove")
    assert {target["type"]: target["id"] for target in event["target"]} == {
        "User": first,
        "UserGroup": group.id,
    }
    assert len(api.log("application.user_membership.remove")) == 1


def test_whoever_has_the_app_directly_keeps_it_when_they_leave_a_group(api: Api, app: str) -> None:
    person_id = api.server.model.add_person("both@example.com").id
    group = api.server.model.add_group("sre-oncall", (person_id,))
    api.ok("PUT", f"{app}/groups/{group.id}")
    api("DELETE", f"/api/v1/groups/{group.id}/users/{person_id}")
    assert [entry["id"] for entry in api.ok("GET", f"{app}/users")] == [person_id]


def test_a_group_s_name_is_taken_once(api: Api) -> None:
    assert api.ok("POST", "/api/v1/groups", {"profile": {"name": "sre-oncall"}})["type"] == "OKTA_GROUP"
    assert api("POST", "/api/v1/groups", {"profile": {"name": "sre-oncall"}}).status_code == 400
    assert [group["profile"]["name"] for group in api.ok("GET", "/api/v1/groups", q="sre")] == ["sre-oncall"]


def test_the_app_s_policy_asks_for_two_factors_until_somebody_weakens_it(api: Api, app: str) -> None:
    # Given the policy that the app links to
    href = api.ok("GET", app)["_links"]["accessPolicy"]["href"]
    assert [policy["id"] for policy in api.ok("GET", "/api/v1/policies", type="ACCESS_POLICY")] == [
        href.rpartition("/")[2]
    ]
    (rule,) = api.ok("GET", f"{href}/rules")
    method = rule["actions"]["appSignOn"]["verificationMethod"]
    assert (method["factorMode"], method["reauthenticateIn"]) == ("2FA", "PT2H")
    # When its rule is weakened
    method["factorMode"] = "1FA"
    api.ok("PUT", f"{href}/rules/{rule['id']}", rule)
    # Then it shows, and the System Log has it
    (rule,) = api.ok("GET", f"{href}/rules")
    assert rule["actions"]["appSignOn"]["verificationMethod"]["factorMode"] == "1FA"
    assert len(api.log("policy.rule.update")) == 1
    assert api("GET", "/api/v1/policies/rstAnother").status_code == 404
