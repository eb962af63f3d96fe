"""What an operator does to Okta from the command line: paste a key, register the hook."""

import base64
import json
from collections.abc import Iterator

import boto3
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from moto import mock_aws
from typer.testing import CliRunner

from cli import okta as okta_commands
from cli.exits import Exit
from cli.main import app
from functions.okta import credentials
from functions.okta.assertion import kms_signer
from functions.okta.event_types import CONSUMED
from functions.okta.jwk import public_jwk
from sandbox import okta
from tests.standins.okta.endpoint import Endpoint

RUN = CliRunner()


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[okta.OktaServer]:
    """A hub whose functions reach the Okta stand-in, with a hook that is not registered yet."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    for kept in (credentials._secrets, credentials._client):
        kept.cache_clear()
    with mock_aws(), okta.serve() as tenant:
        secrets = boto3.client("secretsmanager")
        secrets.create_secret(Name="ostiary/hook", SecretString="the-hooks-secret")
        secrets.create_secret(Name="ostiary/okta", SecretString=json.dumps({"token": tenant.token}))
        variables = {"OSTIARY_OKTA_URL": tenant.url, "OSTIARY_OKTA_CREDENTIALS": "ostiary/okta"}
        monkeypatch.setattr(okta_commands, "_environment", lambda: variables)
        yield tenant
    for kept in (credentials._secrets, credentials._client):
        kept.cache_clear()


def number(text: str) -> int:
    return int.from_bytes(base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)), "big")


def test_the_public_key_verifies_what_kms_signs(hub: okta.OktaServer) -> None:
    kms = boto3.client("kms")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    kms.create_alias(AliasName="alias/ostiary-okta", TargetKeyId=key)
    result = RUN.invoke(app, ["okta", "public-key"])
    jwk = json.loads(result.stdout)
    assert (jwk["kty"], jwk["alg"], jwk["use"]) == ("RSA", "RS256", "sig")
    public = RSAPublicNumbers(number(jwk["e"]), number(jwk["n"])).public_key()
    public.verify(kms_signer(kms, key)(b"message"), b"message", PKCS1v15(), SHA256())


def test_the_key_id_is_the_thumbprint_of_rfc_7638() -> None:
    """The example of RFC 7638, section 3.1."""
    n = (
        "0vx7agoebGcQSuuPiLJXZptN9nndrQmbXEps2aiAFbWhM78LhWx4cbbfAAtVT86zwu1RK7aPFFxuhDR1L6tSoc_BJECPebWKRX"
        "jBZCiFV4n3oknjhMstn64tZ_2W-5JsGY4Hc5n9yBXArwl93lqt7_RN5w6Cf0h4QyQ5v-65YGjQR0_FDW2QvzqY368QQMicAtaSqzs8"
        "KJZgnYb9c7d0zgdAZHzu6qMQvRL5hajrn1n91CbOpbISD08qNLyrdkt-bFTWhAI4vMQFh6WeZu0fM4lFd2NcRwr3XPksINHaQ-G_x"
        "BniIqbw0Ls1jF44-csFCur-kEgU8awapJzKnqDKgw"
    )
    key = RSAPublicNumbers(65537, number(n)).public_key()
    jwk = public_jwk(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo))
    assert (jwk["n"], jwk["e"]) == (n, "AQAB")
    assert jwk["kid"] == "NzbLsXh8uDCcd-6MNwXF4W_7noWXFZAfHkxZsRGC9Xs"


def test_a_key_of_another_kind_is_one_sentence(hub: okta.OktaServer) -> None:
    key = boto3.client("kms").create_key(KeySpec="ECC_NIST_P256", KeyUsage="SIGN_VERIFY")
    result = RUN.invoke(app, ["okta", "public-key", "--key", key["KeyMetadata"]["KeyId"]])
    assert result.exit_code == Exit.FAILED
    assert "RSA" in result.stderr


def test_connect_registers_verifies_and_repeats_nothing(hub: okta.OktaServer) -> None:
    with Endpoint() as endpoint:
        command = [
            "okta",
            "connect",
            "--url",
            f"http://127.0.0.1:{endpoint.port}/okta/events",
            "--yes",
            "--json",
        ]
        first = json.loads(RUN.invoke(app, command).stdout)
        second = json.loads(RUN.invoke(app, command).stdout)
    (hook,) = hub.model.hooks.all()
    assert first["id"] == second["id"] == hook.id
    assert (hook.active, hook.verified, set(hook.items)) == (True, True, set(CONSUMED))
    assert hook.channel.auth_value == "the-hooks-secret"
    assert endpoint.received[0].headers["authorization"] == "the-hooks-secret"


def test_an_endpoint_that_does_not_answer_is_one_sentence_and_leaves_no_hook(hub: okta.OktaServer) -> None:
    with Endpoint(echo=False) as endpoint:
        result = RUN.invoke(app, ["okta", "connect", "--url", f"http://127.0.0.1:{endpoint.port}/", "--yes"])
    assert result.exit_code == Exit.FAILED
    assert "could not verify" in result.stderr
    assert hub.model.hooks.all() == []


@pytest.mark.parametrize("command", ["connect", "rotate"])
def test_nothing_changes_without_yes(command: str) -> None:
    result = RUN.invoke(app, ["okta", command])
    assert result.exit_code == Exit.UNCONFIRMED
