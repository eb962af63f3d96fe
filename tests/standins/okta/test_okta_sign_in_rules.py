"""Who may call: API tokens, service apps with a signed assertion, scopes by operation."""

import base64
import json
import time
import uuid
from typing import Any

import pytest
import requests
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from sandbox import okta
from tests.standins.okta.api import Api

GRANTED = ("okta.users.manage", "okta.apps.read", "okta.logs.read")
PRIVATE_KEY = rsa.generate_private_key(public_exponent=65537, key_size=2048)
PUBLIC_KEY = PRIVATE_KEY.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def encoded(part: bytes | dict[str, Any]) -> str:
    raw = part if isinstance(part, bytes) else json.dumps(part).encode()
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


class ServiceApp:
    """Signs as KMS would: only a signature over the two parts is needed."""

    def __init__(self, server: okta.OktaServer) -> None:
        self.server = server
        self.client_id = server.model.add_service_app(okta.jwk_of(PUBLIC_KEY), GRANTED)

    def claims(self, **changes: Any) -> dict[str, Any]:
        now = int(time.time())
        stated = {
            "aud": f"{self.server.url}/oauth2/v1/token",
            "iss": self.client_id,
            "sub": self.client_id,
            "iat": now,
            "exp": now + 300,
            "jti": str(uuid.uuid4()),
        }
        return {key: value for key, value in {**stated, **changes}.items() if value is not None}

    def assertion(self, key: rsa.RSAPrivateKey = PRIVATE_KEY, alg: str = "RS256", **changes: Any) -> str:
        body = f"{encoded({'alg': alg})}.{encoded(self.claims(**changes))}"
        return f"{body}.{encoded(key.sign(body.encode(), padding.PKCS1v15(), hashes.SHA256()))}"

    def ask(self, assertion: str, scope: str = "okta.users.manage", **changes: str) -> requests.Response:
        form = {
            "grant_type": "client_credentials",
            "scope": scope,
            "client_assertion_type": "urn:ietf:params:oauth:client-assertion-type:jwt-bearer",
            "client_assertion": assertion,
            **changes,
        }
        return requests.post(f"{self.server.url}/oauth2/v1/token", data=form, timeout=30)


@pytest.fixture
def app(server: okta.OktaServer) -> ServiceApp:
    return ServiceApp(server)


def test_a_signed_assertion_becomes_a_token_for_an_hour_that_opens_its_scopes(app: ServiceApp) -> None:
    # Given somebody with sessions
    person_id = app.server.model.add_person("ada@example.com").id
    # When the service app signs in and clears them
    granted = app.ask(app.assertion()).json()
    api = Api(app.server, f"Bearer {granted['access_token']}")
    cleared = api("DELETE", f"/api/v1/users/{person_id}/sessions", oauthTokens="true")
    # Then they are gone, and the System Log has the service app as actor
    assert (granted["token_type"], granted["expires_in"], cleared.status_code) == ("Bearer", 3600, 204)
    event = Api(app.server).log("user.session.clear")[0]
    assert (event["actor"]["type"], event["actor"]["id"]) == ("PublicClientApp", app.client_id)


def test_an_operation_outside_the_token_s_scopes_is_403(app: ServiceApp) -> None:
    token = app.ask(app.assertion(), scope="okta.apps.read").json()["access_token"]
    api = Api(app.server, f"Bearer {token}")
    assert api("GET", f"/api/v1/apps/{app.server.app_id}/credentials/keys").status_code == 200
    refused = api("GET", "/api/v1/logs")
    assert (refused.status_code, refused.json()["errorCode"]) == (403, "E0000006")


@pytest.mark.parametrize(
    "changes",
    [
        {"aud": "https://elsewhere.example.com/oauth2/v1/token"},
        {"exp": int(time.time()) - 1},
        {"exp": int(time.time()) + 3 * 3600},
        {"exp": None},
        {"sub": "0oaSomebodyElse"},
        {"iss": "0oaSomebodyElse", "sub": "0oaSomebodyElse"},
    ],
    ids=["audience", "expired", "more than an hour", "no expiry", "subject", "unknown client"],
)
def test_an_assertion_that_states_the_wrong_thing_is_refused(
    app: ServiceApp, changes: dict[str, Any]
) -> None:
    refused = app.ask(app.assertion(**changes))
    assert (refused.status_code, refused.json()["error"]) == (401, "invalid_client")


def test_an_assertion_signed_with_another_key_is_refused(app: ServiceApp) -> None:
    other = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    assert app.ask(app.assertion(key=other)).status_code == 401


@pytest.mark.parametrize("assertion", ["", "a.b", "a.b.c", f"{encoded(b'[]')}.{encoded(b'{}')}.x"])
def test_what_is_no_web_token_is_refused(app: ServiceApp, assertion: str) -> None:
    assert app.ask(assertion).status_code == 401


def test_an_unsigned_assertion_is_refused(app: ServiceApp) -> None:
    assert app.ask(app.assertion(alg="none")).status_code == 401
    assert app.ask(app.assertion().rpartition(".")[0] + ".").status_code == 401


def test_an_assertion_is_good_once(app: ServiceApp) -> None:
    assertion = app.assertion()
    assert app.ask(assertion).status_code == 200
    assert app.ask(assertion).status_code == 401


def test_a_scope_nobody_granted_is_refused(app: ServiceApp) -> None:
    refused = app.ask(app.assertion(), scope="okta.users.manage okta.policies.read")
    assert (refused.status_code, refused.json()["error"]) == (400, "invalid_scope")
    assert "okta.policies.read" in refused.json()["error_description"]


def test_only_client_credentials_is_a_grant_here(app: ServiceApp) -> None:
    refused = app.ask(app.assertion(), grant_type="password")
    assert (refused.status_code, refused.json()["error"]) == (400, "unsupported_grant_type")


@pytest.mark.parametrize("authorization", ["SSWS wrong", "Bearer wrong", "Basic x", "SSWS", "SSWS schlüssel"])
def test_an_unknown_token_is_401(server: okta.OktaServer, authorization: str) -> None:
    header = authorization.encode().decode("latin-1")
    refused = requests.get(f"{server.url}/api/v1/users", headers={"Authorization": header}, timeout=30)
    assert (refused.status_code, refused.json()["errorCode"]) == (401, "E0000011")


def test_every_operation_but_the_public_ones_wants_a_sign_in(server: okta.OktaServer) -> None:
    opened = [
        route for route in okta.ROUTES if not route.signed_in and not route.path.startswith("/_sandbox")
    ]
    assert [route.operation for route in opened] == ["GetOrgMetadata", "GetAccessToken"]
    for route in okta.ROUTES:
        if route.signed_in:
            url = server.url + route.path.replace("<", "").replace(">", "")
            assert requests.request(route.method, url, timeout=30).status_code == 401, route.operation
