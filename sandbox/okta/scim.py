"""The SCIM client of Okta's provisioning, in the dialect that AWS documents for Identity Center."""

from typing import Any
from urllib.parse import quote

import requests

from sandbox.okta.records import Person

_PATCH = "urn:ietf:params:scim:api:messages:2.0:PatchOp"
_USER = "urn:ietf:params:scim:schemas:core:2.0:User"
_GROUP = "urn:ietf:params:scim:schemas:core:2.0:Group"
_TIMEOUT = 30.0
MEMBERS_AT_ONCE = 100


class ScimError(Exception):
    """Identity Center refused, or did not answer."""


class ScimClient:
    """One SCIM endpoint with its bearer token. Every method raises ScimError."""

    def __init__(self, url: str, token: str) -> None:
        self._url = url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/scim+json"}

    def find_user(self, user_name: str) -> str | None:
        """The Identity Store's id of the user, if there is one."""
        return self._find("Users", f'userName eq "{user_name}"')

    def create_user(self, person: Person, user_name: str) -> str:
        """The id of the new user; ExternalId holds the Okta user id."""
        body = {
            "schemas": [_USER],
            "externalId": person.id,
            "userName": user_name,
            "name": {
                "givenName": person.profile.get("firstName") or person.login,
                "familyName": person.profile.get("lastName") or person.login,
            },
            "displayName": person.name,
            "emails": [{"value": person.profile["email"], "type": "work", "primary": True}],
            "active": True,
        }
        return str(self._call("POST", "/Users", body)["id"])

    def set_active(self, user_id: str, active: bool) -> None:
        """Switch the user on or off; AWS documents the value as a string."""
        operation = {"op": "replace", "path": "active", "value": str(active).lower()}
        self._call("PATCH", f"/Users/{quote(user_id)}", {"schemas": [_PATCH], "Operations": [operation]})

    def find_group(self, name: str) -> str | None:
        """The Identity Store's id of the group, if there is one."""
        return self._find("Groups", f'displayName eq "{name}"')

    def create_group(self, name: str, okta_id: str) -> str:
        """The id of the new, empty group."""
        body = {"schemas": [_GROUP], "displayName": name, "externalId": okta_id, "members": []}
        return str(self._call("POST", "/Groups", body)["id"])

    def change_members(self, group_id: str, operation: str, user_ids: list[str]) -> None:
        """Add or remove members, at most 100 a request, as AWS allows."""
        for start in range(0, len(user_ids), MEMBERS_AT_ONCE):
            value = [{"value": user_id} for user_id in user_ids[start : start + MEMBERS_AT_ONCE]]
            change = {"op": operation, "path": "members", "value": value}
            self._call("PATCH", f"/Groups/{quote(group_id)}", {"schemas": [_PATCH], "Operations": [change]})

    def _find(self, kind: str, expression: str) -> str | None:
        found = self._call("GET", f"/{kind}", None, {"filter": expression}).get("Resources") or []
        return str(found[0]["id"]) if found else None

    def _call(
        self, method: str, path: str, body: dict[str, Any] | None, params: dict[str, str] | None = None
    ) -> dict[str, Any]:
        with requests.Session() as session:
            session.trust_env = False
            try:
                answer = session.request(
                    method,
                    self._url + path,
                    headers=self._headers,
                    json=body,
                    params=params,
                    timeout=_TIMEOUT,
                )
            except requests.RequestException as error:
                raise ScimError(f"{method} {path}: {type(error).__name__}") from error
        if not answer.ok:
            raise ScimError(f"{method} {path}: HTTP {answer.status_code} {answer.text[:200]}")
        return dict(answer.json()) if answer.content else {}
