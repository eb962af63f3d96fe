"""A rotation between the real hook, over HTTP, moto's Secrets Manager and the Okta stand-in."""

import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import boto3
import pytest
import requests
from aws_lambda_powertools import Logger
from moto import mock_aws

from functions.aws.rotating_secret import RotatingSecret
from functions.aws.secrets import SecretVersions
from functions.bus import BusEvent
from functions.hook.door import Door
from functions.okta.client import OktaClient
from functions.okta.event_hook import EventHook, Identity, Registrar
from functions.okta.event_types import CONSUMED
from functions.okta.sign_in import ApiToken
from functions.rotate.rotation import Rotation
from sandbox import okta
from sandbox.okta.logevent import Occurrence, Ref

NAME = "ostiary/hook"
IDENTITY = Identity("123456789012", "eu-west-1")


class Bus:
    def __init__(self) -> None:
        self.uuids: list[str] = []

    def put(self, events: Sequence[BusEvent]) -> None:
        self.uuids += [event.detail["uuid"] for event in events]


@dataclass
class Place:
    """Everything that takes part, and how many requests the hook refused."""

    tenant: okta.OktaServer
    secret: RotatingSecret
    registrar: Registrar
    bus: Bus
    uri: str
    refused: list[int] = field(default_factory=list)
    slept: list[float] = field(default_factory=list)
    emitted: list[str] = field(default_factory=list)
    seconds: float = 0.0
    reachable: bool = True

    def connect(self) -> EventHook:
        version = self.secret.versions().current
        return self.registrar.install(self.uri, self.secret.value(version), version.id)

    def rotation(self) -> Rotation:
        return Rotation(self.secret, self.registrar, now=self.now, sleep=self.sleep)

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self.seconds)

    def sleep(self, seconds: float) -> None:
        """Time passes for the hook's memory as well, and Okta delivers meanwhile."""
        self.slept.append(seconds)
        self.deliver()
        self.seconds += seconds
        self.deliver()

    def deliver(self) -> None:
        """Somebody is suspended; wait until Okta is done with it."""
        organization = self.tenant.model.organization
        kim = (Ref("00uKim", "User", "kim@example.com", "Kim"),)
        what = Occurrence("user.lifecycle.suspend", "", organization.administrator, kim, "/")
        self.emitted.append(organization.record(what)["uuid"])
        assert self.tenant.model.deliveries.drain(10)

    def hooks(self) -> list[EventHook]:
        return self.registrar.ours(self.uri)


@pytest.fixture
def place(monkeypatch: pytest.MonkeyPatch) -> Iterator[Place]:
    """A hook whose secret is a day old, registered nowhere yet."""
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    with mock_aws(), okta.serve() as tenant, requests.Session() as http:
        manager = boto3.client("secretsmanager", region_name="eu-west-1")
        manager.create_secret(Name=NAME, SecretString="the-first-secret")
        client = OktaClient(tenant.url, ApiToken(tenant.token), http)
        bus = Bus()
        made = Place(tenant, RotatingSecret(manager, NAME), Registrar(client, IDENTITY, CONSUMED), bus, "")
        versions = SecretVersions(manager, NAME, now=lambda: made.seconds)
        door = Door(versions, bus, CONSUMED, count=lambda *_: None, log=Logger(service="rotate-test"))
        server = _serve(door, made)
        made.uri = f"http://127.0.0.1:{server.server_port}/okta/events"
        yield made
        server.shutdown()
        server.server_close()


def _serve(door: Door, place: Place) -> ThreadingHTTPServer:
    class Handler(BaseHTTPRequestHandler):
        def _answer(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            event = {"httpMethod": self.command, "headers": dict(self.headers), "body": body}
            answer: dict[str, Any] = {"statusCode": 503, "body": ""}
            if place.reachable:
                answer = door.answer(event)
            if answer["statusCode"] >= 400:
                place.refused.append(answer["statusCode"])
            raw = answer["body"].encode()
            self.send_response(answer["statusCode"])
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            self.wfile.write(raw)

        do_GET = do_POST = _answer  # noqa: N815 - the names that http.server looks for

        def log_message(self, format: str, *args: object) -> None:
            """Tests read `refused`."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True).start()
    return server
