"""Identity Center's SCIM endpoint, tried with a token: is it there, and does it still let one in?"""

import json
from dataclasses import dataclass

import requests

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to wait for the answer."""

SHAPE = '{"url": "https://scim.<region>.amazonaws.com/<id>/scim/v2", "token": "..."}'


class ScimSecretError(ValueError):
    """The SCIM secret is not of the one known shape. The message never shows it."""


@dataclass(frozen=True)
class ScimAnswer:
    """HTTP status, or None with the reason why there is no answer."""

    status: int | None
    trouble: str = ""


def try_endpoint(secret: str, http: requests.Session) -> ScimAnswer:
    """Look for a user who does not exist, which changes nothing. Raises ScimSecretError.

    IAM Identity Center SCIM Implementation Developer Guide, "ListUsers".
    """
    try:
        fields = json.loads(secret)
        url, token = str(fields["url"]).rstrip("/"), str(fields["token"])
    except (KeyError, TypeError, ValueError):
        # Not chained: the exception holds the secret.
        raise ScimSecretError(f"the SCIM secret must be {SHAPE}") from None
    try:
        answer = http.get(
            f"{url}/Users",
            params={"filter": 'userName eq "ostiary-watch"'},
            headers={"Authorization": f"Bearer {token}"},
            timeout=TIMEOUT,
            allow_redirects=False,
        )
    except requests.RequestException as error:
        return ScimAnswer(None, type(error).__name__)
    return ScimAnswer(answer.status_code, answer.reason or "")
