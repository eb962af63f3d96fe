"""The SCIM token by the date it was made, and by whether Identity Center still accepts it. Pure."""

from datetime import UTC, date, datetime, time, timedelta

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.scim_endpoint import ScimAnswer
from functions.expiry.scim_token import ACTIONS, RUNBOOK, WHY
from functions.expiry.wording import days, moment, span
from functions.finding import Finding, Severity

LIFETIME = timedelta(days=365)
"""IAM Identity Center User Guide, "Automatic provisioning": an access token lives for one year."""

_SUBJECT = "SCIM access token of IAM Identity Center"

TOKEN = Guide(
    WHY,
    (
        *ACTIONS,
        "Write the day of the new one into `expiry: scim_token_issued` of access.yaml, and deploy.",
    ),
    RUNBOOK,
)

ENDPOINT = Guide(
    WHY,
    (
        "HTTP 401 or 403: the token is expired or deleted. Make a new one (IAM Identity Center > Settings > "
        "Identity source > Actions > Manage provisioning), paste it into Okta, test it there, and put it "
        "into the SCIM secret of Ostiary too.",
        "HTTP 404: automatic provisioning was switched off, or its address changed. Compare it with the one "
        "in Okta > Applications > the AWS app > Provisioning > Integration.",
        "No answer or 5xx: look at the AWS Health Dashboard; the watch tries again tomorrow.",
        "Then push one group from Okta and see it change in Identity Center.",
    ),
    RUNBOOK,
)


def token_age(issued: date | None, desk: Desk) -> Finding:
    """By the day that access.yaml names; in the absence of one there is nothing to say."""
    return desk.write("scim-token/issued", _SUBJECT, _age(issued, desk), TOKEN)


def _age(issued: date | None, desk: Desk) -> Found:
    if issued is None:
        return Found(None, "access.yaml does not say when the SCIM access token was made")
    ends = datetime.combine(issued, time.min, UTC) + LIFETIME
    facts = {"Made on": issued.isoformat(), "Valid until": moment(ends)}
    if desk.now >= ends:
        return Found(
            Severity.PAGE, f"SCIM access token of IAM Identity Center expired on {moment(ends)}", facts, ends
        )
    left = ends - desk.now
    return Found(
        desk.severity(days(left)), f"SCIM access token of IAM Identity Center expires in {span(left)}", facts
    )


def endpoint(answer: ScimAnswer | None, desk: Desk) -> Finding:
    """None: no SCIM secret is configured, so nobody tried."""
    return desk.write("scim-endpoint", "SCIM endpoint of IAM Identity Center", _answered(answer), ENDPOINT)


def _answered(answer: ScimAnswer | None) -> Found:
    if answer is None:
        return Found(None, "The SCIM endpoint is not tried: no SCIM secret is configured")
    if answer.status is None:
        return Found(Severity.WARNING, f"The SCIM endpoint does not answer ({answer.trouble})")
    if answer.status in (401, 403):
        return Found(
            Severity.PAGE,
            f"Identity Center refuses the SCIM access token (HTTP {answer.status}): nobody "
            "who leaves is disabled in AWS any more",
        )
    if answer.status != 200:
        return Found(Severity.WARNING, f"The SCIM endpoint answers HTTP {answer.status} ({answer.trouble})")
    return Found(None, "The SCIM endpoint accepts the access token")
