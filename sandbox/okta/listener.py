"""A threaded HTTP/1.1 server on loopback for one WSGI application."""

import threading
from collections.abc import Callable, Iterable
from typing import Any

from werkzeug.serving import WSGIRequestHandler, make_server

from sandbox.ports import LOOPBACK, listen

_POLL_SECONDS = 0.05
WsgiApp = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]


class _Handler(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    # Headers and body are written one after the other: without this an answer may wait for an ACK.
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """A stand-in's requests are counted, not logged."""


class Listener:
    """Serves from construction until `close`. A port that is taken is replaced by a free one."""

    def __init__(self, app: WsgiApp, port: int, name: str) -> None:
        with listen(port) as door:
            self._server = make_server(
                LOOPBACK, 0, app, threaded=True, request_handler=_Handler, fd=door.fileno()
            )
        self.url = f"http://{LOOPBACK}:{self._server.port}"
        self._thread = threading.Thread(
            target=self._server.serve_forever, args=(_POLL_SECONDS,), name=name, daemon=True
        )
        self._thread.start()

    def close(self) -> None:
        """Stop accepting and free the port."""
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
