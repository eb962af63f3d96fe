"""Real SAML responses, signed with real keys, as Okta would make them, and in every way wrong."""

import base64
import uuid
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import NameOID
from lxml import etree
from signxml.signer import XMLSigner

NOW = datetime(2026, 11, 22, 12, 0, tzinfo=UTC)
ACS = "https://eu-west-1.signin.aws.amazon.com/platform/saml/acs/7223a1b2c3d4e5f6"
AUDIENCE = "https://eu-west-1.signin.aws.amazon.com/platform/saml/d-9067f01234"
EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
SAML = "urn:oasis:names:tc:SAML:2.0:assertion"
SAMLP = "urn:oasis:names:tc:SAML:2.0:protocol"


@dataclass(frozen=True)
class Signer:
    key: rsa.RSAPrivateKey
    certificate: x509.Certificate


@cache
def signer(name: str) -> Signer:
    """One for each name."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    certificate = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(NOW - timedelta(days=30))
        .not_valid_after(NOW + timedelta(days=300))
        .sign(key, hashes.SHA256())
    )
    return Signer(key, certificate)


@dataclass(frozen=True)
class Made:
    """What the response says; the defaults are right."""

    destination: str = ACS
    recipient: str = ACS
    audience: str = AUDIENCE
    name_id: str = "ada@example.com"
    name_format: str = EMAIL
    begins: datetime = NOW - timedelta(minutes=5)
    ends: datetime = NOW + timedelta(minutes=5)
    status: str = "urn:oasis:names:tc:SAML:2.0:status:Success"
    attributes: tuple[tuple[str, tuple[str, ...]], ...] = field(default=())
    sign_response: bool = True
    sign_assertion: bool = True
    by: str = "okta"

    def but(self, **changes: Any) -> "Made":
        return replace(self, **changes)

    def element(self) -> Any:
        """The Response, signed as asked."""
        root = etree.fromstring(self._text())
        if self.sign_assertion:
            assertion = root.find(f"{{{SAML}}}Assertion")
            root.replace(assertion, _signed(assertion, self.by))
        return _signed(root, self.by) if self.sign_response else root

    def xml(self) -> bytes:
        return bytes(etree.tostring(self.element()))

    def posted(self) -> bytes:
        """As the browser posts it."""
        return base64.b64encode(self.xml())

    def _text(self) -> str:
        window = f'NotBefore="{_iso(self.begins)}" NotOnOrAfter="{_iso(self.ends)}"'
        return (
            f'<samlp:Response xmlns:samlp="{SAMLP}" xmlns:saml="{SAML}" ID="id{uuid.uuid4().hex}" '
            f'Version="2.0" IssueInstant="{_iso(NOW)}" Destination="{self.destination}">'
            "<saml:Issuer>http://www.okta.com/exk1</saml:Issuer>"
            f'<samlp:Status><samlp:StatusCode Value="{self.status}"/></samlp:Status>'
            f'<saml:Assertion ID="id{uuid.uuid4().hex}" Version="2.0" IssueInstant="{_iso(NOW)}">'
            "<saml:Issuer>http://www.okta.com/exk1</saml:Issuer>"
            f'<saml:Subject><saml:NameID Format="{self.name_format}">{self.name_id}</saml:NameID>'
            '<saml:SubjectConfirmation Method="urn:oasis:names:tc:SAML:2.0:cm:bearer">'
            f'<saml:SubjectConfirmationData NotOnOrAfter="{_iso(self.ends)}" Recipient="{self.recipient}"/>'
            "</saml:SubjectConfirmation></saml:Subject>"
            f"<saml:Conditions {window}><saml:AudienceRestriction><saml:Audience>{self.audience}"
            "</saml:Audience></saml:AudienceRestriction></saml:Conditions>"
            f"{self._statement()}</saml:Assertion></samlp:Response>"
        )

    def _statement(self) -> str:
        if not self.attributes:
            return ""
        each = (
            f'<saml:Attribute Name="{name}">'
            + "".join(f"<saml:AttributeValue>{value}</saml:AttributeValue>" for value in values)
            + "</saml:Attribute>"
            for name, values in self.attributes
        )
        return f"<saml:AttributeStatement>{''.join(each)}</saml:AttributeStatement>"


def _signed(element: Any, by: str) -> Any:
    made = signer(by)
    tool = XMLSigner(c14n_algorithm="http://www.w3.org/2001/10/xml-exc-c14n#")
    return tool.sign(
        element, key=made.key, cert=[made.certificate], reference_uri=element.get("ID"), id_attribute="ID"
    )


def _iso(moment: datetime) -> str:
    return f"{moment:%Y-%m-%dT%H:%M:%S}.123Z"
