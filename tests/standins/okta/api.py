"""Okta's API as a client calls it."""

from typing import Any

import requests

from sandbox.okta import OktaServer

DEACTIVATE = "user.lifecycle.deactivate"


class Api:
    """Calls with the administrator's token, or with another Authorization header."""

    def __init__(self, server: OktaServer, authorization: str | None = None) -> None:
        self.server = server
        self.session = requests.Session()
        self.session.headers["Authorization"] = authorization or f"SSWS {server.token}"

    def __call__(self, method: str, path: str, body: Any = None, **params: str) -> requests.Response:
        url = path if path.startswith("http") else self.server.url + path
        return self.session.request(method, url, json=body, params=params, timeout=30)

    def ok(self, method: str, path: str, body: Any = None, **params: str) -> Any:
        """The JSON of an answer that has to be a success (None where it has no body)."""
        answer = self(method, path, body, **params)
        assert answer.ok, f"{method} {path}: {answer.status_code} {answer.text}"
        return answer.json() if answer.content else None

    def log(self, event_type: str) -> list[dict[str, Any]]:
        """The System Log's events of one type, oldest first."""
        found: list[dict[str, Any]] = self.ok(
            "GET", "/api/v1/logs", filter=f'eventType eq "{event_type}"', limit="1000"
        )
        return found

    def register(self, uri: str, *types: str, verify: bool = True, secret: str = "s3cret") -> str:
        """An event hook; its id."""
        hook = self.ok("POST", "/api/v1/eventHooks", hook_body(uri, *types, secret=secret))
        if verify:
            self.ok("POST", f"/api/v1/eventHooks/{hook['id']}/lifecycle/verify")
        return str(hook["id"])


def hook_body(uri: str, *types: str, secret: str | None = "s3cret", name: str = "ostiary") -> dict[str, Any]:
    """A registration as Okta documents it."""
    scheme = {"type": "HEADER", "key": "Authorization"} | ({"value": secret} if secret else {})
    return {
        "name": name,
        "events": {"type": "EVENT_TYPE", "items": list(types or (DEACTIVATE,))},
        "channel": {"type": "HTTP", "version": "1.0.0", "config": {"uri": uri, "authScheme": scheme}},
    }
