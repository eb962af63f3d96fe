"""Doctor's checks of the SAML app, with real certificates and metadata."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.policy.watch import Expiry
from infra.config import Deployment
from infra.doctor import saml
from infra.doctor.verdict import Verdict
from sandbox.okta.certificates import make_signing_key, saml_metadata
from tests.template.templates import CONTEXT

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
PLACE = Deployment.read(CONTEXT.get)
SAML = "https://eu-west-1.signin.aws.amazon.com/platform/saml"


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
