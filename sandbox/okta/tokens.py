"""Who may call: the administrator's API token, and access tokens of service apps. Okta: "OAuth for Okta"."""

import base64
import json
import secrets
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import padding
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicNumbers

from sandbox.okta.dpop import Asked, Proofs
from sandbox.okta.errors import OAuthError, invalid_token, no_permission
from sandbox.okta.ids import new_id
from sandbox.okta.logevent import Ref
from sandbox.okta.organization import Organization
from sandbox.okta.records import ServiceApp

LIFETIME = timedelta(hours=1)
_BEARER = "urn:ietf:params:oauth:client-assertion-type:jwt-bearer"


@dataclass(frozen=True)
class Caller:
    """Who calls: the name for the System Log, and a key to count requests by. `scopes` None: everything."""

    actor: Ref
    token: str
    scopes: frozenset[str] | None

    def require(self, scope: str | None) -> None:
        """Raises OktaError 403."""
        if scope is not None and self.scopes is not None and scope not in self.scopes:
            raise no_permission()


@dataclass(frozen=True)
class _Issued:
    app: ServiceApp
    scopes: frozenset[str]
    expires: datetime
    bound_to: str | None = None


class Tokens:
    """Service apps, and the access tokens issued to them."""

    def __init__(self, organization: Organization) -> None:
        self._org = organization
        self._apps: dict[str, ServiceApp] = {}
        self._issued: dict[str, _Issued] = {}
        self._used: set[str] = set()
        self._proofs = Proofs(organization.now)

    def add_service_app(
        self,
        label: str,
        jwks: list[dict[str, str]],
        scopes: frozenset[str],
        *,
        demands_proof: bool = False,
    ) -> ServiceApp:
        """A service app with its public keys and the scopes an administrator granted."""
        app = ServiceApp(new_id("0oa"), label, jwks, scopes, demands_proof)
        with self._org.lock:
            self._apps[app.client_id] = app
        return app

    def caller(self, authorization: str | None, asked: Asked | None = None) -> Caller:
        """Raises OktaError 401 for a token that is missing, unknown, expired or without its proof."""
        scheme, _, token = (authorization or "").partition(" ")
        if scheme == "SSWS" and secrets.compare_digest(token.encode(), self._org.settings.token.encode()):
            return Caller(self._org.administrator, token, None)
        with self._org.lock:
            issued = self._issued.get(token) if scheme in ("Bearer", "DPoP") else None
        if issued is None or issued.expires <= self._org.now():
            raise invalid_token()
        if (issued.bound_to is None) != (scheme == "Bearer"):
            raise invalid_token()
        if issued.bound_to is not None:
            try:
                key = self._proofs.check(asked, token=token)
            except OAuthError as error:
                raise invalid_token() from error
            if key != issued.bound_to:
                raise invalid_token()
        return Caller(issued.app.ref, token, issued.scopes)

    def issue(self, form: dict[str, str], asked: Asked) -> dict[str, Any]:
        """The client credentials grant with private_key_jwt. Raises OAuthError."""
        if form.get("grant_type") != "client_credentials":
            raise OAuthError(400, "unsupported_grant_type", "The grant type is not supported.")
        if form.get("client_assertion_type") != _BEARER:
            raise OAuthError(401, "invalid_client", "A client_assertion of type jwt-bearer is required.")
        with self._org.lock:
            app = self._authenticate(form.get("client_assertion", ""), asked.url)
            bound_to = None
            if app.demands_proof or asked.proof:
                bound_to = self._proofs.check(asked, with_nonce=True)
            scopes = frozenset(form.get("scope", "").split())
            if not scopes:
                raise OAuthError(400, "invalid_scope", "The scope is required.")
            if not scopes <= app.scopes:
                missing = ", ".join(sorted(scopes - app.scopes))
                raise OAuthError(
                    400, "invalid_scope", f"One or more scopes are not granted to the client: {missing}"
                )
            token = secrets.token_urlsafe(48)
            self._issued[token] = _Issued(app, scopes, self._org.now() + LIFETIME, bound_to)
        return {
            "token_type": "DPoP" if bound_to else "Bearer",
            "expires_in": int(LIFETIME.total_seconds()),
            "access_token": token,
            "scope": " ".join(sorted(scopes)),
        }

    def _authenticate(self, assertion: str, audience: str) -> ServiceApp:
        header, claims = _part(assertion, 0), _part(assertion, 1)
        app = self._apps.get(str(claims.get("iss")))
        if app is None or claims.get("sub") != app.client_id:
            raise _refused("iss and sub must be the client_id of a service app.")
        if header.get("alg") != "RS256" or not any(
            _signed(assertion, jwk) for jwk in _candidates(app, header)
        ):
            raise _refused("The client_assertion signature is invalid.")
        _check_claims(claims, audience, self._org.now())
        self._use(claims)
        return app

    def _use(self, claims: dict[str, Any]) -> None:
        """An assertion with a jti is good once."""
        if "jti" in claims:
            once = f"{claims['iss']} {claims['jti']}"
            if once in self._used:
                raise _refused("The client_assertion token has already been used.")
            self._used.add(once)


def _check_claims(claims: dict[str, Any], audience: str, now: datetime) -> None:
    stated = claims.get("aud")
    if audience not in (stated if isinstance(stated, list) else [stated]):
        raise _refused(f"The audience claim must be {audience}.")
    expires = claims.get("exp")
    if not isinstance(expires, int | float) or expires <= now.timestamp():
        raise _refused("The client_assertion token is expired.")
    if expires > (now + LIFETIME).timestamp() + 1:
        raise _refused("The client_assertion token has an expiration too far into the future.")


def _candidates(app: ServiceApp, header: dict[str, Any]) -> list[dict[str, str]]:
    return [jwk for jwk in app.jwks if "kid" not in header or jwk.get("kid") in (None, header["kid"])]


def _signed(assertion: str, jwk: dict[str, str]) -> bool:
    body, _, signature = assertion.rpartition(".")
    number = {name: int.from_bytes(_decode(jwk[name]), "big") for name in ("n", "e")}
    key = RSAPublicNumbers(number["e"], number["n"]).public_key()
    try:
        key.verify(_decode(signature), body.encode(), padding.PKCS1v15(), hashes.SHA256())
    except (InvalidSignature, ValueError):  # ValueError: the signature is not even base64
        return False
    return True


def _part(assertion: str, index: int) -> dict[str, Any]:
    parts = assertion.split(".")
    if len(parts) != 3:
        raise _refused("The client_assertion is not a JSON Web Token.")
    try:
        part = json.loads(_decode(parts[index]))
    except ValueError as error:
        raise _refused("The client_assertion is not a JSON Web Token.") from error
    if not isinstance(part, dict):
        raise _refused("The client_assertion is not a JSON Web Token.")
    return part


def _decode(text: str) -> bytes:
    return base64.urlsafe_b64decode(text + "=" * (-len(text) % 4))


def _refused(description: str) -> OAuthError:
    return OAuthError(401, "invalid_client", description)
