"""When a SAML signing certificate is due, and what else is wrong with it. Pure: time is passed in."""

from collections.abc import Callable
from datetime import datetime, timedelta

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric.ec import EllipticCurvePublicKey
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

from functions.expiry.saml_app import SamlApp
from functions.expiry.wording import days, moment, span
from functions.finding import Finding, Severity, State

SeverityOf = Callable[[float], Severity | None]
"""Days left → how soon somebody must look; None: nobody yet. `expiry` of the access policy."""

RUNBOOK = "saml-certificate.md"

MIN_RSA_BITS = 2048
MIN_EC_BITS = 224
STRONG_HASHES = frozenset({"sha256", "sha384", "sha512"})
"""NIST SP 800-131A Rev. 2: what is acceptable for generating digital signatures."""

TOLERANCE = timedelta(hours=1)
"""By how much Okta's expiresAt may differ from the certificate before it is worth a word."""

WHY = (
    "This certificate signs every sign-in from Okta to IAM Identity Center. When it ends, or is replaced "
    "before Identity Center knows the new one, nobody reaches AWS."
)

ROTATE = (
    "Okta > Applications > {app} > Sign On > SAML Signing Certificates: generate a new certificate and "
    "leave it inactive.",
    "IAM Identity Center > Settings > Identity source > Actions > Manage authentication: import the new "
    "certificate. From now on both are trusted.",
    "Only now activate the new certificate in Okta. Activating before importing locks everybody out.",
    "Sign in to the access portal from a private window. If it fails, activate the old certificate again.",
    "When the sign-in works, delete the old certificate in Identity Center.",
)


def examine(app: SamlApp, *, now: datetime, severity: SeverityOf, runbooks: str) -> tuple[Finding, ...]:
    """Every check of the certificate that signs now, open or clear.

    The keys name app and check, not the certificate: a check clears as soon as another certificate
    signs, even when the old one is gone and never seen again. `runbooks` is the address of the folder.
    """
    checks = (
        ("expiry", _validity(app, now, severity)),
        ("strength", _strength(app)),
        ("dates", _agreement(app)),
    )
    return tuple(_finding(app, name, found, now, runbooks) for name, found in checks)


Found = tuple[Severity | None, str]
"""What a check found: severity (None: nothing wrong), and the sentence that says it."""


def _validity(app: SamlApp, now: datetime, severity: SeverityOf) -> Found:
    certificate = app.signing.certificate
    begins, ends = certificate.not_valid_before_utc, certificate.not_valid_after_utc
    if now >= ends:
        return Severity.PAGE, f"SAML signing certificate of {app.label} expired on {moment(ends)}"
    if now < begins:
        return Severity.PAGE, f"SAML signing certificate of {app.label} is not valid before {moment(begins)}"
    left = ends - now
    return severity(days(left)), f"SAML signing certificate of {app.label} expires in {span(left)}"


def _strength(app: SamlApp) -> Found:
    weakness = _weakness(app.signing.certificate)
    if weakness is None:
        return None, f"SAML signing certificate of {app.label} is strong enough"
    return Severity.WARNING, f"SAML signing certificate of {app.label} is weak: {weakness}"


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
    ends, said = app.signing.certificate.not_valid_after_utc, app.signing.expires_at
    if abs(ends - said) <= TOLERANCE:
        return None, f"Okta and the SAML signing certificate of {app.label} agree on its end"
    return Severity.WARNING, (
        f"Okta says that the SAML signing certificate of {app.label} expires on {moment(said)}, "
        f"the certificate itself says {moment(ends)}"
    )


def _finding(app: SamlApp, check: str, found: Found, now: datetime, runbooks: str) -> Finding:
    severity, title = found
    certificate = app.signing.certificate
    return Finding(
        key=f"saml-certificate/{app.id}/{check}",
        severity=severity or Severity.INFO,
        title=title,
        subject=f"Okta app {app.label} ({app.id})",
        since=now,
        why=WHY,
        actions=tuple(step.format(app=app.label) for step in ROTATE),
        runbook=f"{runbooks.rstrip('/')}/{RUNBOOK}",
        state=State.OPEN if severity else State.CLEAR,
        facts={
            "Key id": app.signing.kid,
            "Serial number": f"{certificate.serial_number:x}",
            "Valid until": moment(certificate.not_valid_after_utc),
            "Other certificates in Okta": ", ".join(app.other_kids) or "none",
        },
    )
