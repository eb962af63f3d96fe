"""What is signed for Okta, in compact form (RFC 7515, "JSON Web Signature")."""

import base64
import json
from collections.abc import Callable, Mapping
from typing import Any


def base64url(raw: bytes) -> str:
    """Without padding, as JOSE writes it."""
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def compact(header: Mapping[str, Any], claims: Mapping[str, Any], sign: Callable[[bytes], bytes]) -> str:
    """Header, claims and signature; `sign` must do what the header's `alg` says."""
    signed = f"{_part(header)}.{_part(claims)}"
    return f"{signed}.{base64url(sign(signed.encode()))}"


def _part(value: Mapping[str, Any]) -> str:
    return base64url(json.dumps(value, separators=(",", ":")).encode())
