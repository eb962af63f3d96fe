"""The identity plane on a port of the loopback interface."""

import secrets
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import NO_CONTENT
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Response

from sandbox.faults import FaultBoard
from sandbox.identity.app import App
from sandbox.identity.outbox import Emit, Outbox
from sandbox.identity.scim import PATH
from sandbox.identity.settings import MANAGEMENT_ACCOUNT, Settings
from sandbox.identity.state import State
from sandbox.ports import LOOPBACK, listen

SETTLE_SECONDS = 30.0
_POLL_SECONDS = 0.02
"""How soon `close` is noticed."""
_DEFAULTS = Settings()


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are written one after the other: without this each answer waits for an acknowledgement.
    disable_nagle_algorithm = True

    def run_wsgi(self) -> None:
        """Answer one request and keep the connection open.

        werkzeug's own way closes it, in case the body was not read; the App always reads it.
        """
        response = Response.from_app(self.server.app, self.make_environ(), buffered=True)
        body = response.get_data()
        self.send_response(response.status_code)
        for name, value in response.headers:
            if name != "Content-Length":
                self.send_header(name, value)
        if response.status_code != NO_CONTENT:
            self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing: the calls are counted."""


class IdentityServer:
    """A running identity plane: organizations, sso-admin, identitystore, account-access, and SCIM."""

    management_account = MANAGEMENT_ACCOUNT

    def __init__(self, port: int, settings: Settings, emit: Emit | None) -> None:
        self.faults = FaultBoard()
        self.scim_token = settings.scim_token or secrets.token_urlsafe(32)
        self._outbox = Outbox(emit)
        self._state = State(settings, self._outbox)
        app = App(self._state, self.faults, self.scim_token)
        with listen(port) as door:
            self._server = make_server(
                LOOPBACK, 0, app, threaded=True, request_handler=_Handler, fd=door.fileno()
            )
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name="identity", daemon=True
        )
        self._thread.start()

    @property
    def url(self) -> str:
        """For boto3's `endpoint_url`."""
        return f"http://{LOOPBACK}:{self._server.port}"

    @property
    def scim_url(self) -> str:
        """What the identity provider is told."""
        return f"{self.url}{PATH}"

    @property
    def state(self) -> State:
        """What it holds, for whoever wants to see it otherwise than AWS's API can make it."""
        return self._state

    @property
    def emit(self) -> Emit | None:
        """Who gets the events; may be replaced at any time. None: nobody."""
        return self._outbox.emit

    @emit.setter
    def emit(self, emit: Emit | None) -> None:
        self._outbox.emit = emit

    @property
    def undelivered(self) -> list[BaseException]:
        """What `emit` raised so far."""
        return list(self._outbox.failures)

    def settle(self, timeout: float = SETTLE_SECONDS) -> None:
        """Wait until every request is done and every event delivered. Raises TimeoutError."""
        if not self._state.later.settle(timeout):
            raise TimeoutError(f"the identity plane did not settle within {timeout:.0f} s")
        self._outbox.drain(timeout)

    def close(self) -> None:
        """Stop listening; drop what is not due yet, deliver the events that happened."""
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()
        self._state.later.close()
        self._outbox.close()


@contextmanager
def serve(
    port: int = 0,
    *,
    settings: Settings = _DEFAULTS,
    emit: Emit | None = None,
) -> Iterator[IdentityServer]:
    """An identity plane on `port`, or on another where that is taken or 0."""
    server = IdentityServer(port, settings, emit)
    try:
        yield server
    finally:
        server.close()
