"""Where the tenant demands proof of possession, the service app gives it, and only there."""

import base64
import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import boto3
import pytest
import requests
from moto import mock_aws

from functions.okta.client import OktaClient
from functions.okta.credentials import sign_in_from_secret
from functions.okta.jwk import public_jwk
from sandbox import okta
from sandbox.okta import web

SCOPES = ("okta.logs.read", "okta.apps.read")


@dataclass
class Tenant:
    """The stand-in, and what was sent to it."""

    server: okta.OktaServer
    client: OktaClient
    http: requests.Session
    sent: list[requests.PreparedRequest]

    def schemes(self) -> list[str]:
        return [str(r.headers.get("Authorization", "")).split(" ")[0] for r in self.sent]


def _tenant(server: okta.OktaServer, *, demands_proof: bool) -> Tenant:
    kms = boto3.client("kms", region_name="eu-west-1")
    key = kms.create_key(KeySpec="RSA_2048", KeyUsage="SIGN_VERIFY")["KeyMetadata"]["KeyId"]
    jwk = public_jwk(kms.get_public_key(KeyId=key)["PublicKey"])
    client_id = server.model.add_service_app(jwk, SCOPES, demands_proof=demands_proof)
    http = requests.Session()
    sent: list[requests.PreparedRequest] = []
    send = http.send

    def remembers(request: requests.PreparedRequest, **more: Any) -> requests.Response:
        sent.append(request)
        return send(request, **more)

    http.send = remembers  # type: ignore[method-assign]  # a test's ear on the wire
    sign_in = sign_in_from_secret(
        json.dumps({"client_id": client_id, "kms_key": key, "key_id": jwk["kid"]}),
        base_url=server.url,
        scopes=SCOPES,
        http=http,
        kms=lambda: kms,
    )
    return Tenant(server, OktaClient(server.url, sign_in, http), http, sent)


@pytest.fixture
def server(monkeypatch: pytest.MonkeyPatch) -> Iterator[okta.OktaServer]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(), okta.serve() as running:
        yield running


def test_a_tenant_that_demands_proof_gets_one_with_every_request(server: okta.OktaServer) -> None:
    tenant = _tenant(server, demands_proof=True)
    assert tenant.client.application(server.app_id)["id"] == server.app_id
    list(tenant.client.page("/api/v1/logs", {"limit": "5", "filter": 'eventType sw "user."'}).items)
    # Asked without, told so; asked with, told the nonce; asked with both, token; then the two requests.
    assert tenant.schemes() == ["", "", "", "DPoP", "DPoP"]
    assert len({r.headers["DPoP"] for r in tenant.sent if "DPoP" in r.headers}) == 4
    tenant.http.close()


def test_a_tenant_that_does_not_is_asked_as_before(server: okta.OktaServer) -> None:
    tenant = _tenant(server, demands_proof=False)
    tenant.client.application(server.app_id)
    assert tenant.schemes() == ["", "Bearer"]
    assert not any("DPoP" in r.headers for r in tenant.sent)
    tenant.http.close()


def test_a_request_that_is_repeated_has_a_proof_of_its_own(server: okta.OktaServer) -> None:
    tenant = _tenant(server, demands_proof=True)
    server.faults.set([{"operation": "GetApplication", "error": "E0000009", "status": 500, "times": 1}])
    tenant.client.application(server.app_id)
    proofs = [r.headers["DPoP"] for r in tenant.sent[-2:]]
    assert proofs[0] != proofs[1]
    tenant.http.close()


def test_the_token_is_of_no_use_without_the_key(server: okta.OktaServer) -> None:
    tenant = _tenant(server, demands_proof=True)
    tenant.client.application(server.app_id)
    headers = tenant.sent[-1].headers
    url = f"{server.url}/api/v1/apps/{server.app_id}"
    token = headers["Authorization"].removeprefix("DPoP ")
    stolen = [
        {"Authorization": f"Bearer {token}"},
        {"Authorization": f"DPoP {token}"},
        {"Authorization": f"DPoP {token}", "DPoP": headers["DPoP"]},  # sent before
    ]
    assert [requests.get(url, headers=each, timeout=5).status_code for each in stolen] == [401, 401, 401]
    tenant.http.close()


def test_a_nonce_of_the_api_is_taken_up(server: okta.OktaServer, monkeypatch: pytest.MonkeyPatch) -> None:
    """RFC 9449, section 9: a 401 with a nonce, and the next request proves with it."""
    tenant = _tenant(server, demands_proof=True)
    answer = web._error
    monkeypatch.setattr(web, "_error", lambda *a: _with_nonce(answer(*a)))
    server.faults.set([{"operation": "GetApplication", "error": "E0000011", "status": 401, "times": 1}])
    tenant.client.application(server.app_id)
    assert _claims(tenant.sent[-1])["nonce"] == "of-the-api"
    tenant.http.close()


def _with_nonce(answer: Any) -> Any:
    if answer.status_code == 401:
        answer.headers["DPoP-Nonce"] = "of-the-api"
    return answer


def _claims(request: requests.PreparedRequest) -> dict[str, Any]:
    part = str(request.headers["DPoP"]).split(".")[1]
    claims: dict[str, Any] = json.loads(base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)))
    return claims


def test_the_heavy_part_is_loaded_only_where_it_is_wanted() -> None:
    program = "import sys, functions.okta.sign_in; print('cryptography' in sys.modules)"
    ran = subprocess.run([sys.executable, "-c", program], check=True, capture_output=True, text=True)
    assert ran.stdout.strip() == "False"
