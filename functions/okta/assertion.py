"""A service app's word for itself: a JWT under a key that never leaves KMS (RFC 7523, private_key_jwt)."""

import uuid
from typing import TYPE_CHECKING, Protocol

from functions.okta.jose import compact

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

LIFETIME = 300
"""Seconds. Okta, "Implement OAuth for Okta with a service app": `exp` at most an hour ahead."""

ASSERTION_TYPE = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


class Signer(Protocol):
    """Signs with an RSA private key that nobody else sees: RSASSA-PKCS1-v1_5 over SHA-256."""

    def __call__(self, message: bytes) -> bytes: ...


def kms_signer(kms: "KMSClient", key_id: str) -> Signer:
    """Sign with a KMS key of spec RSA_2048 or longer and usage SIGN_VERIFY; the caller needs kms:Sign."""

    def sign(message: bytes) -> bytes:
        return kms.sign(
            KeyId=key_id,
            Message=message,
            MessageType="RAW",
            SigningAlgorithm="RSASSA_PKCS1_V1_5_SHA_256",
        )["Signature"]

    return sign


def client_assertion(client_id: str, token_url: str, sign: Signer, *, key_id: str | None, issued: int) -> str:
    """For one request to the token endpoint. `issued`: epoch seconds; `key_id` tells several keys apart."""
    header = {"alg": "RS256", "typ": "JWT"} | ({"kid": key_id} if key_id else {})
    claims = {
        "iss": client_id,
        "sub": client_id,
        "aud": token_url,
        "iat": issued,
        "exp": issued + LIFETIME,
        "jti": str(uuid.uuid4()),
    }
    return compact(header, claims, sign)
