"""Proofs of possession, checked. RFC 9449; Okta: "Configure OAuth 2.0 Demonstrating Proof-of-Possession"."""

import base64
import hashlib
import json
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256

from sandbox.okta.errors import OAuthError

FRESH = 300
"""Seconds by which a proof's time may differ."""


@dataclass(frozen=True)
class Asked:
    """A request: its method, its address without the query, its DPoP header."""

    method: str
    url: str
    proof: str | None


class Proofs:
    """Checks proofs, each good once. The nonce is one for the server's life."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self._now = now
        self._used: set[str] = set()
        self.nonce = secrets.token_urlsafe(16)

    def check(self, asked: Asked | None, *, token: str | None = None, with_nonce: bool = False) -> str:
        """The key's thumbprint (RFC 7638). Raises OAuthError 400 as RFC 9449, section 5, says."""
        if asked is None or not asked.proof:
            raise _invalid("The DPoP proof JWT header is missing.")
        header, claims = self._read(asked.proof)
        if (claims.get("htm"), claims.get("htu")) != (asked.method, asked.url):
            raise _invalid("The DPoP proof is not for this request.")
        if abs(self._now().timestamp() - float(claims.get("iat", 0))) > FRESH:
            raise _invalid("The DPoP proof is not fresh.")
        if token is not None and claims.get("ath") != _encode(hashlib.sha256(token.encode()).digest()):
            raise _invalid("The DPoP proof is not for this token.")
        if with_nonce and claims.get("nonce") != self.nonce:
            description = "Authorization server requires nonce in DPoP proof."
            raise OAuthError(400, "use_dpop_nonce", description, self.nonce)
        if claims.get("jti") in self._used:
            raise _invalid("The DPoP proof was used before.")
        self._used.add(claims["jti"])
        jwk = {name: header["jwk"][name] for name in ("crv", "kty", "x", "y")}
        canonical = json.dumps(jwk, sort_keys=True, separators=(",", ":")).encode()
        return _encode(hashlib.sha256(canonical).digest())

    def _read(self, proof: str) -> tuple[dict[str, Any], dict[str, Any]]:
        try:
            signed, _, signature = proof.rpartition(".")
            header, claims = (json.loads(_decode(part)) for part in signed.split("."))
            if header["typ"] != "dpop+jwt" or header["alg"] != "ES256" or "d" in header["jwk"]:
                raise _invalid("The DPoP proof's header is not one.")
            raw = _decode(signature)
            both = int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big")
            _key(header["jwk"]).verify(encode_dss_signature(*both), signed.encode(), ec.ECDSA(SHA256()))
        except (InvalidSignature, KeyError, TypeError, ValueError) as error:
            raise _invalid("The DPoP proof cannot be verified.") from error
        return header, claims


def _key(jwk: dict[str, str]) -> ec.EllipticCurvePublicKey:
    x, y = (int.from_bytes(_decode(jwk[name]), "big") for name in ("x", "y"))
    return ec.EllipticCurvePublicNumbers(x, y, ec.SECP256R1()).public_key()


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _encode(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _invalid(description: str) -> OAuthError:
    return OAuthError(400, "invalid_dpop_proof", description)
