"""The watch as it is deployed, over the Okta stand-in and moto, with a clock that a test moves."""

import json
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any, cast

import boto3
import pytest
import requests
from aws_lambda_powertools.utilities.typing import LambdaContext
from cryptography.hazmat.primitives.asymmetric import rsa
from moto import mock_aws

from functions.expiry import handler, wiring
from functions.expiry.trust import Trusted
from functions.finding import Finding, State
from functions.okta import credentials
from functions.okta.event_types import CONSUMED
from functions.policy import AccessPolicy
from sandbox import okta
from tests.unit.expiry.conftest import RUNBOOKS

REGION = "eu-west-1"
_generate = rsa.generate_private_key
_make_client = boto3.client
HOOK_SECRET, OKTA_SECRET, SCIM_SECRET = "ostiary/hook", "ostiary/okta", "ostiary/scim"
TRUST = "ostiary-trust"
MANAGEMENT = "123456789012"
ALARM = "ostiary-watch-silent"
CONTEXT = cast(LambdaContext, object())


@dataclass
class Clock:
    """Our clock; Okta's stays where it is."""

    ahead: timedelta = timedelta(0)

    def now(self) -> datetime:
        return datetime.now(UTC) + self.ahead

    def moves(self, **by: float) -> None:
        self.ahead += timedelta(**by)


class Bus:
    """Records what is put, as the boto3 client of EventBridge would be called."""

    def __init__(self) -> None:
        self.findings: list[Finding] = []

    def put_events(self, Entries: list[dict[str, Any]]) -> dict[str, Any]:  # noqa: N803 - boto3's name
        self.findings += [Finding.from_detail(json.loads(entry["Detail"])) for entry in Entries]
        return {"Entries": [{"EventId": "1"} for _ in Entries]}


@dataclass
class Deployed:
    """What a test breaks, and what it reads."""

    okta: okta.OktaServer
    clock: Clock
    bus: Bus
    http: requests.Session
    policy: AccessPolicy

    def run(self) -> dict[str, Finding]:
        """The daily watch; what it said, by key."""
        self.bus.findings.clear()
        handler.handle({"watch": "daily"}, CONTEXT)
        return self.said()

    def said(self) -> dict[str, Finding]:
        return {finding.key: finding for finding in self.bus.findings}

    def opened(self) -> dict[str, Finding]:
        """The daily watch; what is open."""
        return {key: found for key, found in self.run().items() if found.state is State.OPEN}

    def trust_signing(self) -> None:
        """Record the certificate that signs now, as an operator does."""
        shown = handler.handle({"show": "certificates"}, CONTEXT)
        assert shown is not None
        for app in shown["apps"]:
            (key,) = [key for key in app["keys"] if key["signs"]]
            wiring.watch().sources.trust.record(app["app"], trusted(key, self.clock.now()))

    def call(self, method: str, path: str, body: Any = None) -> Any:
        """Okta's API as its administrator uses it."""
        headers = {"Authorization": f"SSWS {self.okta.token}"}
        answer = self.http.request(method, self.okta.url + path, json=body, headers=headers, timeout=10)
        assert answer.ok, answer.text
        return answer.json() if answer.content else None


def trusted(key: Mapping[str, Any], at: datetime) -> Trusted:
    return Trusted(key["fingerprint"], at, "iris", datetime.fromisoformat(key["ends"]))


@contextmanager
def deployed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, policy: AccessPolicy, secret: str | None = None
) -> Iterator[Deployed]:
    """Environment, secrets, table, bundled policy, and a verified hook: everything as it should be."""
    clock = Clock()
    monkeypatch.setattr(wiring, "clock", clock.now)
    monkeypatch.setattr(handler, "clock", clock.now)
    monkeypatch.setattr(rsa, "generate_private_key", _key_pair)
    (tmp_path / "access.json").write_text(policy.to_json())
    with okta.serve() as server, requests.Session() as http, mock_aws():
        _environment(monkeypatch, server, tmp_path)
        _resources(secret or json.dumps({"token": server.token}))
        bus = Bus()
        monkeypatch.setattr(boto3, "client", lambda name, **_: bus if name == "events" else client_of(name))
        _forget()
        world = Deployed(server, clock, bus, http, policy)
        _hook(world)
        yield world
    _forget()


@cache
def client_of(service: Any) -> Any:
    """Kept over all tests: making one takes longer than most of them."""
    return _make_client(service, region_name=REGION)


@cache
def _key_pair(public_exponent: int, key_size: int) -> rsa.RSAPrivateKey:
    """One for all certificates: making one takes longer than any test here."""
    return _generate(public_exponent=public_exponent, key_size=key_size)


def _environment(monkeypatch: pytest.MonkeyPatch, server: okta.OktaServer, root: Path) -> None:
    environment = {
        "AWS_ACCESS_KEY_ID": "test",
        "AWS_SECRET_ACCESS_KEY": "test",
        "AWS_DEFAULT_REGION": REGION,
        "LAMBDA_TASK_ROOT": str(root),
        "OSTIARY_BUS": "ostiary",
        "OSTIARY_RUNBOOKS": RUNBOOKS,
        "OSTIARY_OKTA_URL": server.url,
        "OSTIARY_OKTA_CREDENTIALS": OKTA_SECRET,
        "OSTIARY_OKTA_APP_ID": server.app_id,
        "OSTIARY_OKTA_MORE_APPS": "",
        "OSTIARY_TRUST_TABLE": TRUST,
        "OSTIARY_MANAGEMENT_ACCOUNT": MANAGEMENT,
        "OSTIARY_HOOK_SECRET": HOOK_SECRET,
        "OSTIARY_SCIM_CREDENTIALS": "",
    }
    for name, value in environment.items():
        monkeypatch.setenv(name, value)


def _resources(okta_secret: str) -> None:
    secrets = client_of("secretsmanager")
    secrets.create_secret(Name=OKTA_SECRET, SecretString=okta_secret)
    secrets.create_secret(Name=HOOK_SECRET, SecretString="a header value")
    client_of("cloudwatch").put_metric_alarm(
        AlarmName=ALARM,
        Namespace="Ostiary",
        MetricName="WatchReported",
        Statistic="Sum",
        Period=60,
        EvaluationPeriods=1,
        Threshold=1,
        ComparisonOperator="LessThanThreshold",
    )
    keys = [("pk", "HASH"), ("sk", "RANGE")]
    client_of("dynamodb").create_table(
        TableName=TRUST,
        BillingMode="PAY_PER_REQUEST",
        AttributeDefinitions=[{"AttributeName": name, "AttributeType": "S"} for name, _ in keys],
        KeySchema=[{"AttributeName": name, "KeyType": kind} for name, kind in keys],
    )


def _hook(world: Deployed) -> None:
    channel = {
        "type": "HTTP",
        "version": "1.0.0",
        "config": {
            "uri": "http://127.0.0.1:9/prod/okta/events",
            "authScheme": {"type": "HEADER", "key": "Authorization", "value": "a header value"},
        },
    }
    events = {"type": "EVENT_TYPE", "items": sorted(CONSUMED)}
    hook = world.call("POST", "/api/v1/eventHooks", {"name": "ostiary", "events": events, "channel": channel})
    world.okta.model.hooks.get(hook["id"]).verified = True


def _forget() -> None:
    wiring.watch.cache_clear()
    credentials._client.cache_clear()
    forget_secrets()


def forget_secrets() -> None:
    """As after five minutes."""
    provider: Any = credentials._secrets()
    provider.clear_cache()
