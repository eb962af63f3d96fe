"""A public key as Okta takes it: a JSON Web Key (RFC 7517), known by its thumbprint (RFC 7638)."""

import hashlib
import json

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_der_public_key

from functions.okta.jose import base64url


def public_jwk(der: bytes) -> dict[str, str]:
    """The JWK of an RSA key in SubjectPublicKeyInfo form, as KMS's GetPublicKey gives it.

    Raises TypeError for a key of another kind.
    """
    key = load_der_public_key(der)
    if not isinstance(key, RSAPublicKey):
        raise TypeError("the key must be RSA: Okta's service apps sign with RS256")
    numbers = key.public_numbers()
    required = {"e": _number(numbers.e), "kty": "RSA", "n": _number(numbers.n)}
    canonical = json.dumps(required, sort_keys=True, separators=(",", ":")).encode()
    return {**required, "use": "sig", "alg": "RS256", "kid": base64url(hashlib.sha256(canonical).digest())}


def _number(value: int) -> str:
    return base64url(value.to_bytes((value.bit_length() + 7) // 8, "big"))
