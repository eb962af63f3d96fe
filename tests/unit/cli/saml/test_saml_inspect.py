"""Given a response as Okta makes it, or wrong in one way, exactly the line that says so fails."""

import json
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.serialization import Encoding
from typer.testing import CliRunner

from cli.exits import Exit
from cli.main import app
from cli.saml.document import decode, parse
from cli.saml.judgement import ACCESS_CONTROL, Expected, Verdict, judge
from cli.saml.signature import signatures
from functions.expiry.saml_app import fingerprint_of
from tests.unit.cli.saml.made import ACS, AUDIENCE, NOW, Made, signer

RUN = CliRunner()


def verdicts(
    made: Made, shift: timedelta = timedelta(0), expected: Expected | None = None
) -> dict[str, tuple[Verdict, str]]:
    trusted = frozenset({fingerprint_of(signer("okta").certificate)})
    raw, now = made.posted(), NOW + shift
    root = parse(decode(raw))
    known = expected or Expected(AUDIENCE, ACS, "ada@example.com", trusted)
    lines = judge(root, len(raw), signatures(root, now), known, now)
    return {line.what: (line.verdict, line.says) for line in lines}


def failing(found: dict[str, tuple[Verdict, str]]) -> dict[str, str]:
    return {what: says for what, (verdict, says) in found.items() if verdict is Verdict.FAIL}


def test_given_a_right_response_then_every_line_is_ok() -> None:
    found = verdicts(Made())
    assert {verdict for verdict, _ in found.values()} == {Verdict.OK}
    assert {"size", "status", "signature of Response", "signature of Assertion", "destination"} <= set(found)
    assert {"recipient", "audience", "NameID", "NameID format", "conditions"} <= set(found)


WRONG: list[tuple[dict[str, Any], set[str], str]] = [
    ({"audience": f"{AUDIENCE}/"}, {"audience"}, "the slash at the end"),
    ({"audience": AUDIENCE.replace("https", "http")}, {"audience"}, "the scheme"),
    ({"audience": AUDIENCE.upper()}, {"audience"}, "upper and lower case"),
    ({"audience": AUDIENCE.replace("d-9067", "d-9068")}, {"audience"}, "they differ from character"),
    ({"audience": f"{AUDIENCE} "}, {"audience"}, "white space"),
    ({"audience": ""}, {"audience"}, "missing"),
    ({"recipient": f"{ACS}/"}, {"recipient"}, "the slash at the end"),
    (
        {"destination": ACS.replace("eu-west-1", "eu-west-2")},
        {"destination"},
        "they differ from character 17 on",
    ),
    ({"name_id": "Ada@example.com"}, {"NameID"}, "upper and lower case"),
    ({"name_id": " ada@example.com"}, {"NameID"}, "white space"),
    ({"name_id": "bob@example.com"}, {"NameID"}, "userName in Identity Center"),
    ({"name_id": ""}, {"NameID"}, "missing"),
    (
        {"name_format": "urn:oasis:names:tc:SAML:1.1:nameid-format:unspecified"},
        {"NameID format"},
        "EmailAddress",
    ),
    ({"status": "urn:oasis:names:tc:SAML:2.0:status:Responder"}, {"status"}, "Responder"),
    ({"sign_response": False, "sign_assertion": False}, {"signature"}, "nothing is signed"),
    ({"by": "mallory"}, {"signature of Response", "signature of Assertion", "trust"}, "never given"),
    (
        {"attributes": ((f"{ACCESS_CONTROL}CostCenter", ("1", "2")),)},
        {"AccessControl:CostCenter"},
        "exactly one",
    ),
    ({"attributes": (("a", ("1",)), ("a", ("2",)))}, {"attributes"}, "more than once: a"),
]


@pytest.mark.parametrize(("changes", "lines", "words"), WRONG)
def test_one_thing_wrong_is_the_one_line_that_fails(
    changes: dict[str, Any], lines: set[str], words: str
) -> None:
    failed = failing(verdicts(Made().but(**changes)))
    assert set(failed) == lines
    assert words in next(iter(failed.values()))


@pytest.mark.parametrize("part", ["sign_response", "sign_assertion"])
def test_either_part_may_be_the_signed_one(part: str) -> None:
    found = verdicts(Made().but(**{part: False}))
    assert failing(found) == {}
    assert len([what for what in found if what.startswith("signature of")]) == 1


def test_access_control_attributes_are_shown() -> None:
    found = verdicts(Made().but(attributes=((f"{ACCESS_CONTROL}Team", ("sre",)), ("mail", ("a@b",)))))
    assert found["AccessControl:Team"] == (Verdict.OK, "sre")
    empty = verdicts(Made().but(attributes=((f"{ACCESS_CONTROL}Team", ("",)),)))
    assert empty["AccessControl:Team"][0] is Verdict.WARN


@pytest.mark.parametrize(
    ("shift", "verdict", "words"),
    [
        (timedelta(minutes=5), Verdict.OK, "another 0 seconds"),
        (timedelta(minutes=5, seconds=1), Verdict.WARN, "over since 1 seconds"),
        (timedelta(minutes=10), Verdict.WARN, "over since"),
        (timedelta(minutes=10, seconds=1), Verdict.FAIL, "over since"),
        (timedelta(minutes=-4, seconds=-59), Verdict.OK, "another"),
        (timedelta(minutes=-5), Verdict.WARN, "before it is valid"),
        (timedelta(minutes=-9, seconds=-59), Verdict.WARN, "before it is valid"),
        (timedelta(minutes=-10), Verdict.FAIL, "before it is valid"),
    ],
)
def test_the_window_is_judged_by_the_clock(shift: timedelta, verdict: Verdict, words: str) -> None:
    seen, says = verdicts(Made(), shift)["conditions"]
    assert seen is verdict
    assert words in says


def test_the_largest_response_that_is_taken() -> None:
    fat = Made().but(attributes=(("groups", tuple(f"group-{n:05}" for n in range(900))),))
    assert "size" in failing(verdicts(fat))


def test_a_changed_value_breaks_the_signature() -> None:
    forged = Made().xml().replace(b"ada@example.com", b"eve@example.com")
    root = parse(forged)
    assert all(each.trouble for each in signatures(root, NOW))


def test_what_is_not_known_is_not_compared_but_warned_of() -> None:
    found = verdicts(Made(), expected=Expected())
    assert failing(found) == {}
    assert found["audience"][0] is Verdict.WARN
    assert "is that the one that was imported?" in found["signature of Response"][1]


def test_an_encrypted_assertion_is_said_to_be_one() -> None:
    xml = Made().but(sign_response=False, sign_assertion=False).xml().decode()
    begin, end = xml.index("<saml:Assertion "), xml.index("</saml:Assertion>") + len("</saml:Assertion>")
    root = parse((xml[:begin] + "<saml:EncryptedAssertion/>" + xml[end:]).encode())
    lines = {line.what: line.says for line in judge(root, 10, (), Expected(), NOW)}
    assert "encrypted" in lines["assertion"]


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    path = tmp_path / "okta.cert"
    path.write_bytes(signer("okta").certificate.public_bytes(Encoding.PEM))
    return path


def known(certificate: Path) -> list[str]:
    user = ["--user", "ada@example.com", "--at", f"{NOW:%Y-%m-%dT%H:%M:%S}"]
    return ["--audience", AUDIENCE, "--acs", ACS, "--certificate", str(certificate), *user]


def test_the_command_reads_base64_from_standard_input(certificate: Path) -> None:
    result = RUN.invoke(app, ["saml", "inspect", "-", *known(certificate)], input=Made().posted())
    assert result.exit_code == Exit.OK, result.output
    assert "trusted certificate" in result.stdout


def test_the_command_reads_xml_from_a_file_and_fails_where_identity_center_would(
    certificate: Path, tmp_path: Path
) -> None:
    capture = tmp_path / "response.xml"
    capture.write_bytes(Made().but(audience=f"{AUDIENCE}/").xml())
    result = RUN.invoke(app, ["saml", "inspect", str(capture), "--json", *known(certificate)])
    assert result.exit_code == Exit.MISTAKES
    told = {line["what"]: line for line in json.loads(result.stdout)["lines"]}
    assert told["audience"]["verdict"] == "fail"


def test_der_is_a_certificate_too_and_junk_is_not(tmp_path: Path, certificate: Path) -> None:
    der = tmp_path / "okta.der"
    der.write_bytes(signer("okta").certificate.public_bytes(Encoding.DER))
    assert RUN.invoke(app, ["saml", "inspect", "-", *known(der)], input=Made().posted()).exit_code == Exit.OK
    der.write_bytes(b"junk")
    result = RUN.invoke(app, ["saml", "inspect", "-", *known(der)], input=Made().posted())
    assert result.exit_code == Exit.USAGE
    assert "no certificate" in result.stderr


def test_a_file_that_is_not_there_is_one_sentence(tmp_path: Path) -> None:
    result = RUN.invoke(app, ["saml", "inspect", str(tmp_path / "nothing")])
    assert result.exit_code == Exit.USAGE
    assert "Traceback" not in result.output
