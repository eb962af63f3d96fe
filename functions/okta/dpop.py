"""Demonstrating proof of possession (RFC 9449): a token that is of no use to whoever steals it.

The key is made for one client's life, stays in its memory, and signs every request: a signature by KMS for
each would be a call more. Whoever reads that memory could read the token too.
"""

import hashlib
import uuid
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from functions.okta.jose import base64url, compact


class Prover:
    """Makes proofs with a P-256 key of its own, ES256. `now` is in epoch seconds."""

    def __init__(self, now: Callable[[], float]) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())

    def proof(self, method: str, url: str, *, nonce: str | None, token: str | None = None) -> str:
        """The value of the DPoP header for one request: method and address, without query and fragment.

        `nonce` is what the server asked for, `token` the access token that goes with the request.
        """
        claims: dict[str, Any] = {
            "jti": str(uuid.uuid4()),
            "htm": method,
            "htu": urlsplit(url)._replace(query="", fragment="").geturl(),
            "iat": int(self._now()),
        }
        if nonce:
            claims["nonce"] = nonce
        if token:
            claims["ath"] = base64url(hashlib.sha256(token.encode()).digest())
        header = {"typ": "dpop+jwt", "alg": "ES256", "jwk": self._jwk()}
        return compact(header, claims, self._sign)

    def _jwk(self) -> dict[str, str]:
        numbers = self._key.public_key().public_numbers()
        return {"kty": "EC", "crv": "P-256", "x": _coordinate(numbers.x), "y": _coordinate(numbers.y)}

    def _sign(self, message: bytes) -> bytes:
        """RFC 7518, section 3.4: the two numbers beside each other, 32 bytes each."""
        r, s = decode_dss_signature(self._key.sign(message, ec.ECDSA(SHA256())))
        return r.to_bytes(32, "big") + s.to_bytes(32, "big")


def _coordinate(value: int) -> str:
    return base64url(value.to_bytes(32, "big"))
