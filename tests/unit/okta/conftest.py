"""A server that plays Okta, a clock that only `sleep` moves, and a client of both."""

from collections.abc import Iterator
from dataclasses import dataclass, field

import pytest
import requests

from functions.okta.client import OktaClient
from functions.okta.sign_in import ApiToken
from tests.unit.okta.scripted_http import ScriptedServer, scripted_server

TOKEN = "00aThisIsTheApiToken"


@dataclass
class Clock:
    time: float = 1_800_000_000.0
    slept: list[float] = field(default_factory=list)

    def now(self) -> float:
        return self.time

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.time += seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


@pytest.fixture
def okta() -> Iterator[ScriptedServer]:
    with scripted_server() as server:
        yield server


@pytest.fixture
def client(okta: ScriptedServer, http: requests.Session, clock: Clock) -> OktaClient:
    return OktaClient(okta.url, ApiToken(TOKEN), http, sleep=clock.sleep, now=clock.now)
