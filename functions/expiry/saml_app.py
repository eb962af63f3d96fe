"""A SAML app of Okta as the watch sees it: which certificate signs now, and which others it has. Pure."""

import base64
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256


class CertificateError(ValueError):
    """Okta's answer does not tell which certificate signs, or the certificate is unreadable."""


@dataclass(frozen=True)
class SigningKey:
    """One key of the app: Okta's word on it, and the X.509 certificate itself."""

    kid: str
    expires_at: datetime
    certificate: x509.Certificate
    created: datetime | None = None

    @property
    def fingerprint(self) -> str:
        """SHA-256 over the certificate, as `fingerprint_of` writes it."""
        return fingerprint_of(self.certificate)

    @property
    def ends(self) -> datetime:
        """When the certificate itself says that it ends."""
        return self.certificate.not_valid_after_utc


@dataclass(frozen=True)
class SamlApp:
    """`signing` is the key that signs now. Of `other_kids`, those in `others` hold a readable certificate."""

    id: str
    label: str
    signing: SigningKey
    other_kids: tuple[str, ...]
    others: tuple[SigningKey, ...] = ()
    changed: datetime | None = None
    """When somebody last changed the app; which key signs is part of it."""

    @property
    def keys(self) -> tuple[SigningKey, ...]:
        """All that can be read, the one that signs first."""
        return (self.signing, *self.others)

    @property
    def successor(self) -> SigningKey | None:
        """The one that was made to replace the signing one: not signing yet, and ending last of all."""
        last = max(self.keys, key=lambda key: key.ends)
        return last if last.ends > self.signing.ends else None


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
    others = [key for key in keys if key not in found and "kid" in key]
    return SamlApp(
        app_id,
        label,
        _read(found[0]),
        tuple(str(key["kid"]) for key in others),
        tuple(_readable(others)),
        _instant(app.get("lastUpdated")),
    )


def fingerprint_of(certificate: x509.Certificate) -> str:
    """SHA-256 in capitals, two by two, as openssl and the consoles write it."""
    return certificate.fingerprint(SHA256()).hex(":").upper()


def _readable(keys: Sequence[Mapping[str, Any]]) -> Iterator[SigningKey]:
    """What does not sign harms nobody: an unreadable one must not blind the watch for the one that does."""
    for key in keys:
        try:
            yield _read(key)
        except CertificateError:
            continue


def _read(key: Mapping[str, Any]) -> SigningKey:
    try:
        certificate = x509.load_der_x509_certificate(base64.b64decode(key["x5c"][0]))
        expires_at = datetime.fromisoformat(key["expiresAt"]).astimezone(UTC)
        return SigningKey(str(key["kid"]), expires_at, certificate, _instant(key.get("created")))
    except (KeyError, IndexError, TypeError, ValueError) as error:
        raise CertificateError(f"key {key.get('kid')}: certificate unreadable ({error!r})") from error


def _instant(text: Any) -> datetime | None:
    """A time that only adorns: one that is missing or unreadable must not blind the watch."""
    try:
        return datetime.fromisoformat(text).astimezone(UTC)
    except (TypeError, ValueError):
        return None
