"""An event hook's endpoint, scripted."""

import json
import threading
import time
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, Self


@dataclass
class Received:
    """One request: its method, headers (lower-case names) and JSON body."""

    method: str
    headers: dict[str, str]
    body: Any
    at: float


@dataclass
class Endpoint:
    """Answers each POST with the next of `answers`, (status, seconds of delay), with 204 when none is left.

    With a `gate` every POST waits until it is open.
    """

    echo: bool = True
    answers: list[tuple[int, float]] = field(default_factory=list)
    verification_delay: float = 0.0
    gate: threading.Event | None = None
    received: list[Received] = field(default_factory=list)

    def __enter__(self) -> Self:
        endpoint = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                endpoint.take(self)
                time.sleep(endpoint.verification_delay)
                challenge = (
                    self.headers["x-okta-verification-challenge"] if endpoint.echo else "something else"
                )
                body = json.dumps({"verification": challenge}).encode()
                self.send_response(200)
                self.send_header("Content-Length", str(len(body)))
                self.end_headers()
                self.wfile.write(body)

            def do_POST(self) -> None:
                status, delay = endpoint.take(self)
                time.sleep(delay)
                if endpoint.gate is not None:
                    endpoint.gate.wait(10)
                self.send_response(status)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def handle(self) -> None:
                try:
                    super().handle()
                except ConnectionError:
                    self.close_connection = True

            def log_message(self, format: str, *args: Any) -> None:
                """Tests read `received`."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, daemon=True)
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def take(self, request: BaseHTTPRequestHandler) -> tuple[int, float]:
        """Note one request; the answer it gets."""
        length = int(request.headers.get("Content-Length") or 0)
        body = json.loads(request.rfile.read(length)) if length else None
        headers = {name.lower(): value for name, value in request.headers.items()}
        self.received.append(Received(str(request.command), headers, body, time.monotonic()))
        if request.command == "POST" and self.answers:
            return self.answers.pop(0)
        return 204, 0.0

    @property
    def port(self) -> int:
        """Where it listens."""
        return self._server.server_port

    @property
    def url(self) -> str:
        """Its address."""
        return f"http://127.0.0.1:{self.port}/okta/events"

    @property
    def posts(self) -> list[Received]:
        """The deliveries, retries included."""
        return [request for request in self.received if request.method == "POST"]

    @property
    def events(self) -> list[dict[str, Any]]:
        """The LogEvents of all deliveries."""
        return [event for post in self.posts for event in post.body["data"]["events"]]
