"""When a SAML signing certificate is due, and what else is wrong with it. Pure: time is passed in."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.handover import NEVER_GIVEN, NOT_IMPORTED, imported, successor
from functions.expiry.saml_app import SamlApp
from functions.expiry.trust import Trusted
from functions.expiry.wording import days, moment, span
from functions.finding import Finding, Severity

RUNBOOK = "saml-certificate.md"

MIN_RSA_BITS = 2048
MIN_EC_BITS = 224
STRONG_HASHES = frozenset({"sha256", "sha384", "sha512"})
"""NIST SP 800-131A Rev. 2: what is acceptable for generating digital signatures."""

TOLERANCE = timedelta(hours=1)
"""By how much Okta's expiresAt may differ from the certificate before it is worth a word."""

ROTATE = Guide(
    why=(
        "This certificate signs every sign-in from Okta to IAM Identity Center. When it ends, or is replaced "
        "before Identity Center knows the new one, nobody reaches AWS."
    ),
    actions=(
        "`ostiary certificates rotate` leads through these steps and checks each of them.",
        "Okta > Applications > {app} > Sign On > SAML Signing Certificates: generate a new certificate and "
        "leave it inactive.",
        "IAM Identity Center > Settings > Identity source > Actions > Manage authentication: import the new "
        "certificate. From now on both are trusted. Record it: `ostiary certificates trust`.",
        "Only now activate the new certificate in Okta. Activating before importing locks everybody out.",
        "Sign in to the access portal from a private window. If it fails, activate the old one again.",
        "When the sign-in works, delete the old certificate in Identity Center.",
    ),
    runbook=RUNBOOK,
)


def examine(app: SamlApp, trusted: Sequence[Trusted], desk: Desk) -> tuple[Finding, ...]:
    """Every check of the certificates of one app, open or clear.

    The keys name app and check, not the certificate: a check clears as soon as another certificate
    signs, even when the old one is gone and never seen again.
    """
    checks = (
        ("expiry", _validity(app, desk), ROTATE),
        ("strength", _strength(app), ROTATE),
        ("dates", _agreement(app), ROTATE),
        ("trust", imported(app, trusted), NEVER_GIVEN),
        ("successor", successor(app, trusted), NOT_IMPORTED),
    )
    return tuple(_finding(app, name, found, guide, desk) for name, found, guide in checks)


def _validity(app: SamlApp, desk: Desk) -> Found:
    certificate = app.signing.certificate
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if desk.now >= ends:
        return Found(
            Severity.PAGE, f"SAML signing certificate of {app.label} expired on {moment(ends)}", since=ends
        )
    if desk.now < begins:
        return Found(
            Severity.PAGE, f"SAML signing certificate of {app.label} is not valid before {moment(begins)}"
        )
    left = ends - desk.now
    return Found(
        desk.severity(days(left)), f"SAML signing certificate of {app.label} expires in {span(left)}"
    )


def _strength(app: SamlApp) -> Found:
    weakness = _weakness(app.signing.certificate)
    if weakness is None:
        return Found(None, f"SAML signing certificate of {app.label} is strong enough")
    return Found(Severity.WARNING, f"SAML signing certificate of {app.label} is weak: {weakness}")


def _weakness(certificate: x509.Certificate) -> str | None:
    try:
        key, algorithm = certificate.public_key(), certificate.signature_hash_algorithm
    except UnsupportedAlgorithm as error:
        return str(error)
    if isinstance(key, RSAPublicKey):
        if key.key_size < MIN_RSA_BITS:
            return f"RSA with {key.key_size} bits, at least {MIN_RSA_BITS} are needed"
    elif isinstance(key, EllipticCurvePublicKey):
        if key.key_size < MIN_EC_BITS:
            return f"elliptic curve with {key.key_size} bits, at least {MIN_EC_BITS} are needed"
    else:
        return f"{type(key).__name__} is neither RSA nor ECDSA"
    if algorithm is None or algorithm.name not in STRONG_HASHES:
        return f"signed with {algorithm.name if algorithm else 'an unknown hash'}, SHA-256 is needed"
    return None


def _agreement(app: SamlApp) -> Found:
    ends, said = app.signing.ends, app.signing.expires_at
    if abs(ends - said) <= TOLERANCE:
        return Found(None, f"Okta and the SAML signing certificate of {app.label} agree on its end")
    return Found(
        Severity.WARNING,
        f"Okta says that the SAML signing certificate of {app.label} expires on {moment(said)}, "
        f"the certificate itself says {moment(ends)}",
    )


def _finding(app: SamlApp, check: str, found: Found, guide: Guide, desk: Desk) -> Finding:
    signing = app.signing
    facts = {
        "Key id": signing.kid,
        "Serial number": f"{signing.certificate.serial_number:x}",
        "SHA-256 fingerprint": signing.fingerprint,
        "Valid until": moment(signing.ends),
        "Other certificates in Okta": ", ".join(app.other_kids) or "none",
    }
    return desk.write(
        f"saml-certificate/{app.id}/{check}",
        f"Okta app {app.label} ({app.id})",
        replace(found, facts={**facts, **found.facts}),
        Guide(guide.why, tuple(step.format(app=app.label) for step in guide.actions), guide.runbook),
    )
