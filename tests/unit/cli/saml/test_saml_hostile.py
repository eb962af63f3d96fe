"""What was made to fool whoever reads it is refused before anything in it is believed."""

import base64
import contextlib
import copy
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from cli.saml.document import MOST_BYTES, HostileError, decode, parse
from cli.saml.signature import signatures
from tests.unit.cli.saml.made import NOW, SAML, SAMLP, Made

RUN = CliRunner()
DS = "http://www.w3.org/2000/09/xmldsig#"


def evil(name_id: str = "admin@example.com") -> Any:
    return Made().but(name_id=name_id, sign_response=False, sign_assertion=False).element()


def assertion_of(root: Any) -> Any:
    return root.find(f"{{{SAML}}}Assertion")


def second_assertion_before(root: Any) -> None:
    root.insert(2, assertion_of(evil()))


def second_assertion_after(root: Any) -> None:
    root.append(assertion_of(evil()))


def original_inside_forged(root: Any) -> None:
    """XSW: the forged assertion wraps the signed one."""
    signed, forged = assertion_of(root), assertion_of(evil())
    root.replace(signed, forged)
    forged.append(signed)


def original_inside_signature(root: Any) -> None:
    """XSW: the signed assertion hides in the signature's Object."""
    signed, forged = assertion_of(root), assertion_of(evil())
    root.replace(signed, forged)
    signature = signed.find(f"{{{DS}}}Signature")
    moved = copy.deepcopy(signature)
    etree.SubElement(moved, f"{{{DS}}}Object").append(signed)
    forged.insert(1, moved)


def original_in_extensions(root: Any) -> None:
    """XSW: the signed assertion hides in Extensions, the forged one has its place."""
    signed, forged = assertion_of(root), assertion_of(evil())
    root.replace(signed, forged)
    etree.SubElement(root, f"{{{SAMLP}}}Extensions").append(signed)
    forged.insert(1, copy.deepcopy(signed.find(f"{{{DS}}}Signature")))


def borrowed_signature(root: Any) -> None:
    """The forged assertion carries the signature of one that is gone, under an id of its own."""
    signed, forged = assertion_of(root), assertion_of(evil())
    root.replace(signed, forged)
    forged.insert(1, signed.find(f"{{{DS}}}Signature"))


def same_id_twice(root: Any) -> None:
    root.find(f"{{{SAMLP}}}Status").set("ID", assertion_of(root).get("ID"))


def two_signatures(root: Any) -> None:
    assertion = assertion_of(root)
    assertion.append(copy.deepcopy(assertion.find(f"{{{DS}}}Signature")))


def comment_in_name(root: Any) -> None:
    name = assertion_of(root).find(f"{{{SAML}}}Subject/{{{SAML}}}NameID")
    name.text = "ada@example.com"
    comment = etree.Comment("x")
    comment.tail = ".evil.example"
    name.append(comment)


@pytest.mark.parametrize(
    "wrap",
    [
        second_assertion_before,
        second_assertion_after,
        original_inside_forged,
        original_inside_signature,
        original_in_extensions,
        borrowed_signature,
        same_id_twice,
        two_signatures,
        comment_in_name,
    ],
)
def test_signature_wrapping_is_refused(wrap: Callable[[Any], None]) -> None:
    root = Made().but(sign_response=False).element()
    wrap(root)
    with pytest.raises(HostileError):
        signatures(parse(etree.tostring(root)), NOW)


ENTITIES = {
    "internal": '<!DOCTYPE r [<!ENTITY a "b">]>',
    "external": '<!DOCTYPE r [<!ENTITY a SYSTEM "file:///etc/passwd">]>',
    "parameter": '<!DOCTYPE r [<!ENTITY % a SYSTEM "http://127.0.0.1/x"> %a;]>',
    "laughs": '<!DOCTYPE r [<!ENTITY a "ha"><!ENTITY b "&a;&a;&a;&a;&a;&a;&a;&a;">]>',
    "plain": "<!DOCTYPE r>",
}


@pytest.mark.parametrize("name", ENTITIES)
def test_a_document_type_is_refused(name: str) -> None:
    with pytest.raises(HostileError, match="document type or entities"):
        parse(ENTITIES[name].encode() + Made().xml())


def test_of_an_endless_file_only_as_much_is_read_as_is_looked_at() -> None:
    result = RUN.invoke(app, ["saml", "inspect", "/dev/zero"])
    assert result.exit_code == Exit.MISTAKES
    assert result.stderr.startswith("Refused: ")


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"   ",
        b"hello, world!",
        b"SAMLResponse=",
        base64.b64encode(b"not xml at all"),
        b"AAAA=AAA",
        b"A" * (MOST_BYTES + 1),
        b"<" * 10,
        b"<a><b></a>",
        b"<html/>",
        f'<samlp:AuthnRequest xmlns:samlp="{SAMLP}"/>'.encode(),
        b"<a>" * 5000 + b"</a>" * 5000,
        f'<samlp:Response xmlns:samlp="{SAMLP}">{"<a>" * 200}{"</a>" * 200}</samlp:Response>'.encode(),
    ],
    ids=lambda raw: raw[:12].decode(),
)
def test_what_is_no_response_is_refused_in_one_sentence(raw: bytes) -> None:
    result = RUN.invoke(app, ["saml", "inspect", "-"], input=raw)
    assert result.exit_code == Exit.MISTAKES
    assert result.stderr.startswith("Refused: ")
    assert "Traceback" not in result.output


@pytest.mark.parametrize(
    "wrapped", [lambda b: b"SAMLResponse=" + quote(b).encode() + b"&RelayState=x", lambda b: b]
)
def test_a_form_field_is_decoded_as_the_browser_sent_it(wrapped: Callable[[bytes], bytes]) -> None:
    assert parse(decode(wrapped(Made().posted()))).get("Destination")


@given(
    st.binary(max_size=300) | st.text(max_size=300).map(lambda text: base64.b64encode(b"<" + text.encode()))
)
def test_whatever_comes_is_read_or_refused(raw: bytes) -> None:
    with contextlib.suppress(HostileError):
        signatures(parse(decode(raw)), NOW)
