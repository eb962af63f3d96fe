"""The Okta stand-in: users, groups, the AWS app, keys, System Log and event hooks, over HTTP on loopback.

What it serves and what it makes up is in README.md beside this file.
"""

from collections.abc import Iterator
from contextlib import contextmanager

from sandbox.faults import FaultBoard
from sandbox.okta import api_apps, api_groups, api_hooks, api_rest, api_sandbox, api_users
from sandbox.okta.certificates import jwk_of
from sandbox.okta.listener import Listener
from sandbox.okta.model import Model
from sandbox.okta.settings import Chaos, Settings
from sandbox.okta.web import Route, Web

__all__ = ["ROUTES", "Chaos", "OktaServer", "Settings", "jwk_of", "serve"]

ROUTES: tuple[Route, ...] = (
    *api_users.ROUTES,
    *api_groups.ROUTES,
    *api_apps.ROUTES,
    *api_hooks.ROUTES,
    *api_rest.ROUTES,
    *api_sandbox.ROUTES,
)


class OktaServer:
    """A running stand-in. `model` fills it and reads it back, `faults` makes it fail."""

    def __init__(self, port: int, settings: Settings) -> None:
        self.faults = FaultBoard()
        self.model = Model(settings)
        self.token = settings.token
        self.app_id = settings.app_id
        self._listener = Listener(Web(self.model, self.faults, ROUTES), port, "okta")
        self.url = self._listener.url
        self.model.organization.base_url = self.url

    def close(self) -> None:
        """Stop serving, end the threads."""
        self._listener.close()
        self.model.close()


@contextmanager
def serve(port: int = 0, *, settings: Settings | None = None) -> Iterator[OktaServer]:
    """An Okta stand-in on 127.0.0.1: on `port`, or on another one if that is taken or 0."""
    server = OktaServer(port, settings or Settings())
    try:
        yield server
    finally:
        server.close()
