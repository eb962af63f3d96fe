"""Which part of a response is signed, by which certificate, and whether that holds."""

import base64
import binascii
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from cryptography import x509
from lxml import etree
from signxml.exceptions import SignXMLException
from signxml.verifier import SignatureConfiguration, VerifyResult, XMLVerifier

from cli.saml.document import NAMES, HostileError, tag
from functions.expiry.saml_app import fingerprint_of


@dataclass(frozen=True)
class Signed:
    """One signature. `trouble` None: it holds, over exactly the element that it stands in."""

    part: str
    fingerprint: str | None
    trouble: str | None


def signatures(root: etree._Element, at: datetime) -> tuple[Signed, ...]:
    """Every signature of the response, response first. Raises HostileError where one covers something else.

    `at` is the time by which the certificate must be valid for the signature to be checked at all.
    """
    parts = [("Response", root), *(("Assertion", each) for each in root.findall(tag("saml", "Assertion")))]
    return tuple(_check(root, name, part, at) for name, part in parts if _signature(part) is not None)


def _signature(part: etree._Element) -> etree._Element | None:
    return part.find(tag("ds", "Signature"))


def _check(root: etree._Element, name: str, part: etree._Element, at: datetime) -> Signed:
    signature = _signature(part)
    assert signature is not None  # noqa: S101 - only parts with one are asked about
    _refers_to(signature, part)
    certificate = _certificate(signature)
    if certificate is None:
        return Signed(name, None, "it carries no readable certificate")
    where = "./" if part is root else f"./{tag('saml', 'Assertion')}/"
    try:
        # Within the certificate's own time: whether it has expired is another question than who signed.
        moment = min(max(at, certificate.not_valid_before_utc), certificate.not_valid_after_utc)
        result = XMLVerifier().verify(
            root,
            x509_cert=certificate,
            id_attribute="ID",
            expect_config=SignatureConfiguration(location=where, verification_time=moment),
        )
    except (SignXMLException, ValueError, etree.LxmlError) as error:
        return Signed(name, fingerprint_of(certificate), str(error) or type(error).__name__)
    signed = result.signed_xml if isinstance(result, VerifyResult) else None
    if signed is None or signed.tag != part.tag or signed.get("ID") != part.get("ID"):
        raise HostileError(f"the signature in the {name} covers another element: signature wrapping")
    return Signed(name, fingerprint_of(certificate), None)


def _refers_to(signature: etree._Element, part: etree._Element) -> None:
    references = signature.findall("ds:SignedInfo/ds:Reference", NAMES)
    if [reference.get("URI") for reference in references] != [f"#{part.get('ID')}"]:
        raise HostileError(
            f"the signature in the {etree.QName(part).localname} refers to something else: signature wrapping"
        )


def _certificate(signature: etree._Element) -> x509.Certificate | None:
    text = signature.findtext("ds:KeyInfo/ds:X509Data/ds:X509Certificate", namespaces=NAMES)
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text or ""))
    except (binascii.Error, ValueError):
        return None


def trusted_signer(signed: Iterable[Signed], trusted: frozenset[str]) -> bool:
    """Whether some signature that holds was made with a certificate that Identity Center was given."""
    return any(each.trouble is None and each.fingerprint in trusted for each in signed)
