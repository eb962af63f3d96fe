"""What an operator records with `ostiary certificates trust`, for the sandbox."""

from datetime import UTC, datetime

from cryptography import x509

from functions.expiry.saml_app import fingerprint_of
from functions.expiry.trust import TrustBook, Trusted
from infra import names
from sandbox.world import World


def record_certificate(world: World) -> None:
    """Identity Center has the certificate that signs now."""
    keys = world.okta.model.app.keys
    signing = keys.get(keys.active)
    fingerprint = fingerprint_of(x509.load_der_x509_certificate(signing.der))
    book = TrustBook(world.hub_client("dynamodb"), names.TRUST)
    book.record(world.okta.app_id, Trusted(fingerprint, datetime.now(UTC), "the sandbox", signing.expires))
