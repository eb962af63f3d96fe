"""Each check of doctor, given facts as they may be."""

import json
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from functions.okta.scopes import LOGS, NEEDED
from functions.policy.watch import Expiry
from infra.config import Deployment
from infra.doctor import hook, identity_center, okta, organization, saml
from infra.doctor.access import profile_for
from infra.doctor.organization import Rule, Trail
from infra.doctor.verdict import Verdict
from sandbox.okta.certificates import make_signing_key, saml_metadata
from tests.template.templates import CONTEXT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = Deployment.read(CONTEXT.get)
BUS = "arn:aws:events:eu-west-1:222222222222:event-bus/ostiary"
SAML = "https://eu-west-1.signin.aws.amazon.com/platform/saml"


@pytest.mark.parametrize(
    ("trails", "verdict", "says"),
    [
        ([Trail("t", True, True, "eu-west-1", True)], Verdict.OK, "t logs"),
        ([Trail("t", True, False, "us-east-1", True)], Verdict.OK, "t logs"),
        (
            [Trail("off", False, True, "us-east-1", True), Trail("on", True, True, "x", True)],
            Verdict.OK,
            "on",
        ),
        ([], Verdict.FAIL, "no trail"),
        ([Trail("t", False, True, "us-east-1", True)], Verdict.FAIL, "does not log"),
        ([Trail("t", True, False, "eu-west-1", True)], Verdict.FAIL, "us-east-1"),
        ([Trail("t", True, True, "us-east-1", False)], Verdict.FAIL, "management events"),
    ],
)
def test_trail(trails: list[Trail], verdict: Verdict, says: str) -> None:
    line = organization.trail(trails)
    assert line.verdict is verdict
    assert says in line.says


@pytest.mark.parametrize(
    ("rule", "verdict"),
    [
        (Rule(True, (BUS,)), Verdict.OK),
        (Rule(False, (BUS,)), Verdict.FAIL),
        (Rule(True, ()), Verdict.FAIL),
        (Rule(True, (BUS.replace("eu-west-1", "eu-west-2"),)), Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_rule(rule: Rule | None, verdict: Verdict) -> None:
    assert organization.rule(rule, PLACE).verdict is verdict


def policy(principal: object, action: object = "events:PutEvents", effect: str = "Allow") -> str:
    return json.dumps({"Statement": [{"Effect": effect, "Principal": principal, "Action": action}]})


@pytest.mark.parametrize(
    ("document", "verdict"),
    [
        (policy({"AWS": "arn:aws:iam::123456789012:root"}), Verdict.OK),
        (policy({"AWS": ["arn:aws:iam::1:root", "123456789012"]}, ["events:PutEvents"]), Verdict.OK),
        (policy({"AWS": "arn:aws:iam::999999999999:root"}), Verdict.FAIL),
        (policy({"AWS": "arn:aws:iam::123456789012:root"}, "events:PutRule"), Verdict.FAIL),
        (policy({"AWS": "arn:aws:iam::123456789012:root"}, effect="Deny"), Verdict.FAIL),
        (None, Verdict.FAIL),
    ],
)
def test_bus_policy(document: str | None, verdict: Verdict) -> None:
    assert organization.bus_policy(organization.parsed(document), PLACE).verdict is verdict


def test_a_bus_that_is_missing_is_a_failure() -> None:
    assert "missing" in organization.bus_policy(None, PLACE).says


def test_one_account_needs_neither_policy_nor_administrator() -> None:
    one = Deployment.read({**CONTEXT, "hub_account": CONTEXT["management_account"]}.get)
    assert organization.bus_policy({}, one).verdict is Verdict.OK
    assert organization.administrator([], one).verdict is Verdict.OK


@pytest.mark.parametrize(
    ("people", "outside", "verdict"),
    [
        (10, 10, Verdict.OK),
        (10, 9, Verdict.WARN),
        (10, 0, Verdict.FAIL),
        (0, 0, Verdict.FAIL),
    ],
)
def test_identity_source(people: int, outside: int, verdict: Verdict) -> None:
    assert identity_center.identity_source(people, outside).verdict is verdict


@pytest.mark.parametrize(
    ("arn", "store", "status", "says"),
    [
        (PLACE.instance_arn, PLACE.identity_store_id, "ACTIVE", "is active"),
        (PLACE.instance_arn, PLACE.identity_store_id, "DELETE_IN_PROGRESS", "DELETE_IN_PROGRESS"),
        (PLACE.instance_arn, "d-0000000000", "ACTIVE", "its identity store is d-0000000000"),
        ("arn:aws:sso:::instance/ssoins-0000000000000000", "d-0", "ACTIVE", "is not in eu-west-1"),
    ],
)
def test_instance(arn: str, store: str, status: str, says: str) -> None:
    assert says in identity_center.instance([identity_center.Instance(arn, store, status)], PLACE).says


def test_what_is_missing_is_named() -> None:
    assert identity_center.permission_sets(["B", "A"], ["A"]).says == "missing: B"
    assert identity_center.groups(["x", "y"], ["y"]).says == "not in Identity Center: y"


def registered(**changes: Any) -> dict[str, Any]:
    return {
        "name": "ostiary",
        "status": "ACTIVE",
        "verificationStatus": "VERIFIED",
        "events": {"items": ["a", "b"]},
        "channel": {"config": {"uri": "https://abc123.execute-api.eu-west-1.amazonaws.com/live/okta/events"}},
        **changes,
    }


@pytest.mark.parametrize(
    ("changes", "broken"),
    [
        ({}, None),
        ({"name": "of another name"}, None),
        ({"status": "INACTIVE"}, "hook active"),
        ({"verificationStatus": "UNVERIFIED"}, "hook verified"),
        ({"events": {"items": ["a"]}}, "hook event types"),
        ({"name": "other", "channel": {"config": {"uri": "https://x.example"}}}, "event hook"),
    ],
)
def test_hook(changes: dict[str, Any], broken: str | None) -> None:
    lines = hook.event_hook([registered(**changes)], "abc123", {"a", "b"})
    assert [line.check for line in lines if line.verdict is not Verdict.OK] == ([broken] if broken else [])


def test_a_service_app_is_better_than_a_token() -> None:
    assert okta.sign_in(True, {}).verdict is Verdict.WARN
    assert okta.sign_in(False, {}).verdict is Verdict.OK
    assert okta.sign_in(False, dict.fromkeys(NEEDED, "invalid_client")).verdict is Verdict.FAIL
    assert okta.sign_in(True, dict.fromkeys(NEEDED, "E0000011")).verdict is Verdict.FAIL


def test_a_scope_that_is_missing_is_named_with_what_does_not_work() -> None:
    line = okta.scopes(False, {LOGS: "no"})
    assert line.verdict is Verdict.FAIL
    assert f"{LOGS} ({NEEDED[LOGS]})" in line.says


@pytest.mark.parametrize(
    ("aws", "there", "verdict", "says"),
    [
        (0, 1, Verdict.OK, "differ by 1 s"),
        (60, -60, Verdict.OK, "differ by 60 s"),
        (0, 90, Verdict.FAIL, "Okta by 90 s"),
        (-600, -601, Verdict.FAIL, "this machine's clock"),
    ],
)
def test_clocks(aws: int, there: int, verdict: Verdict, says: str) -> None:
    others = {"AWS": NOW + timedelta(seconds=aws), "Okta": NOW + timedelta(seconds=there)}
    line = okta.clocks(NOW, others)
    assert line.verdict is verdict
    assert says in line.says


@pytest.mark.parametrize(
    ("age", "verdict"),
    [
        (None, Verdict.WARN),
        (10, Verdict.OK),
        (334, Verdict.OK),
        (335, Verdict.WARN),
        (351, Verdict.FAIL),
        (366, Verdict.FAIL),
    ],
)
def test_scim_token(age: int | None, verdict: Verdict) -> None:
    today = date(2026, 11, 22)
    issued = None if age is None else today - timedelta(days=age)
    assert okta.scim_token(issued, Expiry(), today).verdict is verdict


def test_provisioning() -> None:
    good = {"syncState": "SYNCHRONIZED"}
    assert okta.provisioning([good], []).verdict is Verdict.OK
    assert (
        "1 people and 1 groups"
        in okta.provisioning([good, {"syncState": "ERROR"}], [{"status": "ERROR"}]).says
    )
    on = {"capabilities": {"update": {"lifecycleDeactivate": {"status": "ENABLED"}}}}
    assert okta.deactivation([on]).verdict is Verdict.OK
    assert okta.deactivation([]).verdict is Verdict.FAIL


KEY = make_signing_key("example", NOW - timedelta(days=10), NOW + timedelta(days=100))
OTHER = make_signing_key("example", NOW - timedelta(days=10), NOW + timedelta(days=100))


def app(**sign_on: Any) -> dict[str, Any]:
    return {
        "credentials": {"signing": {"kid": KEY.kid}},
        "settings": {
            "app": {"entityID": f"{SAML}/d-9067f01234", "acsURL": f"{SAML}/acs/7223a1b2"},
            "signOn": sign_on,
        },
    }


@pytest.mark.parametrize(
    ("days", "verdict"),
    [
        (0, Verdict.OK),
        (69, Verdict.OK),
        (70, Verdict.WARN),
        (86, Verdict.FAIL),
        (101, Verdict.FAIL),
    ],
)
def test_certificate(days: int, verdict: Verdict) -> None:
    line = saml.certificate(app(), [KEY.body()], Expiry(), NOW + timedelta(days=days))
    assert line.verdict is verdict


@pytest.mark.parametrize("keys", [[], [{"kid": "other"}], [{"kid": KEY.kid, "x5c": ["no certificate"]}]])
def test_a_certificate_that_nobody_can_read_is_no_good_one(keys: list[dict[str, Any]]) -> None:
    assert saml.certificate(app(), keys, Expiry(), NOW).verdict is Verdict.FAIL


@pytest.mark.parametrize(
    ("audience", "says"),
    [
        (f"{SAML}/d-9067f01234", None),
        ("https://eu-west-1.sso.signin.aws/platform/saml/d-9067f01234", None),
        (f"{SAML}/d-9067f01234/", "a trailing slash"),
        (f" {SAML}/d-9067f01234", "white space"),
        (f"{SAML}/d-9067f01234".replace("https", "http"), "begins with http"),
        (f"{SAML}/d-0000000000", "not that of this instance"),
        (f"{SAML}/d-9067f01234".replace("eu-west-1", "us-east-1"), "not that of this instance"),
        ("", "has none"),
        (None, "has none"),
    ],
)
def test_the_audience_matches_to_the_character(audience: str | None, says: str | None) -> None:
    given = app()
    given["settings"]["app"]["entityID"] = audience
    line, acs = saml.addresses(given, PLACE)
    assert acs.verdict is Verdict.OK
    assert line.verdict is (Verdict.FAIL if says else Verdict.OK)
    assert says is None or says in line.says


def test_an_override_is_what_counts() -> None:
    line, _ = saml.addresses(app(audienceOverride="https://example.com/other"), PLACE)
    assert line.verdict is Verdict.FAIL


def test_metadata() -> None:
    document = saml_metadata("issuer", "https://example.okta.com/sso", KEY)
    assert [line.verdict for line in saml.metadata(document, app(), [KEY.body()])] == [Verdict.OK] * 2


def test_metadata_of_another_certificate() -> None:
    document = saml_metadata("issuer", "https://example.okta.com/sso", OTHER)
    shows, name_id = saml.metadata(document, app(), [KEY.body()])
    assert (shows.verdict, name_id.verdict) == (Verdict.FAIL, Verdict.OK)


@pytest.mark.parametrize("chosen", [None, "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"])
def test_a_name_id_of_another_kind(chosen: str | None) -> None:
    made = "urn:oasis:names:tc:SAML:2.0:nameid-format:persistent" if chosen is None else saml.EMAIL
    document = saml_metadata("issuer", "https://example.okta.com/sso", KEY, made)
    _, name_id = saml.metadata(document, app(subjectNameIdFormat=chosen), [KEY.body()])
    assert name_id.verdict is Verdict.FAIL


@pytest.mark.parametrize(
    "document",
    [
        "",
        "<html>sign in",
        '<!DOCTYPE a [<!ENTITY x "y">]><a>&x;</a>',
    ],
)
def test_what_is_no_metadata_or_hostile_is_refused(document: str) -> None:
    (line,) = saml.metadata(document, app(), [KEY.body()])
    assert line.verdict is Verdict.FAIL


def test_a_profile_is_found_by_the_account_it_leads_to() -> None:
    profiles = {
        "plain": {"region": "eu-west-1"},
        "sso": {"sso_account_id": "123456789012"},
        "role": {"role_arn": "arn:aws:iam::222222222222:role/admin"},
    }
    assert profile_for("123456789012", profiles) == "sso"
    assert profile_for("222222222222", profiles) == "role"
    assert profile_for("999999999999", profiles) is None
