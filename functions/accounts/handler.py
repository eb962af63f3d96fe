"""An account joined, moved or was tagged: its access becomes what the access policy wants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.accounts.admit import NotReadyError
from functions.accounts.events import AccountChange, CreationFailed, Kind, read_change
from functions.accounts.findings import about_creation
from functions.accounts.report import report
from functions.accounts.wiring import Tools, tools
from functions.inbox import Envelope, each_envelope

MARGIN = timedelta(seconds=10)
"""Left of the function's time to read back and to report."""

logger = Logger()


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The queue of Organizations and Control Tower events; what fails goes back to it alone."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = datetime.now(UTC) + left - MARGIN
    return dict(each_envelope(event, context, lambda envelope: on_event(envelope, tools(), deadline)))


def on_event(envelope: Envelope, tools: Tools, deadline: datetime) -> None:
    """Raises when the event is to come back: the account is not ready, or something could not be read."""
    change = read_change(envelope)
    logger.info("event", extra={"event_id": envelope.id, "change": str(change)})
    if isinstance(change, CreationFailed):
        tools.bus.put_findings([about_creation(change, envelope.time, tools.runbooks)])
    if not isinstance(change, AccountChange) or change.kind is Kind.LEFT:
        return
    admission = tools.admitter.admit(change.account_id, since=envelope.time, deadline=deadline)
    if admission is None:
        return
    report(change, admission, envelope.time, logger)
    tools.bus.put_findings(admission.findings)
    if admission.slow:
        raise NotReadyError(f"account {change.account_id} is too new for Identity Center")
