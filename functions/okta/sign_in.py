"""How a call to Okta proves who calls: an API token, or a service app.

Each way is a `requests` authenticator, so it sees the method and address of every request that it signs.
"""

import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import requests
from requests.auth import AuthBase

from functions.okta.assertion import ASSERTION_TYPE, Signer, client_assertion
from functions.okta.errors import OktaAnswerError, OktaRefusedError
from functions.okta.transport import PATIENCE, TIMEOUT, Retrier, checked_base_url, oauth_error, summary

if TYPE_CHECKING:
    from functions.okta.dpop import Prover

RENEW_BEFORE = 120
"""A token with fewer seconds to live is not used any more, so that none expires on its way."""

PROOF_ROUNDS = 2
"""One to learn that proof is demanded, one to learn the nonce that must be in it."""


class SignIn(AuthBase):
    """A way to sign in."""

    def renew(self) -> bool:
        """Okta answered 401: forget what is cached. True if another attempt may do better."""
        raise NotImplementedError

    def prove(self) -> None:
        """Raise OktaRefusedError where no sign-in is to be had; where only use can tell, do nothing."""


class ApiToken(SignIn):
    """A long-lived API token (Okta, "Create an API token": scheme SSWS)."""

    def __init__(self, token: str) -> None:
        self._token = token

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        r.headers["Authorization"] = f"SSWS {self._token}"
        return r

    def renew(self) -> bool:
        """A refused API token stays refused."""
        return False


class ServiceApp(SignIn):
    """An OAuth 2.0 service app: client_credentials with private_key_jwt, RS256.

    The access token is kept until shortly before it expires. Times are epoch seconds.
    """

    def __init__(
        self,
        base_url: str,
        client_id: str,
        sign: Signer,
        scopes: Sequence[str],
        http: requests.Session,
        *,
        key_id: str | None = None,
        patience: float = PATIENCE,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._token_url = f"{checked_base_url(base_url)}/oauth2/v1/token"
        self._retrier = Retrier(sleep, now, patience)
        self._client_id = client_id
        self._sign = sign
        self._scope = " ".join(scopes)
        self._http = http
        self._key_id = key_id
        self._now = now
        self._token = ""
        self._expires_at = 0.0
        self._prover: Prover | None = None
        self._bound = False
        self._token_nonce: str | None = None
        self._api_nonce: str | None = None

    def __call__(self, r: requests.PreparedRequest) -> requests.PreparedRequest:
        self.prove()
        r.headers["Authorization"] = f"{'DPoP' if self._bound else 'Bearer'} {self._token}"
        if self._bound and self._prover:
            method, url = r.method or "", r.url or ""
            r.headers["DPoP"] = self._prover.proof(method, url, nonce=self._api_nonce, token=self._token)
            r.register_hook("response", self._hear)  # type: ignore[no-untyped-call]  # untyped in its stubs
        return r

    def _hear(self, answer: requests.Response, **_: object) -> None:
        """RFC 9449, section 9: the API may want a value of its own in the proofs that follow."""
        self._api_nonce = answer.headers.get("DPoP-Nonce", self._api_nonce)

    def prove(self) -> None:
        """Okta grants all of the scopes or none."""
        if self._now() >= self._expires_at - RENEW_BEFORE:
            self._fetch()

    def renew(self) -> bool:
        """A revoked token is replaced by a new one."""
        self._expires_at = 0.0
        return True

    def _fetch(self) -> None:
        asked_at = self._now()
        answer = self._retrier.send("POST /oauth2/v1/token", self._ask)
        for _ in range(PROOF_ROUNDS):
            if not self._is_asked_for_proof(answer):
                break
            answer = self._retrier.send("POST /oauth2/v1/token", self._ask)
        if answer.status_code != 200:
            raise OktaRefusedError(
                f"Okta gives service app {self._client_id} no token (HTTP {answer.status_code}: "
                f"{summary(answer)}). Check that the app is active, has this public key, and was granted "
                f"the scopes: {self._scope}"
            )
        try:
            body = answer.json()
            self._token, lifetime = str(body["access_token"]), float(body["expires_in"])
            self._bound = str(body.get("token_type", "")).lower() == "dpop"
        except (KeyError, TypeError, ValueError):
            # Not chained: the exception would carry the body, and with it perhaps a token.
            raise OktaAnswerError(
                f"the token endpoint of Okta answered 200 without a token for {self._client_id}"
            ) from None
        self._expires_at = asked_at + lifetime

    def _is_asked_for_proof(self, answer: requests.Response) -> bool:
        """Whether the tenant demands DPoP, and another attempt would have what it demands.

        Okta, "Configure OAuth 2.0 Demonstrating Proof-of-Possession": without a proof it answers
        invalid_dpop_proof, with one that lacks its nonce use_dpop_nonce, with the nonce in a header.
        """
        if answer.status_code != 400 or oauth_error(answer) not in ("invalid_dpop_proof", "use_dpop_nonce"):
            return False
        if self._prover is None:
            from functions.okta.dpop import Prover  # Its cryptography is heavy, and few tenants want it.

            self._prover = Prover(self._now)
        self._token_nonce = answer.headers.get("DPoP-Nonce", self._token_nonce)
        return True

    def _ask(self) -> requests.Response:
        headers = {"Accept": "application/json"}
        if self._prover:
            headers["DPoP"] = self._prover.proof("POST", self._token_url, nonce=self._token_nonce)
        return self._http.post(
            self._token_url,
            data={
                "grant_type": "client_credentials",
                "scope": self._scope,
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": client_assertion(
                    self._client_id,
                    self._token_url,
                    self._sign,
                    key_id=self._key_id,
                    issued=int(self._now()),
                ),
            },
            headers=headers,
            auth=_unsigned,
            timeout=TIMEOUT,
            allow_redirects=False,
        )


def _unsigned(request: requests.PreparedRequest) -> requests.PreparedRequest:
    """The assertion is in the body; without this, `requests` would look for a password in ~/.netrc."""
    return request
