"""Looks once a day whether the event hook's secret is due, and replaces it."""

from typing import Any

from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.rotate.wiring import desk


def handle(event: dict[str, Any], _context: LambdaContext) -> dict[str, Any]:
    """By schedule; an operator who does not want to wait calls it with {"rotate": "at once"}."""
    outcome = desk().run(at_once=event.get("rotate") == "at once")
    return {"outcome": outcome.value if outcome else "failed"}
