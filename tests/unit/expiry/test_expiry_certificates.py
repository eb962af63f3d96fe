"""Every threshold of the signing certificate, crossed by moving the clock that is passed in."""

from datetime import datetime, timedelta

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa

from functions.expiry.certificates import examine
from functions.expiry.check import Desk
from functions.expiry.saml_app import CertificateError, read_saml_app
from functions.finding import Finding, Severity, State
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import (
    APP_ID,
    BEGIN,
    END,
    KID,
    RUNBOOKS,
    Okta,
    answers,
    before_end,
    certificate,
)

THRESHOLDS = Expiry(info=60, warning=30, page=14)


def check(name: str, okta: Okta, now: datetime) -> Finding:
    app = read_saml_app(okta.app, okta.keys)
    findings = examine(app, (), Desk(now, THRESHOLDS.severity, RUNBOOKS))
    return {finding.key: finding for finding in findings}[f"saml-certificate/{APP_ID}/{name}"]


@pytest.mark.parametrize(
    ("now", "state", "severity", "words"),
    [
        (before_end(days=61), State.CLEAR, Severity.INFO, "expires in 61 days"),
        (before_end(days=60, seconds=1), State.CLEAR, Severity.INFO, "expires in 60 days"),
        (before_end(days=60), State.OPEN, Severity.INFO, "expires in 60 days"),
        (before_end(days=30, seconds=1), State.OPEN, Severity.INFO, "expires in 30 days"),
        (before_end(days=30), State.OPEN, Severity.WARNING, "expires in 30 days"),
        (before_end(days=14, seconds=1), State.OPEN, Severity.WARNING, "expires in 14 days"),
        (before_end(days=14), State.OPEN, Severity.PAGE, "expires in 14 days"),
        (before_end(days=12, minutes=-5), State.OPEN, Severity.PAGE, "expires in 12 days"),
        (before_end(days=1, hours=12), State.OPEN, Severity.PAGE, "expires in 36 hours"),
        (before_end(hours=1), State.OPEN, Severity.PAGE, "expires in 1 hour"),
        (before_end(seconds=1), State.OPEN, Severity.PAGE, "expires in 0 hours"),
        (END, State.OPEN, Severity.PAGE, "expired on 2029-01-01 00:00 UTC"),
        (END + timedelta(days=9), State.OPEN, Severity.PAGE, "expired on 2029-01-01"),
        (BEGIN - timedelta(seconds=1), State.OPEN, Severity.PAGE, "not valid before 2026-01-01"),
        (BEGIN, State.CLEAR, Severity.INFO, "expires in 1096 days"),
    ],
)
def test_severity_rises_as_the_end_comes_near(
    strong_key: rsa.RSAPrivateKey, now: datetime, state: State, severity: Severity, words: str
) -> None:
    finding = check("expiry", answers(certificate(strong_key)), now)
    assert (finding.state, finding.severity) == (state, severity)
    assert words in finding.title


def test_the_finding_says_all_that_on_call_needs(strong_key: rsa.RSAPrivateKey) -> None:
    finding = check("expiry", answers(certificate(strong_key)), before_end(days=12))
    steps = [index for index, step in enumerate(finding.actions) if "import the new" in step]
    activation = [index for index, step in enumerate(finding.actions) if "Only now activate" in step]
    assert steps < activation
    assert "AWS IAM Identity Center > Sign On" in finding.actions[1]
    assert finding.runbook == "https://example.com/ostiary/docs/runbooks/saml-certificate.md"
    assert finding.facts["Key id"] == KID
    assert finding.facts["Valid until"] == "2029-01-01 00:00 UTC"
    assert APP_ID in finding.subject


def test_another_certificate_that_signs_clears_the_same_key(strong_key: rsa.RSAPrivateKey) -> None:
    # Given: 12 days left
    now = before_end(days=12)
    old = answers(certificate(strong_key))
    assert check("expiry", old, now).state is State.OPEN

    # When: a new one signs, and the old one is still there or already gone
    later = END + timedelta(days=3000)
    new = answers(certificate(strong_key, end=later), kid="new", expires_at=later)
    both = Okta(new.app, [*old.keys, *new.keys])

    # Then
    assert check("expiry", both, now).state is State.CLEAR
    assert check("expiry", new, now).state is State.CLEAR
    assert check("expiry", both, now).facts["Other certificates in Okta"] == KID
    assert check("expiry", new, now).facts["Other certificates in Okta"] == "none"


def test_the_certificate_counts_and_oktas_date_is_only_compared(strong_key: rsa.RSAPrivateKey) -> None:
    okta = answers(certificate(strong_key), expires_at=END + timedelta(days=365))
    assert check("expiry", okta, before_end(days=12)).state is State.OPEN
    dates = check("dates", okta, before_end(days=12))
    assert (dates.state, dates.severity) == (State.OPEN, Severity.WARNING)
    assert "2030-01-01" in dates.title
    assert "2029-01-01" in dates.title


def test_a_rounded_date_is_no_disagreement(strong_key: rsa.RSAPrivateKey) -> None:
    okta = answers(certificate(strong_key), expires_at=END - timedelta(minutes=59))
    assert check("dates", okta, BEGIN).state is State.CLEAR


def test_a_short_rsa_key_is_weak(weak_key: rsa.RSAPrivateKey) -> None:
    finding = check("strength", answers(certificate(weak_key)), BEGIN)
    assert (finding.state, finding.severity) == (State.OPEN, Severity.WARNING)
    assert "RSA with 1024 bits" in finding.title


def test_a_short_curve_is_weak() -> None:
    key = ec.generate_private_key(ec.SECP192R1())
    finding = check("strength", answers(certificate(key)), BEGIN)
    assert finding.state is State.OPEN
    assert "192 bits" in finding.title


def test_a_kind_of_key_that_saml_does_not_know_is_weak() -> None:
    finding = check("strength", answers(certificate(ed25519.Ed25519PrivateKey.generate())), BEGIN)
    assert finding.state is State.OPEN
    assert "neither RSA nor ECDSA" in finding.title


def test_sha1_is_weak(strong_key: rsa.RSAPrivateKey) -> None:
    # cryptography signs no more with SHA-1: the name in the DER is swapped, and nobody checks the signature.
    sha256, sha1 = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
    der = certificate(strong_key).replace(sha256, sha1)
    finding = check("strength", answers(der), BEGIN)
    assert finding.state is State.OPEN
    assert "sha1" in finding.title


def test_an_unknown_signature_algorithm_is_weak(strong_key: rsa.RSAPrivateKey) -> None:
    sha256, unknown = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d01017f")
    finding = check("strength", answers(certificate(strong_key).replace(sha256, unknown)), BEGIN)
    assert finding.state is State.OPEN


@pytest.mark.parametrize("key", [ec.generate_private_key(ec.SECP256R1())])
def test_strong_keys_are_clear(strong_key: rsa.RSAPrivateKey, key: ec.EllipticCurvePrivateKey) -> None:
    assert check("strength", answers(certificate(key)), BEGIN).state is State.CLEAR
    assert check("strength", answers(certificate(strong_key)), BEGIN).state is State.CLEAR


def test_an_unreadable_other_key_does_not_hide_the_one_that_signs(strong_key: rsa.RSAPrivateKey) -> None:
    okta = answers(certificate(strong_key))
    okta.keys.append({"kid": "broken", "x5c": ["bm8gY2VydGlmaWNhdGU="]})
    assert check("expiry", okta, before_end(days=12)).state is State.OPEN


def broken(okta: Okta, where: str) -> Okta:
    key = okta.keys[0]
    match where:
        case "no signing key":
            okta.app["credentials"] = {}
        case "no credentials":
            okta.app["credentials"] = None
        case "not among its keys":
            key["kid"] = "another"
        case "no x5c":
            key["x5c"] = []
        case "not base64":
            key["x5c"] = ["!"]
        case "no certificate":
            key["x5c"] = ["bm8gY2VydGlmaWNhdGU="]
        case "no date":
            del key["expiresAt"]
        case "bad date":
            key["expiresAt"] = "soon"
        case "null date":
            key["expiresAt"] = None
    return okta


@pytest.mark.parametrize(
    "where",
    [
        "no signing key",
        "no credentials",
        "not among its keys",
        "no x5c",
        "not base64",
        "no certificate",
        "no date",
        "bad date",
        "null date",
    ],
)
def test_what_cannot_be_read_is_an_error_and_never_a_clear(strong_key: rsa.RSAPrivateKey, where: str) -> None:
    okta = broken(answers(certificate(strong_key)), where)
    with pytest.raises(CertificateError):
        read_saml_app(okta.app, okta.keys)
