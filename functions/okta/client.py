"""The Okta API, as far as Ostiary needs it."""

import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import quote, urlsplit

import requests

from functions.okta.errors import OktaAnswerError, OktaNotFoundError
from functions.okta.sign_in import SignIn
from functions.okta.transport import PATIENCE, TIMEOUT, Retrier, checked_base_url, raise_for_refusal


@dataclass(frozen=True)
class Page:
    """One page of a list. `next` is the whole address of the next one: keep it as it is, never build it.

    `remaining` is how many requests the rate limit still has in its window, where Okta says so.
    """

    items: tuple[Mapping[str, Any], ...]
    next: str | None
    remaining: int | None = None


@dataclass(frozen=True)
class Organization:
    """Okta's own clock, to the second, and the address of its custom domain, if it has one."""

    clock: datetime
    custom_domain: str | None


class OktaClient:
    """One Okta tenant.

    Every method raises an OktaError, whose kind says whether later, other rights, or another request
    would help (functions.okta.errors). A call takes `patience` and one time-out, in seconds, at most.
    """

    def __init__(
        self,
        base_url: str,
        sign_in: SignIn,
        http: requests.Session,
        *,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
        patience: float = PATIENCE,
    ) -> None:
        self._base_url = checked_base_url(base_url)
        self._sign_in = sign_in
        self._http = http
        self._retrier = Retrier(sleep, now, patience)

    def clear_sessions(self, user_id: str) -> bool:
        """End all Okta sessions of a person, OAuth tokens and remembered devices included.

        False if Okta knows no such person (any more), who then has no session either. Okta API, "Revoke
        all user sessions"; scope okta.users.manage.
        """
        try:
            self._call(
                "DELETE",
                f"/api/v1/users/{quote(user_id, safe='')}/sessions",
                {"oauthTokens": "true", "forgetDevices": "true"},
            )
        except OktaNotFoundError:
            return False
        return True

    def application(self, app_id: str) -> Mapping[str, Any]:
        """The app; the key that signs is `credentials.signing.kid`. Scope okta.apps.read."""
        return self.record(f"/api/v1/apps/{quote(app_id, safe='')}")

    def application_keys(self, app_id: str) -> tuple[Mapping[str, Any], ...]:
        """All signing keys of the app: kid, created, expiresAt, x5c. Scope okta.apps.read."""
        return tuple(self.get(f"/api/v1/apps/{quote(app_id, safe='')}/credentials/keys"))

    def saml_metadata(self, app_id: str, kid: str | None = None) -> str:
        """The identity provider metadata (XML) as service providers read it. Scope okta.apps.read."""
        return self._call(
            "GET",
            f"/api/v1/apps/{quote(app_id, safe='')}/sso/saml/metadata",
            {"kid": kid} if kid else {},
            accept="application/xml",
        ).text

    def organization(self) -> Organization:
        """What Okta says of itself to anybody: its clock, and its custom domain. Needs no scope.

        Okta API, "Retrieve the org metadata".
        """
        path = "/.well-known/okta-organization"
        answer = self._call("GET", path)
        body = _json(path, answer)
        links = body.get("_links") if isinstance(body, dict) else None
        alternate = links.get("alternate") if isinstance(links, dict) else None
        address = alternate.get("href") if isinstance(alternate, dict) else None
        try:
            clock = parsedate_to_datetime(answer.headers["Date"])
        except (KeyError, ValueError) as error:
            raise OktaAnswerError(f"GET {path}: Okta's answer does not say when it was given") from error
        return Organization(clock.astimezone(UTC), address if isinstance(address, str) else None)

    def prove_sign_in(self) -> None:
        """Have a token for the scopes, as a call would. Raises OktaRefusedError where one is not granted.

        An API token has no scopes, so there is nothing to prove until it is used.
        """
        self._sign_in.prove()

    def record(self, path: str) -> Mapping[str, Any]:
        """One object. Raises OktaAnswerError where Okta answers something else."""
        body = _json(path, self._call("GET", path))
        if not isinstance(body, dict):
            raise OktaAnswerError(f"GET {path}: an object was expected, Okta answered something else")
        return body

    def get(self, path: str, params: Mapping[str, str] | None = None) -> Iterator[Mapping[str, Any]]:
        """The items of a list, page after page as they are consumed. Ends where there is no next page.

        Not for the System Log's polling form, which always has a next page: use `page`.
        """
        page = self.page(path, params)
        yield from page.items
        while page.next:
            page = self.page(page.next)
            yield from page.items

    def page(self, where: str, params: Mapping[str, str] | None = None) -> Page:
        """One page of a list; `where` is a path, or the `next` of an earlier page."""
        answer = self._call("GET", where, params)
        body = _json(where, answer)
        if not isinstance(body, list):
            raise OktaAnswerError(f"GET {where}: a list was expected, Okta answered something else")
        remaining = answer.headers.get("X-Rate-Limit-Remaining", "")
        return Page(
            tuple(body),
            answer.links.get("next", {}).get("url"),
            int(remaining) if remaining.isdecimal() else None,
        )

    def change(self, method: str, path: str, body: Mapping[str, Any] | None = None) -> Mapping[str, Any]:
        """POST, PUT or DELETE something, and what Okta answers: the object as it is now, or nothing."""
        answer = self._call(method, path, body=body)
        if not answer.content:
            return {}
        shown = _json(path, answer)
        if not isinstance(shown, dict):
            raise OktaAnswerError(f"{method} {path}: an object was expected, Okta answered something else")
        return shown

    def _call(
        self,
        method: str,
        where: str,
        params: Mapping[str, str] | None = None,
        *,
        accept: str = "application/json",
        body: Mapping[str, Any] | None = None,
    ) -> requests.Response:
        url = self._url(where)
        what = f"{method} {urlsplit(url).path}"

        def send() -> requests.Response:
            return self._http.request(
                method,
                url,
                params=params,
                json=body,
                headers={"Accept": accept},
                auth=self._sign_in,
                timeout=TIMEOUT,
                allow_redirects=False,
            )

        answer = self._retrier.send(what, send)
        if answer.status_code == 401 and self._sign_in.renew():
            answer = self._retrier.send(what, send)
        raise_for_refusal(what, answer)
        return answer

    def _url(self, where: str) -> str:
        """Raises OktaAnswerError for a link that leads elsewhere: the token must not follow it."""
        if where.startswith("/"):
            return self._base_url + where
        if not where.startswith(f"{self._base_url}/"):
            raise OktaAnswerError(f"a link leads away from {self._base_url}: {urlsplit(where).netloc}")
        return where


def _json(where: str, answer: requests.Response) -> Any:
    try:
        return answer.json()
    except ValueError as error:
        raise OktaAnswerError(f"GET {where}: the answer is no JSON") from error
