"""The endpoint keeps to docs/hook-openapi.yaml, whatever a caller makes of it."""

import base64
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import ignored_auth, negative_data_rejection
from werkzeug.wrappers import Request, Response

from tests.unit.hook.conftest import SECRET, Hook

CONTRACT = Path(__file__).parents[3] / "docs/hook-openapi.yaml"
SCHEMA = schemathesis.openapi.from_path(CONTRACT)
OPERATIONS = [("/okta/events", "GET"), ("/okta/events", "POST")]
LETTER, VIOLATION = schemathesis.GenerationMode.POSITIVE, schemathesis.GenerationMode.NEGATIVE
TOLERANT = [negative_data_rejection, ignored_auth]
"""A delivery with something wrong in it is taken for the rest of it; and the secret always comes along."""


def endpoint(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
    """The hook behind HTTP, as API Gateway calls it."""
    request = Request(environ)
    answer = Hook().proxy(
        {
            "httpMethod": request.method,
            "headers": dict(request.headers),
            "body": base64.b64encode(request.get_data()).decode(),
            "isBase64Encoded": True,
        }
    )
    return Response(answer["body"], answer["statusCode"], answer.get("headers"))(environ, start_response)


SCHEMA.app = endpoint


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation[1])
@pytest.mark.parametrize("mode", [LETTER, VIOLATION], ids=["kept", "broken"])
def test_every_answer_is_one_that_the_contract_names(mode: Any, operation: tuple[str, str]) -> None:
    """Given requests that keep to the contract, or break it: status, content type and body are as it says."""
    path, method = operation

    @settings(deadline=None, derandomize=True, max_examples=60, suppress_health_check=list(HealthCheck))
    @given(case=SCHEMA[path][method].as_strategy(generation_mode=mode))
    def holds(case: schemathesis.Case[Any]) -> None:
        response = case.call(headers={"Authorization": SECRET})
        case.validate_response(response, excluded_checks=TOLERANT)
        if mode is LETTER:
            assert response.status_code < 300

    holds()


@pytest.mark.parametrize("operation", OPERATIONS, ids=lambda operation: operation[1])
def test_without_the_secret_nothing_that_the_contract_allows_gets_in(operation: tuple[str, str]) -> None:
    path, method = operation

    @settings(deadline=None, derandomize=True, max_examples=30, suppress_health_check=list(HealthCheck))
    @given(case=SCHEMA[path][method].as_strategy())
    def holds(case: schemathesis.Case[Any]) -> None:
        response = case.call()
        case.validate_response(response)
        assert response.status_code == 401

    holds()
