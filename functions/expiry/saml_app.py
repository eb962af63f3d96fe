"""A SAML app of Okta as the watch sees it: which certificate signs now, and which others it has. Pure."""

import base64
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509


class CertificateError(ValueError):
    """Okta's answer does not tell which certificate signs, or the certificate is unreadable."""


@dataclass(frozen=True)
class SigningKey:
    """One key of the app: Okta's word on it, and the X.509 certificate itself."""

    kid: str
    expires_at: datetime
    certificate: x509.Certificate


@dataclass(frozen=True)
class SamlApp:
    """`signing` is the key that signs now; the other keys are known by name only, and guard nothing."""

    id: str
    label: str
    signing: SigningKey
    other_kids: tuple[str, ...]


def read_saml_app(app: Mapping[str, Any], keys: Sequence[Mapping[str, Any]]) -> SamlApp:
    """Okta API, "Retrieve an application" and "List all key credentials". Raises CertificateError."""
    try:
        signing_kid = str(app["credentials"]["signing"]["kid"])
        app_id, label = str(app["id"]), str(app["label"])
    except (KeyError, TypeError) as error:
        raise CertificateError(
            f"app {app.get('id')} does not say which key signs (no {error}): is it a SAML app?"
        ) from error
    found = [key for key in keys if key.get("kid") == signing_kid]
    if not found:
        raise CertificateError(f"key {signing_kid} signs for app {app_id}, but is not among its keys")
    others = tuple(str(key["kid"]) for key in keys if key not in found and "kid" in key)
    return SamlApp(app_id, label, _read(found[0]), others)


def _read(key: Mapping[str, Any]) -> SigningKey:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(key["x5c"][0]))
        expires_at = datetime.fromisoformat(key["expiresAt"]).astimezone(UTC)
        return SigningKey(str(key["kid"]), expires_at, certificate)
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise CertificateError(f"key {key.get('kid')}: certificate unreadable ({error!r})") from error
