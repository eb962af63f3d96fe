"""The Okta credentials secret, and the client that it opens."""

import json
import time
from collections.abc import Callable, Sequence
from functools import cache
from typing import TYPE_CHECKING

import boto3
import requests
from aws_lambda_powertools.utilities.parameters import SecretsProvider

from functions.aws.session import CONFIG
from functions.okta.assertion import kms_signer
from functions.okta.client import OktaClient
from functions.okta.errors import OktaSecretError
from functions.okta.sign_in import ApiToken, ServiceApp, SignIn
from functions.okta.transport import PATIENCE

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

SECRET_AGE = 300
"""Seconds for which a secret is kept before it is read again: a rotated one is in use by then."""

SHAPES = '{"token": "00a..."} or {"client_id": "0oa...", "kms_key": "alias/..."}'


def sign_in_from_secret(
    secret: str,
    *,
    base_url: str,
    scopes: Sequence[str],
    http: requests.Session,
    kms: Callable[[], "KMSClient"],
    patience: float = PATIENCE,
    sleep: Callable[[float], None] = time.sleep,
    now: Callable[[], float] = time.time,
) -> SignIn:
    """The way to sign in that the secret describes: an API token, or an OAuth service app.

    `scopes` are asked for by a service app only; `kms` is called only where a key is there to sign with.
    `key_id` in the secret names the key where Okta holds several of this app. Raises OktaSecretError,
    which never shows the secret.
    """
    fields = _fields(secret)
    if fields.keys() == {"token"}:
        return ApiToken(fields["token"])
    if {"client_id", "kms_key"} <= fields.keys() <= {"client_id", "kms_key", "key_id"}:
        return ServiceApp(
            base_url,
            fields["client_id"],
            kms_signer(kms(), fields["kms_key"]),
            scopes,
            http,
            key_id=fields.get("key_id"),
            patience=patience,
            sleep=sleep,
            now=now,
        )
    raise OktaSecretError(f"the Okta credentials secret has the fields {sorted(fields)}; it must be {SHAPES}")


def connect(
    base_url: str, secret_name: str, scopes: Sequence[str], *, patience: float = PATIENCE
) -> OktaClient:
    """The client for a Lambda. It is kept, and so is its access token, until the secret changes.

    `patience` as in OktaClient: choose it so that the function hears of a failure before its time is up.

    Raises OktaSecretError, or Powertools' GetParameterError where the secret cannot be read.
    """
    secret = _secrets().get(secret_name, max_age=SECRET_AGE)
    if not isinstance(secret, str):
        raise OktaSecretError(f"secret {secret_name} is binary; it must be a string: {SHAPES}")
    return _client(base_url, secret, tuple(scopes), patience)


@cache
def _secrets() -> SecretsProvider:
    return SecretsProvider(boto_config=CONFIG)


@cache
def _client(base_url: str, secret: str, scopes: tuple[str, ...], patience: float) -> OktaClient:
    http = requests.Session()
    sign_in = sign_in_from_secret(
        secret,
        base_url=base_url,
        scopes=scopes,
        http=http,
        kms=lambda: boto3.client("kms", config=CONFIG),
        patience=patience,
    )
    return OktaClient(base_url, sign_in, http, patience=patience)


def _fields(secret: str) -> dict[str, str]:
    try:
        raw = json.loads(secret)
    except ValueError:
        # Not chained: the exception holds the secret.
        raise OktaSecretError(f"the Okta credentials secret is no JSON; it must be {SHAPES}") from None
    if not isinstance(raw, dict) or not all(isinstance(value, str) and value for value in raw.values()):
        raise OktaSecretError(f"the Okta credentials secret must be {SHAPES}")
    return raw
