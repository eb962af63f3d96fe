"""How a service app proves itself: private_key_jwt, signed by KMS, checked here as Okta would."""

import base64
import json
import logging
from typing import TYPE_CHECKING
from urllib.parse import parse_qs

import boto3
import pytest
import requests
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key
from moto import mock_aws

from functions.okta import credentials
from functions.okta.client import OktaClient
from functions.okta.credentials import connect, sign_in_from_secret
from functions.okta.errors import OktaAnswerError, OktaRefusedError, OktaSecretError, OktaUnreachableError
from functions.okta.sign_in import SignIn
from tests.unit.okta.conftest import TOKEN, Clock
from tests.unit.okta.scripted_http import Answer, Asked, ScriptedServer

if TYPE_CHECKING:
    from mypy_boto3_kms import KMSClient

REGION = "eu-west-1"
ACCESS_TOKEN = "eyTheAccessToken"
SCOPES = ("okta.users.manage", "okta.apps.read")


@pytest.fixture(autouse=True)
def credentials_in_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    for kept in (credentials._secrets, credentials._client):
        kept.cache_clear()


def kms_key(kms: "KMSClient") -> str:
    return kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]


def service_app(
    okta: ScriptedServer, http: requests.Session, clock: Clock, kms: "KMSClient", key: str, **more: str
) -> SignIn:
    return sign_in_from_secret(
        json.dumps({"client_id": "0oaService", "kms_key": key} | more),
        base_url=okta.url,
        scopes=SCOPES,
        http=http,
        kms=lambda: kms,
        sleep=clock.sleep,
        now=clock.now,
    )


def part(encoded: str) -> bytes:
    return base64.urlsafe_b64decode(encoded + "=" * (-len(encoded) % 4))


def plays_okta(asked: Asked) -> Answer:
    if asked.path == "/oauth2/v1/token":
        return Answer(200, {"token_type": "Bearer", "expires_in": 3600, "access_token": ACCESS_TOKEN})
    return Answer(204)


def token_requests(okta: ScriptedServer) -> list[Asked]:
    return [asked for asked in okta.asked if asked.path == "/oauth2/v1/token"]


@mock_aws
def test_given_a_key_in_kms_then_okta_can_verify_the_assertion_with_its_public_half(
    okta: ScriptedServer, http: requests.Session, clock: Clock
) -> None:
    # Given
    kms = boto3.client("kms", region_name=REGION)
    key = kms_key(kms)
    okta.answer_with = plays_okta
    sign_in = service_app(okta, http, clock, kms, key, key_id="key-1")

    # When
    OktaClient(okta.url, sign_in, http).clear_sessions("00u1")

    # Then
    form = parse_qs(token_requests(okta)[0].body)
    assert form["grant_type"] == ["client_credentials"]
    assert form["scope"] == ["okta.users.manage okta.apps.read"]
    header, claims, signature = form["client_assertion"][0].split(".")
    public = load_der_public_key(kms.get_public_key(KeyId=key)["PublicKey"])
    assert isinstance(public, RSAPublicKey)
    public.verify(part(signature), f"{header}.{claims}".encode(), PKCS1v15(), SHA256())
    assert json.loads(part(header)) == {"alg": "RS256", "typ": "JWT", "kid": "key-1"}
    said = json.loads(part(claims))
    assert (said["iss"], said["sub"]) == ("0oaService", "0oaService")
    assert said["aud"] == f"{okta.url}/oauth2/v1/token"
    assert 0 < said["exp"] - clock.time <= 3600
    assert okta.asked[-1].headers["Authorization"] == f"Bearer {ACCESS_TOKEN}"


@mock_aws
def test_the_token_is_kept_until_it_nears_its_end(
    okta: ScriptedServer, http: requests.Session, clock: Clock
) -> None:
    kms = boto3.client("kms", region_name=REGION)
    okta.answer_with = plays_okta
    client = OktaClient(okta.url, service_app(okta, http, clock, kms, kms_key(kms)), http)
    client.clear_sessions("00u1")
    clock.time += 3479
    client.clear_sessions("00u2")
    assert len(token_requests(okta)) == 1
    clock.time += 2
    client.clear_sessions("00u3")
    assert len(token_requests(okta)) == 2
    assertions = [parse_qs(asked.body)["client_assertion"][0] for asked in token_requests(okta)]
    ids = {json.loads(part(assertion.split(".")[1]))["jti"] for assertion in assertions}
    assert len(ids) == 2


@mock_aws
def test_a_revoked_token_is_replaced_once(okta: ScriptedServer, http: requests.Session, clock: Clock) -> None:
    kms = boto3.client("kms", region_name=REGION)
    calls: list[Asked] = []

    def answer(asked: Asked) -> Answer:
        if asked.path != "/oauth2/v1/token":
            calls.append(asked)
            return Answer(401 if len(calls) == 1 else 204, {})
        return plays_okta(asked)

    okta.answer_with = answer
    client = OktaClient(okta.url, service_app(okta, http, clock, kms, kms_key(kms)), http)
    assert client.clear_sessions("00u1")
    assert len(token_requests(okta)) == 2


@mock_aws
def test_a_refused_app_is_told_which_scopes_it_lacks(
    okta: ScriptedServer, http: requests.Session, clock: Clock
) -> None:
    kms = boto3.client("kms", region_name=REGION)
    okta.answers = [Answer(400, {"error": "invalid_scope", "error_description": "not granted"})]
    client = OktaClient(okta.url, service_app(okta, http, clock, kms, kms_key(kms)), http)
    with pytest.raises(OktaRefusedError, match=r"invalid_scope not granted.*okta\.users\.manage"):
        client.clear_sessions("00u1")


@mock_aws
def test_a_token_endpoint_in_trouble_is_asked_four_times(
    okta: ScriptedServer, http: requests.Session, clock: Clock
) -> None:
    kms = boto3.client("kms", region_name=REGION)
    okta.answers = [Answer(503)]
    client = OktaClient(okta.url, service_app(okta, http, clock, kms, kms_key(kms)), http)
    with pytest.raises(OktaUnreachableError, match="/oauth2/v1/token"):
        client.clear_sessions("00u1")
    assert len(okta.asked) == 4


@mock_aws
def test_a_token_answer_without_a_token_is_an_error_that_shows_no_body(
    okta: ScriptedServer, http: requests.Session, clock: Clock
) -> None:
    kms = boto3.client("kms", region_name=REGION)
    okta.answers = [Answer(200, {"access_token": ACCESS_TOKEN})]
    client = OktaClient(okta.url, service_app(okta, http, clock, kms, kms_key(kms)), http)
    with pytest.raises(OktaAnswerError) as raised:
        client.clear_sessions("00u1")
    assert ACCESS_TOKEN not in str(raised.value)


@mock_aws
def test_no_secret_is_in_a_log_or_a_repr(
    okta: ScriptedServer, http: requests.Session, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    okta.answers = [Answer(204)]
    sign_in = sign_in_from_secret(
        json.dumps({"token": TOKEN}),
        base_url=okta.url,
        scopes=SCOPES,
        http=http,
        kms=lambda: pytest.fail("an API token needs no key"),
    )
    client = OktaClient(okta.url, sign_in, http)
    client.clear_sessions("00u1")
    assert TOKEN not in caplog.text + repr(sign_in) + repr(client)


@pytest.mark.parametrize(
    "secret",
    [
        "00aPlainToken",
        "[]",
        "{}",
        '{"token": ""}',
        '{"token": 5}',
        '{"client_id": "0oa"}',
        '{"token": "00aPlainToken", "client_id": "0oa"}',
        '{"client_id": "0oa", "kms_key": "k", "private_key": "00aPlainToken"}',
    ],
)
def test_a_secret_of_another_shape_is_refused_without_showing_it(http: requests.Session, secret: str) -> None:
    with pytest.raises(OktaSecretError, match="kms_key") as raised:
        sign_in_from_secret(
            secret,
            base_url="https://acme.okta.com",
            scopes=SCOPES,
            http=http,
            kms=lambda: pytest.fail("not reached"),
        )
    assert "00aPlainToken" not in str(raised.value)
    assert raised.value.__suppress_context__ or raised.value.__context__ is None


@mock_aws
def test_a_lambda_connects_with_the_secret_and_sees_it_change(okta: ScriptedServer) -> None:
    # Given
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="ostiary/okta", SecretString=json.dumps({"token": TOKEN}))
    okta.answers = [Answer(204)]
    first = connect(okta.url, "ostiary/okta", SCOPES)

    # When
    secrets.put_secret_value(SecretId="ostiary/okta", SecretString=json.dumps({"token": "00aNew"}))
    kept = connect(okta.url, "ostiary/okta", SCOPES)
    credentials._secrets.cache_clear()
    connect(okta.url, "ostiary/okta", SCOPES).clear_sessions("00u1")

    # Then
    assert kept is first
    assert okta.asked[0].headers["Authorization"] == "SSWS 00aNew"


@mock_aws
def test_a_binary_secret_is_refused() -> None:
    secrets = boto3.client("secretsmanager", region_name=REGION)
    secrets.create_secret(Name="ostiary/okta", SecretBinary=b"\x00")
    with pytest.raises(OktaSecretError, match="must be a string"):
        connect("https://acme.okta.com", "ostiary/okta", SCOPES)
