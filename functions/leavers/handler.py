"""Somebody left, or is back: revoke what they hold in AWS and Okta, or let them in again."""

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.inbox import Envelope, each_envelope
from functions.leavers.wiring import reception


def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse:
    """The queue's messages, one by one; one that has steps left to repeat goes back to the queue."""

    def receive(envelope: Envelope) -> None:
        reception().receive(envelope)

    return each_envelope(event, context, receive)
