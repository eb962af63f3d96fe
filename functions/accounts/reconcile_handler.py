"""By the clock, or asked for: all access becomes what the access policy wants, and what is not wanted is told
or taken away."""

from datetime import UTC, datetime, timedelta
from typing import Any

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.typing import LambdaContext
from botocore.exceptions import BotoCoreError, ClientError

from functions.accounts.reconcile_scope import Scope, read_scope
from functions.accounts.refusals import RefusedError
from functions.accounts.wiring import ReconcileTools, reconcile_tools
from functions.finding import State
from functions.inbox import Envelope, each_envelope

MARGIN = timedelta(seconds=30)
"""Left of the function's time to tell findings, one for each account."""

SETTLING = timedelta(minutes=2)
"""CloudFormation changes a permission set in several calls, and then provisions it itself."""

logger = Logger()


class IncompleteError(Exception):
    """Something could not be read. The queue brings the event back for the rest."""


def handle(event: dict[str, Any], context: LambdaContext) -> dict[str, Any]:
    """The queue of the schedule and of those who ask."""
    left = timedelta(milliseconds=context.get_remaining_time_in_millis())
    deadline = datetime.now(UTC) + left - MARGIN
    return dict(
        each_envelope(event, context, lambda envelope: on_event(envelope, reconcile_tools(), deadline))
    )


def on_event(envelope: Envelope, tools: ReconcileTools, deadline: datetime) -> None:
    """Raises when the event is to come back; what could not be read has been told by then."""
    scope = read_scope(envelope)
    if scope.permission_sets or scope.permission_set:
        _provision(scope, envelope, tools, deadline)
        return
    try:
        done = tools.reconciler.run(scope, since=envelope.time, deadline=deadline)
    except (ClientError, BotoCoreError) as error:
        tools.bus.put_findings([tools.reconciler.unreadable(error, envelope.time)])
        raise
    logger.info(
        "reconciled",
        extra={
            "scope": str(scope),
            "unchanged": len(done.plan.unchanged),
            "made": [vars(step.assignment) for step in done.applied.created],
            "taken_away": [vars(item.assignment) for item in done.removed.removed],
            "kept": len(done.plan.kept),
            "handed_over": len(done.handed_over),
        },
    )
    tools.bus.put(done.events())
    tools.bus.put_findings(done.findings)
    if done.gaps:
        raise IncompleteError("; ".join(done.gaps))
    if done.refused:
        raise RefusedError("nothing that was asked for was let through")


def _provision(scope: Scope, envelope: Envelope, tools: ReconcileTools, deadline: datetime) -> None:
    if scope.permission_set and tools.provisioner.clock() - envelope.time < SETTLING:
        raise IncompleteError("whoever changed the permission set may still be at it")
    found = tools.provisioner.run(scope.permission_set, since=envelope.time, deadline=deadline)
    logger.info(
        "provisioned", extra={"open": [finding.key for finding in found if finding.state is State.OPEN]}
    )
    tools.bus.put_findings(found)
