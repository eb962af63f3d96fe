"""AWS Health's word on the SCIM access token, as a finding. Pure: time is passed in."""

import re
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

from functions.expiry.check import Desk, Found, Guide, worst
from functions.expiry.wording import days, moment, span
from functions.finding import Finding, Severity

EVENT_TYPE = "AWS_IAMIDENTITYCENTER_SCIM_BEARER_TOKEN_EXPIRY_NOTIFICATION"
"""IAM Identity Center User Guide, "Automatic provisioning": sent from 90 days before the end."""

RUNBOOK = "scim-token.md"

WHY = (
    "Okta uses this token to tell IAM Identity Center who joined, changed and left. When it expires nothing "
    "fails visibly, but people who are deactivated in Okta stay enabled in AWS."
)

ACTIONS = (
    "IAM Identity Center > Settings > Identity source > Actions > Manage provisioning: generate a new access "
    "token. Two can exist; the old one keeps working.",
    "Okta > Applications > the AWS app > Provisioning > Integration: paste the token and press Test API "
    "Credentials.",
    "Save in Okta only if the test succeeds, then push one group and see it change in Identity Center.",
    "Delete the old token in Identity Center.",
)

_DATES = (
    # As HTTP writes it: Thu, 14 Jan 2027 06:00:00 UTC.
    (re.compile(r"\d{1,2} [A-Z][a-z]{2} \d{4} \d{2}:\d{2}:\d{2}"), "%d %b %Y %H:%M:%S"),
    # As Java writes it, and AWS's mail on the subject: Thu Jan 14 06:00:00 UTC 2027.
    (re.compile(r"[A-Z][a-z]{2} \d{1,2} \d{2}:\d{2}:\d{2} UTC \d{4}"), "%b %d %H:%M:%S UTC %Y"),
)


class HealthEventError(ValueError):
    """An event that is not AWS Health's word on a SCIM token; the queue's dead letters keep it."""


def read_health_event(detail: Mapping[str, Any], desk: Desk) -> tuple[Finding, ...]:
    """One finding for each Identity Center instance that the event names. Raises HealthEventError.

    AWS may say it only once, so nothing below a warning comes of it. A closed event clears the finding.
    """
    try:
        if detail["eventTypeCode"] != EVENT_TYPE:
            raise HealthEventError(f"not about a SCIM token: {detail['eventTypeCode']}")
        said = " ".join(text["latestDescription"] for text in detail["eventDescription"])
        entities = [entity["entityValue"] for entity in detail.get("affectedEntities", ())]
        is_open = detail["statusCode"] != "closed"
        subjects = entities or [f"account {detail['affectedAccount']}"]
    except (KeyError, TypeError) as error:
        raise HealthEventError(f"a Health event without {error}") from error
    ends = _end(said)
    due = worst(Severity.WARNING, desk.severity(days(ends - desk.now)) if ends else None)
    found = Found(
        due if is_open else None,
        _title(ends, desk.now) if is_open else "AWS Health closed its notice on the SCIM access token",
        {"AWS Health says": said} | ({"Valid until": moment(ends)} if ends else {}),
        _began(detail.get("startTime")),
    )
    guide = Guide(WHY, ACTIONS, RUNBOOK)
    return tuple(desk.write(f"scim-token/{subject}", subject, found, guide) for subject in subjects)


def _title(ends: datetime | None, now: datetime) -> str:
    token = "SCIM access token of IAM Identity Center"  # noqa: S105 - a sentence about a token
    if ends is None:
        return f"{token} expires within 90 days"
    return f"{token} expires in {span(ends - now)}" if ends > now else f"{token} expired on {moment(ends)}"


def _began(text: Any) -> datetime | None:
    """AWS Health User Guide, "Schema for AWS Health events": startTime, as HTTP writes a date."""
    try:
        return parsedate_to_datetime(text).astimezone(UTC)
    except (AttributeError, IndexError, TypeError, ValueError):
        return None


def _end(said: str) -> datetime | None:
    """The date in AWS's sentence. Its wording is not documented, so not finding one is no error."""
    for pattern, form in _DATES:
        if match := pattern.search(said):
            return datetime.strptime(match[0], form).replace(tzinfo=UTC)
    return None
