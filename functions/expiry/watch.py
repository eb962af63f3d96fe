"""The watch: look at every area, say what is due. One that cannot be read says so, and the watch fails."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from functions.bus import EventBus
from functions.expiry.alarms import AlarmsUnreadableError
from functions.expiry.areas import AREAS, Area
from functions.expiry.check import Desk, Found, Guide, SeverityOf
from functions.expiry.saml_app import CertificateError
from functions.expiry.scim_endpoint import ScimSecretError
from functions.expiry.sign_on_rules import PolicyUnreadableError
from functions.expiry.sources import PartlyReadError, Sources
from functions.finding import Finding, Severity
from functions.okta.errors import OktaError, OktaThrottledError, OktaUnreachableError
from functions.okta.log_event import LogEventError

PATIENCE = 8.0
"""Seconds. The watch must hear that Okta fails while it has time to say so; Lambda repeats it later."""

HOPELESS = (OktaUnreachableError, OktaThrottledError, GetParameterError)
"""Whoever asks Okta next hears the same, and waits as long for it."""

UNREADABLE = (
    AlarmsUnreadableError,
    OktaError,
    CertificateError,
    ScimSecretError,
    PolicyUnreadableError,
    LogEventError,
    GetParameterError,
    BotoCoreError,
    ClientError,
)

RAN = "watch/expiry"
"""The key under which the daily watch says that it has run; the alarm on its silence waits for it."""

BLIND = Guide(
    why=(
        "Until the watch can look there again, what ends or breaks in this area is noticed only when people "
        "cannot sign in to AWS any more, or when somebody who left still can."
    ),
    actions=(
        "Read the error below: it says what was refused, or that nobody answered.",
        "If Okta is down, wait: the watch runs again by itself and this clears.",
        "If the sign-in is refused, put valid Okta credentials into the function's secret; if a scope is "
        "missing, grant it to the service app.",
        "Look by hand meanwhile; the runbook says where, area by area.",
    ),
    runbook="watch.md",
)


@dataclass(frozen=True)
class Watch:
    """Looks into the areas and puts on the bus what each found, as soon as it is found."""

    sources: Sources
    severity: SeverityOf
    runbooks: str
    bus: EventBus

    def daily(self, now: datetime) -> None:
        """Every check of every area, and at the end the word that the watch has run, whatever it could read.

        Raises what first kept an area from being read.
        """
        trouble = self._round(now, tuple(AREAS))
        desk = Desk(now, self.severity, self.runbooks)
        self.bus.put_findings([desk.write(RAN, "Daily watch", Found(None, "The daily watch has run"), BLIND)])
        if trouble:
            raise trouble[0]

    def run(self, now: datetime, areas: Collection[str]) -> None:
        """Every check of these areas, open or clear. What first kept one from being read is raised again."""
        if trouble := self._round(now, areas):
            raise trouble[0]

    def _round(self, now: datetime, areas: Collection[str]) -> list[Exception]:
        desk = Desk(now, self.severity, self.runbooks)
        trouble: list[Exception] = []
        for name in areas:
            hopeless = next((error for error in trouble if isinstance(error, HOPELESS)), None)
            error = hopeless or self._look(AREAS[name], desk)
            self.bus.put_findings([_sight(name, error, desk)])
            if error is not None:
                trouble.append(error)
        return trouble

    def _look(self, area: Area, desk: Desk) -> Exception | None:
        try:
            findings = area(self.sources, desk)
        except PartlyReadError as error:
            self.bus.put_findings(error.findings)
            return error.cause
        except UNREADABLE as error:
            return error
        self.bus.put_findings(findings)
        return None


def _sight(area: str, error: Exception | None, desk: Desk) -> Finding:
    if error is None:
        found = Found(None, f"The watch over {area} sees", {"Error": "none"})
    else:
        found = Found(
            Severity.WARNING,
            f"Nobody watches {area}: it could not be read",
            {"Error": f"{type(error).__name__}: {error}"},
        )
    return desk.write(f"watch/{area}", f"Watch over {area}", found, BLIND)
