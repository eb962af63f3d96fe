"""Answers that come after the client's own time-out: the service has carried the call out all the same."""

import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest
import requests
from botocore.endpoint import Endpoint
from botocore.exceptions import ReadTimeoutError
from requests.adapters import HTTPAdapter

from functions.aws.session import CONFIG

OVER_HTTP = {"okta": "/api/v1/", "scim": "/scim/v2/"}
"""What is no AWS client's: by the path of its requests."""

TIME_OUT: float = CONFIG.read_timeout  # type: ignore[attr-defined]  # botocore's options have no types


class Clock:
    """The writer's: it has waited for each answer as long as its client does, though nobody really has."""

    def __init__(self) -> None:
        self._waited = 0.0

    def __call__(self) -> float:
        return time.time() + self._waited

    def wait(self, seconds: float) -> None:
        self._waited += seconds


CLOCK = Clock()


@contextmanager
def answers_lost(service: str, operation: str) -> Iterator[None]:
    """For as long as this is open. No time passes: the client is told that its own has."""
    with pytest.MonkeyPatch.context() as patch:
        if service in OVER_HTTP:
            patch.setattr(HTTPAdapter, "send", _lost_over_http(HTTPAdapter.send, OVER_HTTP[service]))
        else:
            asked = vars(Endpoint)["_do_get_response"]  # One attempt of botocore's.
            patch.setattr(Endpoint, "_do_get_response", _lost(asked, service, operation))
        yield


def _lost(asked: Any, service: str, operation: str) -> Any:
    def ask(self: Endpoint, request: Any, model: Any, context: Any) -> Any:
        answer = asked(self, request, model, context)
        if (model.service_model.service_name, model.name) != (service, operation):
            return answer
        CLOCK.wait(TIME_OUT)
        return None, ReadTimeoutError(endpoint_url=request.url)

    return ask


def _lost_over_http(send: Any, path: str) -> Any:
    def ask(self: HTTPAdapter, request: requests.PreparedRequest, **options: Any) -> requests.Response:
        answer: requests.Response = send(self, request, **options)
        if path not in str(request.url):
            return answer
        CLOCK.wait(TIME_OUT)
        raise requests.ReadTimeout(request=request)

    return ask
