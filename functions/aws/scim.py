"""Identity Center's SCIM endpoint: the one programmatic way to disable a user, or to enable them again."""

import json
from collections.abc import Callable
from urllib.parse import quote

import requests

TIMEOUT = (3.0, 10.0)
"""Seconds to connect, and to wait for the answer."""

SHAPE = '{"url": "https://scim.<region>.amazonaws.com/<id>/scim/v2", "token": "..."}'


class ScimError(Exception):
    """It is not known whether the user is disabled: the secret, the endpoint or its answer is wrong."""


class Scim:
    """Gateway to the endpoint that a secret of the form SHAPE names; it is read for every call."""

    def __init__(self, secret: Callable[[], str], http: requests.Session) -> None:
        self._secret = secret
        self._http = http

    def set_active(self, user_id: str, active: bool) -> bool:
        """Disable or enable a user; False if there is no such user (any more). Raises ScimError.

        IAM Identity Center SCIM Implementation Developer Guide, "PatchUser".
        """
        url, token = self._opened()
        value = "true" if active else "false"
        try:
            answer = self._http.patch(
                f"{url}/Users/{quote(user_id, safe='')}",
                json={
                    "schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"],
                    "Operations": [{"op": "replace", "path": "active", "value": value}],
                },
                headers={"Authorization": f"Bearer {token}"},
                timeout=TIMEOUT,
                allow_redirects=False,
            )
        except requests.RequestException as error:
            raise ScimError(f"the SCIM endpoint does not answer: {type(error).__name__}") from error
        if answer.status_code == 404:
            return False
        if not answer.ok:
            raise ScimError(f"the SCIM endpoint answers {answer.status_code}: is its token still valid?")
        return True

    def _opened(self) -> tuple[str, str]:
        try:
            fields = json.loads(self._secret())
            return str(fields["url"]).rstrip("/"), str(fields["token"])
        except (KeyError, TypeError, ValueError):
            # Not chained: the exception holds the secret.
            raise ScimError(f"the SCIM secret must be {SHAPE}") from None
