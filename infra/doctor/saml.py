"""The SAML app: its certificate, its metadata, and the addresses that must match to the character. Pure."""

import base64
import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import defusedxml.ElementTree as ElementTree
from cryptography import x509
from defusedxml.common import DefusedXmlException

from functions.finding import Severity
from functions.policy.watch import Expiry
from infra.config import Deployment
from infra.doctor.verdict import Line, fail, ok, warn

EMAIL = "urn:oasis:names:tc:SAML:1.1:nameid-format:emailAddress"
MD = "{urn:oasis:names:tc:SAML:2.0:metadata}"
DS = "{http://www.w3.org/2000/09/xmldsig#}"

ROTATE = "rotate it as docs/runbooks/saml-certificate.md says: import in Identity Center before activating"
COPY = "copy it anew from IAM Identity Center > Settings > Identity source > Manage authentication"

Raw = Mapping[str, Any]


def certificate(app: Raw, keys: Sequence[Raw], thresholds: Expiry, now: datetime) -> Line:
    """How long the certificate that signs still holds."""
    check = "certificate"
    signing = _signing(app, keys)
    if signing is None:
        return fail(check, "Okta does not say which certificate signs", "is this a SAML app? See cdk.json")
    ends = signing.not_valid_after_utc
    left = (ends - now).total_seconds() / 86_400
    if left <= 0:
        return fail(check, f"expired on {ends:%Y-%m-%d}: nobody can sign in to AWS", ROTATE)
    severity = thresholds.severity(left)
    says = f"expires in {int(left)} days, on {ends:%Y-%m-%d}"
    if severity in (Severity.PAGE, Severity.WARNING):
        return (fail if severity is Severity.PAGE else warn)(check, says, ROTATE)
    return ok(check, says)


def metadata(document: str, app: Raw, keys: Sequence[Raw]) -> list[Line]:
    """What whoever repairs the trust would import: readable, with the certificate that signs and a mail
    address as NameID."""
    try:
        root = ElementTree.fromstring(document)
    except (ElementTree.ParseError, DefusedXmlException) as error:
        return [fail("SAML metadata", f"Okta serves no SAML metadata: {error}", "open it in a browser")]
    return [_shows_signing(root, app, keys), _name_id(root, app)]


def addresses(app: Raw, deployment: Deployment) -> list[Line]:
    """The audience and the ACS URL, as Identity Center compares them: character by character."""
    settings = app.get("settings", {})
    sign_on = settings.get("signOn") or {}
    audience = sign_on.get("audienceOverride") or settings.get("app", {}).get("entityID")
    acs = sign_on.get("ssoAcsUrlOverride") or settings.get("app", {}).get("acsURL")
    region, store = re.escape(deployment.hub_region), re.escape(deployment.identity_store_id)
    hosts = rf"https://{region}\.(signin\.aws\.amazon\.com/platform/saml|sso\.signin\.aws/platform/saml)"
    return [
        _address("SAML audience", audience, rf"{hosts}/{store}"),
        _address("SAML ACS URL", acs, rf"{hosts}/acs/[0-9a-zA-Z-]+"),
    ]


def _address(check: str, given: Any, pattern: str) -> Line:
    if not isinstance(given, str) or not given:
        return fail(check, "Okta's app has none", COPY)
    if re.fullmatch(pattern, given):
        return ok(check, given)
    for word, trimmed in (("a trailing slash", given.rstrip("/")), ("white space around it", given.strip())):
        if trimmed != given and re.fullmatch(pattern, trimmed):
            return fail(check, f"{given!r} has {word}: Identity Center refuses every sign-in", COPY)
    if re.fullmatch(pattern, re.sub(r"^http:", "https:", given)):
        return fail(check, f"{given!r} begins with http: Identity Center refuses every sign-in", COPY)
    return fail(check, f"{given!r} is not that of this instance and Region", COPY)


def _shows_signing(root: Any, app: Raw, keys: Sequence[Raw]) -> Line:
    check = "SAML metadata"
    signing = _signing(app, keys)
    shown = [_load(element.text or "") for element in root.iter(f"{DS}X509Certificate")]
    if signing is not None and signing in shown:
        return ok(check, "shows the certificate that signs")
    return fail(check, "does not show the certificate that signs", "activate the certificate again in Okta")


def _name_id(root: Any, app: Raw) -> Line:
    check = "SAML NameID"
    formats = [(element.text or "").strip() for element in root.iter(f"{MD}NameIDFormat")]
    chosen = (app.get("settings", {}).get("signOn") or {}).get("subjectNameIdFormat")
    wrong = [name for name in (*formats, chosen) if name and name != EMAIL]
    if wrong or not formats:
        return fail(
            check,
            f"the format is {wrong[0] if wrong else 'not said'}; Identity Center takes emailAddress",
            "Okta > the AWS app > Sign On: set the name id format to EmailAddress",
        )
    return ok(check, "a mail address")


def _signing(app: Raw, keys: Sequence[Raw]) -> x509.Certificate | None:
    kid = app.get("credentials", {}).get("signing", {}).get("kid")
    found = next((key for key in keys if kid and key.get("kid") == kid), None)
    return _load(found["x5c"][0]) if found and found.get("x5c") else None


def _load(text: str) -> x509.Certificate | None:
    try:
        return x509.load_der_x509_certificate(base64.b64decode(text))
    except ValueError:
        return None
