"""Somebody left, or is back: revoke what they hold in AWS and Okta, or let them in again."""

from typing import Any

from aws_lambda_powertools.utilities.batch.types import PartialItemFailureResponse
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.inbox import each_envelope, readable
from functions.leavers.wiring import leavers


def handle(event: dict[str, Any], context: LambdaContext) -> PartialItemFailureResponse | None:
    """The schedule's upkeep; or a queue's messages: all into the ledger, then the steps of each.

    A message that has steps left to repeat goes back to the queue alone.
    """
    if "schedule" in event:
        try:
            leavers().upkeep.run()
        finally:  # Lost groups do not wait for what leavers cannot have.
            leavers().groups.upkeep()
        return None
    batch = leavers().batch()
    batch.admit(readable(event))
    return each_envelope(event, context, batch.receive)
