"""What IAM Identity Center will object to in a SAML response. Pure: time and expectations are passed in.

IAM Identity Center User Guide, "SAML assertions" and "Troubleshooting": one signed assertion, not encrypted.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum

from lxml import etree

from cli.saml.document import NAMES
from cli.saml.signature import Signed, trusted_signer

MOST_CHARACTERS = 50_000
TOLERANCE = timedelta(minutes=5)
"""By how much the clocks may differ."""

SUCCESS = "urn:oasis:names:tc:SAML:2.0:status:Success"
EMAIL_FORMAT = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
BEARER = "urn:oasis:names:tc:SAML:2.0:cm:bearer"
ACCESS_CONTROL = "https://aws.amazon.com/SAML/Attributes/AccessControl:"
_NUMBER_OF_SECONDS = re.compile(r"(\.\d{6})\d+")


class Verdict(StrEnum):
    """How Identity Center takes it: `ok`, `warn` (it depends), `fail` (no sign-in)."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True)
class Line:
    """One thing looked at: what, the verdict, and what was seen or is to be done."""

    what: str
    verdict: Verdict
    says: str


@dataclass(frozen=True)
class Expected:
    """What is known of the other side; None or empty: not known, so it cannot be compared."""

    audience: str | None = None
    acs: str | None = None
    user_name: str | None = None
    trusted: frozenset[str] = frozenset()


def judge(
    root: etree._Element, size: int, signed: tuple[Signed, ...], expected: Expected, now: datetime
) -> tuple[Line, ...]:
    """Every line, in the order in which Identity Center meets them. `size` in characters as posted."""
    assertion = root.find("saml:Assertion", NAMES)
    lines = [_size(size), _status(root)]
    if assertion is None:
        encrypted = root.find("saml:EncryptedAssertion", NAMES) is not None
        says = "it is encrypted; switch assertion encryption off in Okta" if encrypted else "there is none"
        return (*lines, Line("assertion", Verdict.FAIL, says))
    return (
        *lines,
        *_signatures(signed, expected),
        *_recipients(root, assertion, expected),
        _audience(assertion, expected),
        *_name_id(assertion, expected),
        *_conditions(assertion, now),
        *_attributes(assertion),
    )


def _size(size: int) -> Line:
    verdict = Verdict.OK if size <= MOST_CHARACTERS else Verdict.FAIL
    return Line("size", verdict, f"{size:,} characters of {MOST_CHARACTERS:,}")


def _status(root: etree._Element) -> Line:
    code = root.find("samlp:Status/samlp:StatusCode", NAMES)
    value = code.get("Value") if code is not None else None
    return Line("status", Verdict.OK if value == SUCCESS else Verdict.FAIL, value or "none")


def _signatures(signed: tuple[Signed, ...], expected: Expected) -> Iterator[Line]:
    if not signed:
        yield Line("signature", Verdict.FAIL, "nothing is signed")
    for each in signed:
        what = f"signature of {each.part}"
        if each.trouble:
            yield Line(what, Verdict.FAIL, each.trouble)
        elif not expected.trusted:
            yield Line(
                what, Verdict.WARN, f"holds, by {each.fingerprint}; is that the one that was imported?"
            )
        elif each.fingerprint in expected.trusted:
            yield Line(what, Verdict.OK, f"holds, by the trusted certificate {each.fingerprint}")
        else:
            yield Line(what, Verdict.FAIL, f"by {each.fingerprint}, which Identity Center was never given")
    if signed and expected.trusted and not trusted_signer(signed, expected.trusted):
        yield Line("trust", Verdict.FAIL, "no signature by a trusted certificate holds")


def _recipients(root: etree._Element, assertion: etree._Element, expected: Expected) -> Iterator[Line]:
    data = assertion.find("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NAMES)
    method = assertion.find("saml:Subject/saml:SubjectConfirmation", NAMES)
    if method is None or method.get("Method") != BEARER:
        yield Line("confirmation", Verdict.FAIL, "the subject is not confirmed by bearer")
    yield _same("destination", root.get("Destination"), expected.acs)
    yield _same("recipient", data.get("Recipient") if data is not None else None, expected.acs)


def _audience(assertion: etree._Element, expected: Expected) -> Line:
    path = "saml:Conditions/saml:AudienceRestriction/saml:Audience"
    return _same("audience", assertion.findtext(path, namespaces=NAMES), expected.audience)


def _same(what: str, seen: str | None, wanted: str | None) -> Line:
    """To the character: scheme, case, and the slash at the end count."""
    if not seen:
        return Line(what, Verdict.FAIL, "missing")
    if wanted is None:
        return Line(what, Verdict.WARN, f"{seen}; not compared, nothing to compare with was given")
    if seen == wanted:
        return Line(what, Verdict.OK, seen)
    return Line(what, Verdict.FAIL, f"{seen!r} is not {wanted!r}: {_difference(seen, wanted)}")


def _difference(seen: str, wanted: str) -> str:
    if seen.strip() == wanted.strip():
        return "white space around it"
    if seen.rstrip("/") == wanted.rstrip("/"):
        return "the slash at the end"
    if seen.lower() == wanted.lower():
        return "upper and lower case"
    if seen.partition("://")[2] == wanted.partition("://")[2]:
        return "the scheme"
    at = next(
        (i for i, (a, b) in enumerate(zip(seen, wanted, strict=False)) if a != b), min(len(seen), len(wanted))
    )
    return f"they differ from character {at + 1} on"


def _name_id(assertion: etree._Element, expected: Expected) -> Iterator[Line]:
    name_id = assertion.find("saml:Subject/saml:NameID", NAMES)
    value = (name_id.text or "") if name_id is not None else ""
    if name_id is None or not value:
        yield Line("NameID", Verdict.FAIL, "missing")
        return
    form = name_id.get("Format")
    if form == EMAIL_FORMAT:
        yield Line("NameID format", Verdict.OK, "emailAddress")
    else:
        yield Line("NameID format", Verdict.FAIL, f"{form or 'none'}; set EmailAddress in Okta")
    if value != value.strip():
        yield Line("NameID", Verdict.FAIL, f"{value!r} has white space around it")
    else:
        line = _same("NameID", value, expected.user_name)
        yield Line(line.what, line.verdict, f"{line.says} (it must be the userName in Identity Center)")


def _conditions(assertion: etree._Element, now: datetime) -> Iterator[Line]:
    conditions = assertion.find("saml:Conditions", NAMES)
    data = assertion.find("saml:Subject/saml:SubjectConfirmation/saml:SubjectConfirmationData", NAMES)
    if conditions is None:
        yield Line("conditions", Verdict.FAIL, "missing")
    else:
        yield _window("conditions", conditions, now)
    if data is not None:
        yield _window("confirmation window", data, now)


def _window(what: str, element: etree._Element, now: datetime) -> Line:
    try:
        begins, ends = (_time(element.get(name)) for name in ("NotBefore", "NotOnOrAfter"))
    except ValueError as error:
        return Line(what, Verdict.FAIL, str(error))
    if ends is None:
        return Line(what, Verdict.FAIL, "no NotOnOrAfter")
    if begins is not None and now < begins:
        early = begins - now
        verdict = Verdict.WARN if early <= TOLERANCE else Verdict.FAIL
        return Line(what, verdict, f"{_seconds(early)} before it is valid: a clock is off")
    if now >= ends:
        late = now - ends
        verdict = Verdict.WARN if late <= TOLERANCE else Verdict.FAIL
        return Line(what, verdict, f"over since {_seconds(late)}: captured earlier, or a clock is off")
    return Line(what, Verdict.OK, f"valid for another {_seconds(ends - now)}")


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    moment = datetime.fromisoformat(_NUMBER_OF_SECONDS.sub(r"\1", text))
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def _seconds(span: timedelta) -> str:
    return f"{span.total_seconds():.0f} seconds"


def _attributes(assertion: etree._Element) -> Iterator[Line]:
    """None is required by AWS; those for access control must have one value each."""
    attributes = assertion.findall("saml:AttributeStatement/saml:Attribute", NAMES)
    names = [attribute.get("Name") or "" for attribute in attributes]
    doubled = sorted({name for name in names if names.count(name) > 1})
    if doubled:
        yield Line("attributes", Verdict.FAIL, f"more than once: {', '.join(doubled)}")
    for attribute, name in zip(attributes, names, strict=True):
        if not name.startswith(ACCESS_CONTROL):
            continue
        values = [value.text or "" for value in attribute.findall("saml:AttributeValue", NAMES)]
        key = name.removeprefix(ACCESS_CONTROL)
        if len(values) != 1:
            yield Line(f"AccessControl:{key}", Verdict.FAIL, f"{len(values)} values; exactly one is taken")
        elif not key or not values[0].strip():
            yield Line(f"AccessControl:{key}", Verdict.WARN, "empty: no session tag comes of it")
        else:
            yield Line(f"AccessControl:{key}", Verdict.OK, values[0])
    if not any(name.startswith(ACCESS_CONTROL) for name in names):
        yield Line("AccessControl", Verdict.OK, "no attributes for access control, and none are needed")
