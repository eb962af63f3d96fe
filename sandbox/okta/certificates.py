"""Real signing certificates and the SAML metadata that shows them."""

import base64
import hashlib
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from xml.sax.saxutils import escape

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_der_public_key
from cryptography.x509.oid import NameOID

from sandbox.okta.ids import iso


def base64url(number_or_bytes: int | bytes) -> str:
    """Unpadded base64url, as JSON Web Keys have it."""
    raw = number_or_bytes
    if isinstance(raw, int):
        raw = raw.to_bytes((raw.bit_length() + 7) // 8, "big")
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def jwk_of(public_key_der: bytes) -> dict[str, str]:
    """The JSON Web Key of an RSA public key as KMS's GetPublicKey gives it (DER, SubjectPublicKeyInfo)."""
    key = load_der_public_key(public_key_der)
    if not isinstance(key, rsa.RSAPublicKey):
        raise TypeError("a service app signs with RSA here")
    numbers = key.public_numbers()
    kid = base64url(hashlib.sha256(public_key_der).digest())[:20]
    return {
        "kty": "RSA",
        "alg": "RS256",
        "use": "sig",
        "kid": kid,
        "e": base64url(numbers.e),
        "n": base64url(numbers.n),
    }


@dataclass(frozen=True)
class SigningKey:
    """One key credential of an app; the certificate is self-signed, as Okta's are."""

    kid: str
    created: datetime
    expires: datetime
    der: bytes
    modulus: int
    exponent: int

    @property
    def x5c(self) -> str:
        """The certificate, base64 of DER on one line."""
        return base64.b64encode(self.der).decode()

    def body(self) -> dict[str, Any]:
        """As `/apps/{id}/credentials/keys` lists it."""
        return {
            "kid": self.kid,
            "kty": "RSA",
            "use": "sig",
            "created": iso(self.created),
            "lastUpdated": iso(self.created),
            "expiresAt": iso(self.expires),
            "e": base64url(self.exponent),
            "n": base64url(self.modulus),
            "x5c": [self.x5c],
            "x5t#S256": base64url(hashlib.sha256(self.der).digest()),
        }


def make_signing_key(organization: str, created: datetime, expires: datetime) -> SigningKey:
    """A new key pair whose certificate holds from `created` until `expires`."""
    private = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
            x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Okta"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, "SSOProvider"),
            x509.NameAttribute(NameOID.COMMON_NAME, organization),
        ]
    )
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(private.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(created)
        .not_valid_after(expires)
        .sign(private, hashes.SHA256())
    )
    der = certificate.public_bytes(Encoding.DER)
    numbers = private.public_key().public_numbers()
    kid = base64url(hashlib.sha256(der).digest())
    return SigningKey(kid, created, expires, der, numbers.n, numbers.e)


EMAIL_ADDRESS = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"


def saml_metadata(issuer: str, sign_on_url: str, key: SigningKey, name_id_format: str = EMAIL_ADDRESS) -> str:
    """The metadata that Identity Center imports. SAML 2.0 Metadata; the NameID is a mail address."""
    bindings = "".join(
        f'<md:SingleSignOnService Binding="urn:oasis:names:tc:SAML:2.0:bindings:{binding}" '
        f'Location="{escape(sign_on_url)}"/>'
        for binding in ("HTTP-POST", "HTTP-Redirect")
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>'
        f'<md:EntityDescriptor entityID="{escape(issuer)}" xmlns:md="urn:oasis:names:tc:SAML:2.0:metadata">'
        '<md:IDPSSODescriptor WantAuthnRequestsSigned="false" '
        'protocolSupportEnumeration="urn:oasis:names:tc:SAML:2.0:protocol">'
        '<md:KeyDescriptor use="signing"><ds:KeyInfo xmlns:ds="http://www.w3.org/2000/09/xmldsig#">'
        f"<ds:X509Data><ds:X509Certificate>{key.x5c}</ds:X509Certificate></ds:X509Data>"
        "</ds:KeyInfo></md:KeyDescriptor>"
        f"<md:NameIDFormat>{escape(name_id_format)}</md:NameIDFormat>"
        f"{bindings}</md:IDPSSODescriptor></md:EntityDescriptor>"
    )
