"""Real certificates, the answers that Okta would give about them, and the policy's default thresholds."""

import base64
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

BEGIN = datetime(2026, 1, 1, tzinfo=UTC)
END = datetime(2029, 1, 1, tzinfo=UTC)
RUNBOOKS = "https://example.com/ostiary/docs/runbooks/"
APP_ID = "0oa1aws"
KID = "SIMcCQNY3uwXoW3y0vf6VxiBb5n9pf8L2fK8d-FIbm4"

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@dataclass(frozen=True)
class Okta:
    """What the app endpoint and the keys endpoint answer."""

    app: dict[str, Any]
    keys: list[dict[str, Any]]


@pytest.fixture(scope="session")
def strong_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@pytest.fixture(scope="session")
def weak_key() -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=1024)


def certificate(
    key: PrivateKey,
    *,
    begin: datetime = BEGIN,
    end: datetime = END,
    algorithm: hashes.SHA256 | hashes.SHA384 | None = None,
) -> bytes:
    """Self-signed, as Okta's are; DER."""
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "acme")])
    unsigned = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(begin)
        .not_valid_after(end)
    )
    chosen = None if isinstance(key, ed25519.Ed25519PrivateKey) else algorithm or hashes.SHA256()
    return unsigned.sign(key, chosen).public_bytes(Encoding.DER)


def answers(der: bytes, *, kid: str = KID, expires_at: datetime = END) -> Okta:
    """An app with one key, which signs."""
    key = {
        "kid": kid,
        "created": "2026-01-01T00:00:00.000Z",
        "expiresAt": f"{expires_at:%Y-%m-%dT%H:%M:%S}.000Z",
        "x5c": [base64.b64encode(der).decode()],
    }
    app = {
        "id": APP_ID,
        "label": "AWS IAM Identity Center",
        "name": "amazon_aws_sso",
        "credentials": {"signing": {"kid": kid}},
    }
    return Okta(app, [key])


def before_end(**left: float) -> datetime:
    """The clock, with so much left."""
    return END - timedelta(**left)
