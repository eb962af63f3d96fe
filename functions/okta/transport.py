"""One request to Okta, sent until it has an answer worth reading: time-outs, rate limits, errors."""

import math
from collections.abc import Callable
from email.utils import parsedate_to_datetime
from typing import TypeGuard
from urllib.parse import urlsplit

import requests

from functions.okta.errors import (
    OktaError,
    OktaNotFoundError,
    OktaRefusedError,
    OktaRejectedError,
    OktaThrottledError,
    OktaUnreachableError,
)

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to wait for the answer."""

ATTEMPTS = 4
BACKOFF = 0.5
"""Seconds before the second attempt after a 5xx or a lost connection; doubled each time."""

PATIENCE = 20.0
"""Seconds after which a call is not repeated any more. Okta's rate limits reset every minute."""

LOOPBACK = ("127.0.0.1", "localhost", "::1")


def checked_base_url(base_url: str) -> str:
    """The tenant's address without a trailing slash. Raises OktaError unless a token is safe on it."""
    parts = urlsplit(base_url)
    if not parts.hostname or not (parts.scheme == "https" or parts.hostname in LOOPBACK):
        raise OktaError(
            f"the address of Okta must be https://<your domain>, not {base_url!r}: set OSTIARY_OKTA_URL"
        )
    return base_url.rstrip("/")


def summary(answer: requests.Response) -> str:
    """Okta's own words about an error (Okta, "Error codes"; OAuth's `error_description` likewise)."""
    try:
        body = answer.json()
    except ValueError:
        return answer.reason or "no explanation"
    if not isinstance(body, dict):
        return "no explanation"
    words = [body.get("errorCode") or body.get("error"), body.get("errorSummary")]
    words.append(body.get("error_description"))
    causes = body.get("errorCauses")
    words += [cause.get("errorSummary") for cause in causes or () if isinstance(cause, dict)]
    return " ".join(str(word) for word in words if word) or "no explanation"


def oauth_error(answer: requests.Response) -> str | None:
    """The error code of RFC 6749, section 5.2, where the answer is such an error."""
    try:
        body = answer.json()
    except ValueError:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    return error if isinstance(error, str) else None


class Retrier:
    """Sends a request again where that helps, but begins no attempt later than `patience` seconds."""

    def __init__(self, sleep: Callable[[float], None], now: Callable[[], float], patience: float) -> None:
        self._sleep = sleep
        self._now = now
        self._patience = patience

    def send(self, what: str, send: Callable[[], requests.Response]) -> requests.Response:
        """The first answer that is neither 429 nor 5xx; `what` names the call in errors.

        Raises OktaThrottledError when the rate limit resets later than patience lasts, and
        OktaUnreachableError after the last attempt.
        """
        attempt, began = 1, self._now()
        while True:
            outcome = _attempt(send)
            if isinstance(outcome, requests.Response) and not _is_worth_repeating(outcome):
                return outcome
            wait = self._until_reset(outcome) if _is_throttled(outcome) else BACKOFF * 2 ** (attempt - 1)
            if attempt == ATTEMPTS or self._now() - began + wait > self._patience:
                raise _given_up(what, outcome, wait)
            self._sleep(wait)
            attempt += 1

    def _until_reset(self, answer: requests.Response) -> float:
        """Seconds until the limit resets, by Okta's own clock (Okta, "Rate limit best practices")."""
        try:
            reset = float(answer.headers["X-Rate-Limit-Reset"])
        except (KeyError, ValueError):
            return 1.0
        try:
            then = parsedate_to_datetime(answer.headers["Date"]).timestamp()
        except (KeyError, ValueError):
            then = self._now()
        return max(0.0, math.ceil(reset - then)) + 1.0


def _attempt(send: Callable[[], requests.Response]) -> requests.Response | requests.RequestException:
    try:
        return send()
    except requests.RequestException as error:
        return error


def _is_throttled(outcome: requests.Response | requests.RequestException) -> TypeGuard[requests.Response]:
    return isinstance(outcome, requests.Response) and outcome.status_code == 429


def _is_worth_repeating(answer: requests.Response) -> bool:
    return answer.status_code == 429 or answer.status_code >= 500


def _given_up(what: str, outcome: requests.Response | requests.RequestException, wait: float) -> OktaError:
    if _is_throttled(outcome):
        return OktaThrottledError(
            f"{what}: Okta's rate limit is exhausted for another {wait:.0f} s. Try again then, or raise "
            "this client's share of the limit in Okta",
            retry_after=wait,
        )
    trouble = f"HTTP {outcome.status_code}" if isinstance(outcome, requests.Response) else repr(outcome)
    return OktaUnreachableError(
        f"{what}: no usable answer from Okta ({trouble}). Try again later; see status.okta.com"
    )


def raise_for_refusal(what: str, answer: requests.Response) -> None:
    """Turn a 3xx or 4xx into the error that says what to do."""
    status, words = answer.status_code, summary(answer)
    if status < 300:
        return
    if status == 401:
        raise OktaRefusedError(
            f"{what}: Okta does not accept the sign-in ({words}). Check the credentials secret: an API "
            "token expires after 30 days without use, and with the person who made it"
        )
    if status == 403:
        raise OktaRefusedError(
            f"{what}: the sign-in may not do this ({words}). Grant the service app this call's scope and "
            "an admin role that may do it, or give such a role to the API token's owner"
        )
    if status == 404:
        raise OktaNotFoundError(f"{what}: Okta knows no such thing ({words}). Check the id and the tenant")
    if status < 400:
        raise OktaRejectedError(f"{what}: Okta redirects. OSTIARY_OKTA_URL must be the tenant's own address")
    raise OktaRejectedError(f"{what}: Okta rejects the request with HTTP {status} ({words})")
