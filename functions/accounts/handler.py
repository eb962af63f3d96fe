"""An account joined, moved, was tagged or touched: its access becomes what the access policy wants."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext

from functions.accounts.admit import NotReadyError
from functions.accounts.events import (
    AccountChange,
    CreationFailed,
    GroupAppeared,
    GroupPlanned,
    Kind,
    UnitRenamed,
    read_change,
)
from functions.accounts.findings import about_creation, about_departure, about_readiness
from functions.accounts.reconcile_scope import inside
from functions.accounts.refusals import RefusedError
from functions.accounts.report import report
from functions.accounts.spread import of_account, of_group, of_plan, of_unit
from functions.accounts.wiring import Tools, tools
from functions.aws.organizations import AccountUnknownError
from functions.inbox import Envelope, each_envelope

MARGIN = timedelta(seconds=10)
"""Left of the function's time to read back and to report."""

SETTLING = timedelta(seconds=30)
"""CreateAccountAssignment and DeleteAccountAssignment only begin something, and the event tells of that."""

LATE = timedelta(minutes=10)
"""Most accounts are ready within a few minutes."""

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
    admitter = tools.admitter
    match change:
        case CreationFailed():
            tools.bus.put_findings([about_creation(change, envelope.time, tools.runbooks)])
        case AccountChange(kind=Kind.LEFT):
            tools.bus.put_findings([about_departure(change.account_id, envelope.time, tools.runbooks)])
        case AccountChange():
            _await(change, envelope, tools, deadline)
        case UnitRenamed():
            tools.bus.put(of_unit(change, admitter.organizations, admitter.policy))
        case GroupAppeared():
            tools.bus.put(of_group(change, admitter.store, admitter.policy, admitter.today()))
        case GroupPlanned():
            age = admitter.clock() - envelope.time
            tools.bus.put(of_plan(change, age, admitter.store, admitter.policy, admitter.today()))


def _await(change: AccountChange, envelope: Envelope, tools: Tools, deadline: datetime) -> None:
    """Let it in, or say what is in the way once that takes long; the event comes back either way."""
    age = tools.admitter.clock() - envelope.time
    if change.kind is Kind.TOUCHED and age < SETTLING:
        raise NotReadyError("what was done by hand may still be under way")
    try:
        _let_in(change, envelope, tools, deadline)
    except (NotReadyError, AccountUnknownError) as error:
        if isinstance(error, AccountUnknownError) and change.kind is not Kind.JOINED:
            logger.info("gone", extra={"account": change.account_id})
            return  # only who joins may be unknown yet
        if age >= LATE:
            late = about_readiness(change.account_id, str(error), envelope.time, tools.runbooks)
            tools.bus.put_findings([late])
        raise


def _let_in(change: AccountChange, envelope: Envelope, tools: Tools, deadline: datetime) -> None:
    admitter = tools.admitter
    if change.account_id in admitter.apart:
        tools.bus.put([inside(change.account_id, remove=change.kind is not Kind.TOUCHED)])
        return
    admission = admitter.admit(change.account_id, since=envelope.time, deadline=deadline)
    if admission is None:
        return
    report(change, admission, envelope.time, logger)
    tools.bus.put_findings(admission.findings)
    tools.bus.put(of_account(change, admission, admitter.organizations, admitter.policy))
    if admission.slow:
        raise NotReadyError(f"account {change.account_id} is too new for Identity Center")
    if admission.refused:
        raise RefusedError(f"nothing could be made in account {change.account_id}")
