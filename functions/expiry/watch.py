"""The daily watch: read Okta, say what is due. A watch that cannot read says so and fails."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from aws_lambda_powertools.utilities.parameters.exceptions import GetParameterError
from botocore.exceptions import BotoCoreError, ClientError

from functions.bus import EventBus
from functions.expiry.certificates import SeverityOf, examine
from functions.expiry.saml_app import CertificateError, read_saml_app
from functions.finding import Finding, Severity
from functions.okta.client import OktaClient
from functions.okta.errors import OktaError

KEY = "watch/expiry"

SCOPES = ("okta.apps.read",)

PATIENCE = 8.0
"""Seconds. The watch must hear that Okta fails while it has time to say so; Lambda repeats it later."""

UNREADABLE = (OktaError, CertificateError, GetParameterError, BotoCoreError, ClientError)
"""Okta down or refusing, a certificate nobody can read, the credentials secret or its key out of reach."""


@dataclass(frozen=True)
class Watch:
    """Watches the signing certificate of one SAML app. `connect` is called when the watch runs."""

    connect: Callable[[], OktaClient]
    app_id: str
    severity: SeverityOf
    runbooks: str
    bus: EventBus

    def run(self, now: datetime) -> None:
        """Put every check on the bus, open or clear. Whatever kept it from reading is raised again."""
        try:
            okta = self.connect()
            app = read_saml_app(okta.application(self.app_id), okta.application_keys(self.app_id))
        except UNREADABLE as error:
            self.bus.put_findings([self._blind(now, f"{type(error).__name__}: {error}")])
            raise
        findings = examine(app, now=now, severity=self.severity, runbooks=self.runbooks)
        self.bus.put_findings([*findings, self._blind(now, "none").cleared()])

    def _blind(self, now: datetime, error: str) -> Finding:
        return Finding(
            key=KEY,
            severity=Severity.WARNING,
            title="Nobody watches the SAML certificate: Okta could not be read",
            subject=f"Okta app {self.app_id}",
            since=now,
            why=(
                "Until the watch reads Okta again, a certificate that expires is noticed only when nobody "
                "can sign in to AWS any more."
            ),
            actions=(
                "Read the error below: it says what Okta refused, or that Okta did not answer.",
                "If Okta is down, wait: the watch runs again by itself and this clears.",
                "If the sign-in is refused, put valid Okta credentials into the function's secret.",
                "Look at the certificate by hand meanwhile: Okta > Applications > the AWS app > Sign On.",
            ),
            runbook=f"{self.runbooks.rstrip('/')}/saml-certificate.md",
            facts={"Error": error},
        )
