"""DynamoDB, IAM, EventBridge, Secrets Manager, STS over HTTP: moto behind a fault board, and no deploy."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from http import HTTPStatus
from io import BytesIO
from threading import Thread
from typing import Any

from moto.core.base_backend import BackendDict
from moto.dynamodb.models import dynamodb_backends
from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import WSGIRequestHandler, make_server
from werkzeug.wrappers import Request, Response

from sandbox.faults import Failure, FaultBoard

_SERVICE = re.compile(r"Credential=[^/]+/\d{8}/[^/]+/(?P<service>[^/]+)/aws4_request")

PEOPLE = frozenset({"PERSON", "AUDIT", "OPEN", "LOSS"})
"""What is about somebody in the ledger's table: the beginning of pk (functions.aws.ledger)."""


class _Quiet(WSGIRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True

    def log(self, type: str, message: str, *args: Any) -> None:
        """Say nothing."""


class Cloud:
    """One running server; `url` is boto3's endpoint. moto's state is the process's, empty at the start."""

    def __init__(self) -> None:
        self.faults = FaultBoard()
        self.told: list[dict[str, Any]] = []
        """The findings that reached the bus, in their order."""
        self._moto = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True, request_handler=_Quiet)
        self.url = f"http://127.0.0.1:{self._server.port}"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)
        self._thread.start()

    def forget(self, table: str, account: str, region: str) -> None:
        """Nobody is in the ledger any more. moto copies all of a table for each transaction."""
        self.told.clear()
        items: dict[Any, Any] = dynamodb_backends[account][region].tables[table].items
        for key in [key for key in items if key.value.partition("#")[0] in PEOPLE]:
            del items[key]

    def close(self) -> None:
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _answer(self, environ: dict[str, Any], start_response: Any) -> Any:
        request = Request(environ, populate_request=False)
        body = request.get_data()
        found = _SERVICE.search(request.headers.get("Authorization", ""))
        operation = request.headers.get("X-Amz-Target", "").rpartition(".")[2] or _action(body)
        failure = self.faults.meet(found["service"] if found else "", operation)
        if failure:
            return _failed(failure, query=b"Action=" in body)(environ, start_response)
        if operation == "PutEvents":
            self.told += [json.loads(entry["Detail"]) for entry in json.loads(body)["Entries"]]
        return self._moto(environ | {"wsgi.input": BytesIO(body)}, start_response)


def _action(body: bytes) -> str:
    found = re.search(rb"Action=(\w+)", body)
    return found[1].decode() if found else ""


def _failed(failure: Failure, *, query: bool) -> Response:
    """In the service's own protocol: XML for IAM and STS, JSON for the others."""
    if query:
        said = f"<Code>{failure.error}</Code><Message>told to</Message>"
        text = f"<ErrorResponse><Error>{said}</Error></ErrorResponse>"
        return Response(text, failure.status, content_type="text/xml")
    phrase = HTTPStatus(failure.status).phrase
    text = f'{{"__type": "{failure.error}", "message": "{phrase}"}}'
    return Response(text, failure.status, content_type="application/x-amz-json-1.1")


@contextmanager
def serve() -> Iterator[Cloud]:
    """A cloud with nothing in it."""
    BackendDict.reset()
    cloud = Cloud()
    try:
        yield cloud
    finally:
        cloud.close()
