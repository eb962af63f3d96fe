"""One run of the rotation, and what on-call is told of it."""

from collections.abc import Callable
from datetime import UTC, datetime

from aws_lambda_powertools import Logger
from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError

from functions.bus import EventBus
from functions.finding import Finding, Severity
from functions.okta.errors import OktaError
from functions.okta.event_hook import NotVerifiedError
from functions.rotate.rotation import Outcome, Rotation

TROUBLE = (NotVerifiedError, OktaError, GetParameterError)
"""Okta cannot reach the hook, cannot be reached, or refuses. The next run tries again."""


class Desk:
    """Runs the rotation and reports."""

    def __init__(
        self, rotation: Callable[[], Rotation], bus: EventBus, *, runbooks: str, log: Logger
    ) -> None:
        self._rotation = rotation
        self._bus = bus
        self._runbooks = runbooks.rstrip("/")
        self._log = log

    def run(self, *, at_once: bool) -> Outcome | None:
        """How it ended; None if Okta kept it from ending. Raises AWS's errors."""
        try:
            outcome = self._rotation().run(at_once=at_once)
        except TROUBLE as error:
            self._log.error("the hook's secret was not replaced: %s", error)
            self._bus.put_findings([self._finding(str(error))])
            return None
        self._log.info("rotation: %s", outcome.value)
        self._bus.put_findings([self._finding("none").cleared()])
        return outcome

    def _finding(self, error: str) -> Finding:
        return Finding(
            key="watch/hook-rotation",
            severity=Severity.WARNING,
            title="The event hook's secret could not be replaced",
            subject="Okta event hook",
            since=datetime.now(UTC),
            why="Deliveries go on with the old secret, which is older than it should be. Nothing is lost.",
            actions=(
                "Read the error below: Okta could not reach the hook, could not be reached, or refused.",
                "If it refused, grant the service app okta.eventHooks.manage and a role that may use it.",
                "It is tried again every day; to try at once: ostiary okta rotate --yes",
            ),
            runbook=f"{self._runbooks}/hook.md",
            facts={"Error": error},
        )
