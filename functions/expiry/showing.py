"""The certificates as an operator asks for them: what Okta has, what Identity Center was given."""

from collections.abc import Sequence
from typing import Any

from functions.expiry import metadata
from functions.expiry.areas import saml_app, served_metadata
from functions.expiry.saml_app import SamlApp, SigningKey
from functions.expiry.sources import Sources
from functions.expiry.trust import Trusted
from functions.okta import scopes
from functions.okta.errors import OktaError


def show(sources: Sources) -> list[dict[str, Any]]:
    """One entry an app. Raises OktaError, CertificateError, or botocore's errors."""
    okta = sources.connect((scopes.APPS,))
    shown = []
    for app_id in sources.apps:
        app, served = saml_app(okta, app_id), served_metadata(okta, app_id)
        in_metadata = () if isinstance(served, OktaError) else metadata.fingerprints(served)
        shown.append(describe(app, sources.trust.of(app_id), in_metadata))
    return shown


def describe(app: SamlApp, trusted: Sequence[Trusted], in_metadata: Sequence[str]) -> dict[str, Any]:
    """As JSON carries it; times in ISO 8601."""
    return {
        "app": app.id,
        "label": app.label,
        "keys": [_key(key, app, trusted) for key in app.keys],
        "trusted": [
            {
                "fingerprint": each.fingerprint,
                "by": each.by,
                "recorded_at": each.recorded_at.isoformat(),
                "ends": each.ends.isoformat(),
            }
            for each in trusted
        ],
        "metadata": list(in_metadata),
    }


def _key(key: SigningKey, app: SamlApp, trusted: Sequence[Trusted]) -> dict[str, Any]:
    return {
        "kid": key.kid,
        "fingerprint": key.fingerprint,
        "begins": key.certificate.not_valid_before_utc.isoformat(),
        "ends": key.ends.isoformat(),
        "signs": key == app.signing,
        "trusted": key.fingerprint in {each.fingerprint for each in trusted},
    }
