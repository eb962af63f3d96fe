"""A captured SAML response, decoded and parsed; hostile input is refused before anything is believed."""

import base64
import binascii
import re
from urllib.parse import unquote

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring as parse_guarded
from lxml import etree

MOST_BYTES = 1_000_000
"""Nothing larger is looked at: Identity Center takes 50,000 characters."""

DEEPEST = 100
"""Levels of elements; a real response has about ten."""

NAMES = {
    "samlp": "urn:oasis:names:tc:SAML:2.0:protocol",
    "saml": "urn:oasis:names:tc:SAML:2.0:assertion",
    "ds": "http://www.w3.org/2000/09/xmldsig#",
}

_BASE64 = re.compile(rb"[A-Za-z0-9+/=\s]+")


class HostileError(ValueError):
    """Not a SAML response that may be looked at: broken, huge, or made to fool its reader."""


def tag(prefix: str, name: str) -> str:
    """The name with its namespace, as lxml writes it."""
    return f"{{{NAMES[prefix]}}}{name}"


def decode(raw: bytes) -> bytes:
    """The XML: as it stands, or out of base64, or out of a form field (`SAMLResponse=…`, percent-encoded).

    Raises HostileError.
    """
    if len(raw) > MOST_BYTES:
        raise HostileError(f"{len(raw):,} bytes: nothing above {MOST_BYTES:,} is looked at")
    text = raw.strip().removeprefix(b"SAMLResponse=").split(b"&", 1)[0]
    if raw.strip().startswith(b"<"):
        return raw.strip()
    if b"%" in text:
        text = unquote(text.decode("ascii", "replace")).encode()
    if not text or not _BASE64.fullmatch(text):
        raise HostileError("neither XML nor base64")
    try:
        decoded = base64.b64decode(b"".join(text.split()), validate=True).strip()
    except binascii.Error as error:
        raise HostileError(f"the base64 is damaged ({error})") from error
    if not decoded.startswith(b"<"):
        raise HostileError(
            "the base64 holds no XML; a response by HTTP-Redirect is deflated, capture the POST"
        )
    return decoded


def parse(xml: bytes) -> etree._Element:
    """The Response element. No document type, no entities, no second assertion. Raises HostileError."""
    try:
        parse_guarded(xml, forbid_dtd=True, forbid_entities=True, forbid_external=True)
    except DefusedXmlException as error:
        raise HostileError(f"it declares a document type or entities ({type(error).__name__})") from error
    except (SyntaxError, ValueError, LookupError) as error:
        raise HostileError(f"it is no well-formed XML ({error})") from error
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False)
    try:
        root = etree.fromstring(xml, parser)
    except etree.XMLSyntaxError as error:
        raise HostileError(f"it is no well-formed XML ({error})") from error
    _check_shape(root)
    return root


def _check_shape(root: etree._Element) -> None:
    """What signature wrapping needs, a real response never has."""
    if root.tag != tag("samlp", "Response"):
        raise HostileError(f"it is {etree.QName(root).localname}, not a SAML 2.0 Response")
    if any(not isinstance(node.tag, str) for node in root.iter()):
        # `ada@example.com<!-- -->.evil.example` is one name to the signature, and another to many readers.
        raise HostileError("it holds comments or processing instructions, which can split a name in two")
    if any(sum(1 for _ in element.iterancestors()) > DEEPEST for element in root.iter(etree.Element)):
        raise HostileError(f"elements are nested more than {DEEPEST} deep")
    assertions = list(root.iter(tag("saml", "Assertion")))
    if any(assertion.getparent() is not root for assertion in assertions):
        raise HostileError("an assertion hides inside another element: signature wrapping")
    if len(assertions) > 1:
        raise HostileError(
            f"{len(assertions)} assertions: Identity Center takes one, and this is how to fool it"
        )
    ids = [element.get("ID") for element in root.iter(etree.Element) if element.get("ID")]
    if len(ids) != len(set(ids)):
        raise HostileError("two elements have the same ID: signature wrapping")
    for signature in root.iter(tag("ds", "Signature")):
        if signature.getparent() is not root and signature.getparent() not in assertions:
            raise HostileError("a signature stands where none belongs: signature wrapping")
    if any(len(parent.findall(tag("ds", "Signature"))) > 1 for parent in (root, *assertions)):
        raise HostileError("an element has several signatures: signature wrapping")
