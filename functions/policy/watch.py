"""What happens to leavers, what is watched, and who is told: the rest of access.yaml."""

from datetime import timedelta
from typing import Annotated, Literal

from pydantic import Field, StrictBool, StrictInt, model_validator

from functions.finding import Severity
from functions.policy.durations import Duration
from functions.policy.fields import Day, Name, OneOrMany, OneOrMore, Strict, Text, wrong

MAX_SESSION = timedelta(hours=12)
"""IAM Identity Center User Guide, "Set session duration": no role session outlives this."""

LeaverEvent = Literal["deactivate", "suspend", "delete", "lock", "unassign"]
Channel = Literal["mail", "slack", "teams", "pagerduty", "webhook"]
IamUser = Annotated[
    str,
    Text(
        r"([0-9]{12}/)?[A-Za-z0-9_+=,.@*?-]{1,64}",
        "the name or glob of an IAM user, or its account's id/that",
    ),
]
Target = Annotated[str, Text(r"root|ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}", "root or the id of an OU (ou-…)")]


class Leavers(Strict):
    """Which Okta events end a person's access, and how."""

    on: OneOrMany[LeaverEvent] = ("deactivate", "suspend", "delete", "unassign")
    protected: OneOrMany[Name] = ()
    """User names whose access no event may end: break-glass people."""
    keep_deny: Annotated[timedelta, Duration(MAX_SESSION, timedelta(days=90))] = MAX_SESSION
    """How long the deny stays: no shorter than the longest session that may be running."""
    deny_target: OneOrMore[Target] = ("root",)
    """What the service control policies that deny are attached to."""
    memberships: Literal["remove", "leave"] = "remove"
    """Whether memberships in groups that have access are removed here (and put back), or left to Okta."""
    lost_groups: Literal["deny", "leave"] = "deny"
    """Whether sessions begun through a group are denied once their person is no longer in it in Okta, or
    left to end by themselves."""


class Expiry(Strict):
    """At how many days left an expiring key becomes a finding of each severity; dates that no API tells."""

    info: StrictInt = 60
    warning: StrictInt = 30
    page: Annotated[StrictInt, Field(ge=1)] = 14
    scim_token_issued: Day | None = None
    """When the SCIM access token that Okta uses was generated: it ends a year later."""
    hook_secret_days: Annotated[StrictInt, Field(ge=1)] = 365
    """How old the event hook's secret may grow before it should be rotated."""

    @model_validator(mode="after")
    def _order(self) -> "Expiry":
        if not self.info >= self.warning >= self.page:
            raise wrong("days left must fall: info >= warning >= page")
        return self

    def severity(self, days_left: float) -> Severity | None:
        """None: nobody needs to know yet."""
        steps = ((self.page, Severity.PAGE), (self.warning, Severity.WARNING), (self.info, Severity.INFO))
        return next((severity for days, severity in steps if days_left <= days), None)


class Watch(Strict):
    """What must stay true of the way in, and whose second factors are watched."""

    second_factor: StrictBool = True
    """Whether Okta's sign-on policy of the AWS app must demand one."""
    session_limit: Annotated[timedelta, Duration(timedelta(hours=1), MAX_SESSION)] = MAX_SESSION
    """No permission set's session may be longer: it is how long a deny has to outlast a leaver."""
    protected_groups: OneOrMany[Name] = ()
    """Okta groups of people whose factor resets on-call hears of."""
    iam_users: OneOrMany[IamUser] = ()
    """IAM users that may exist: name or glob, or `account id/name` to be exact. Nobody is told of theirs."""


class Alerts(Strict):
    """Which channels hear of findings of each severity."""

    page: OneOrMany[Channel] = ("pagerduty", "slack", "mail")
    warning: OneOrMany[Channel] = ("slack", "mail")
    info: OneOrMany[Channel] = ("mail",)

    def channels(self, severity: Severity) -> tuple[Channel, ...]:
        """Where a finding of this severity goes."""
        return {Severity.PAGE: self.page, Severity.WARNING: self.warning, Severity.INFO: self.info}[severity]
