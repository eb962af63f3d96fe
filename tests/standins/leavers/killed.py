"""The function's process dies between two calls of it, whichever these are."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from botocore.endpoint import Endpoint
from requests.adapters import HTTPAdapter

from functions.inbox import Envelope
from tests.standins.leavers.lost import CLOCK, OVER_HTTP
from tests.standins.leavers.scene import Scene

BEGIN, END = "the message comes", "the message is acknowledged"

RETURNS_AFTER = 60.0
"""Seconds after which a message that nobody acknowledged comes again; a lease is over by then."""

DEATHS = 100


class Killed(BaseException):
    """The process is gone. Nobody catches it."""


class Fuse:
    """The process dies once between any two calls that follow each other; what is dead calls nobody."""

    def __init__(self) -> None:
        self.burnt: set[tuple[str, str]] = set()
        self._last, self._dead = BEGIN, False

    def renew(self) -> None:
        """Another process."""
        self._last, self._dead = BEGIN, False

    def before(self, call: str) -> None:
        here = (self._last, call)
        if not self._dead and here in self.burnt:
            self._last = call
            return
        self.burnt.add(here)
        self._dead = True
        raise Killed


@contextmanager
def _in_every_call(fuse: Fuse) -> Iterator[None]:
    asked, sent = Endpoint.make_request, HTTPAdapter.send

    def ask(self: Endpoint, model: Any, request: Any) -> Any:
        fuse.before(f"{model.service_model.service_name}:{model.name}")
        return asked(self, model, request)

    def send(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        fuse.before(next(name for name, path in OVER_HTTP.items() if path in str(request.url)))
        return sent(self, request, **options)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Endpoint, "make_request", ask)
        patch.setattr(HTTPAdapter, "send", send)
        yield


def delivered_until_nobody_dies(scene: Scene, envelope: Envelope) -> set[tuple[str, str]]:
    """To one new container after the other, as the queue does; between which calls they have died."""
    fuse = Fuse()
    with _in_every_call(fuse):
        for _ in range(DEATHS):
            container = scene.instance()
            try:
                container.batch().receive(envelope)
                fuse.before(END)
            except Killed:
                fuse.renew()
                CLOCK.wait(RETURNS_AFTER)
                continue
            return fuse.burnt
    raise AssertionError("it never ends")
