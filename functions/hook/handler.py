"""Okta's event hook in, events on the bus out, an answer within Okta's three seconds."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.hook.wiring import door


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """The REST API's proxy integration: GET verifies the hook, POST delivers."""
    return door().answer(event)
