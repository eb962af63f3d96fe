"""The app's SAML metadata as Okta serves it: reachable, and showing the certificate that signs. Pure."""

import base64
import binascii
import re

from cryptography import x509

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.saml_app import SamlApp, fingerprint_of
from functions.finding import Finding, Severity
from functions.okta.errors import OktaError

_CERTIFICATE = re.compile(r"<(?:[\w.-]+:)?X509Certificate>([^<]{1,20000})</")

GUIDE = Guide(
    why=(
        "Whoever sets up or repairs the trust between Okta and Identity Center imports this document. If it "
        "cannot be had, or shows another certificate than the one that signs, the repair makes things worse."
    ),
    actions=(
        "Open Okta > Applications > the app > Sign On > SAML Signing Certificates > Actions beside the "
        "active one > View IdP metadata. Does it load?",
        "If it shows another certificate than the active one, activate the right one again in Okta; see the "
        "runbook for the order.",
        "If Okta refuses it to the watch only: grant the service app okta.apps.read and an admin role that "
        "may read the app.",
    ),
    runbook="saml-certificate.md",
)


def examine(app: SamlApp, served: str | OktaError, desk: Desk) -> Finding:
    """One finding; `served` is the document, or why it could not be had."""
    return desk.write(
        f"saml-certificate/{app.id}/metadata",
        f"Okta app {app.label} ({app.id})",
        _judge(app, served),
        GUIDE,
    )


def _judge(app: SamlApp, served: str | OktaError) -> Found:
    if isinstance(served, OktaError):
        return Found(
            Severity.WARNING, f"The SAML metadata of {app.label} cannot be read", {"Error": str(served)}
        )
    shown = fingerprints(served)
    facts = {"Signs": app.signing.fingerprint, "Metadata shows": ", ".join(shown) or "no certificate"}
    if app.signing.fingerprint in shown:
        return Found(None, f"The SAML metadata of {app.label} shows the certificate that signs", facts)
    return Found(
        Severity.WARNING, f"The SAML metadata of {app.label} does not show the certificate that signs", facts
    )


def fingerprints(metadata: str) -> tuple[str, ...]:
    """Of every readable certificate in the document. No XML parser looks at it, so none can be fooled."""
    found = []
    for text in _CERTIFICATE.findall(metadata):
        try:
            found.append(fingerprint_of(x509.load_der_x509_certificate(base64.b64decode(text))))
        except (binascii.Error, ValueError):
            continue
    return tuple(found)
