"""Okta's side of the chain: who signs in, what it may read, what it provisions. Pure."""

from collections.abc import Iterable, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from functions.finding import Severity
from functions.okta.scopes import NEEDED
from functions.policy.watch import Expiry
from infra.doctor.verdict import Line, fail, ok, warn

TOKEN_LIFE = timedelta(days=365)
"""IAM Identity Center User Guide, "Automatic provisioning": an access token lives a year."""

TOLERATED = timedelta(seconds=60)
"""SAML breaks at about five minutes; whoever keeps time by a clock service is never a minute off."""


def sign_in(is_token: bool, refused: Mapping[str, str]) -> Line:
    """Whether Okta lets us in at all. `refused`: scope to Okta's reason."""
    check = "Okta sign-in"
    if is_token and refused:
        reason = next(iter(refused.values()))
        return fail(check, f"Okta refuses the API token: {reason}", "put a valid one into the secret")
    if is_token:
        return warn(
            check,
            "an API token is used: it lives long and carries all rights of its owner",
            "prefer a service app whose key stays in KMS, see docs/deployment.md",
        )
    if refused.keys() >= NEEDED.keys():
        return fail(
            check,
            f"Okta refuses the service app: {next(iter(refused.values()))}",
            "check in Okta that the app is active and has the public half of alias/ostiary-okta",
        )
    return ok(check, "as a service app, with a key that stays in KMS")


def scopes(is_token: bool, refused: Mapping[str, str]) -> Line:
    """Whether every scope that a function asks for was granted."""
    check = "Okta scopes"
    if is_token:
        return ok(check, "an API token is not limited by scopes")
    if refused:
        lost = "; ".join(f"{scope} ({NEEDED[scope]})" for scope in sorted(refused))
        return fail(check, f"not granted: {lost}", "grant them in Okta: the service app > Okta API Scopes")
    return ok(check, f"all {len(NEEDED)} are granted")


def clocks(here: datetime, others: Mapping[str, datetime]) -> Line:
    """This machine's clock against those of the parties to a sign-in. Whole seconds: a header has no more."""
    check = "clocks"
    off = {name: abs(clock - here) for name, clock in others.items()}
    wrong = {name: gap for name, gap in off.items() if gap > TOLERATED}
    if not wrong:
        most = max((round(gap.total_seconds()) for gap in off.values()), default=0)
        return ok(check, f"{', '.join(others)} and this machine differ by {most} s at most")
    said = ", ".join(f"{name} by {round(gap.total_seconds())} s" for name, gap in wrong.items())
    if len(wrong) == len(others) > 1:
        return fail(
            check, f"this machine's clock differs from all others: {said}", "set this machine's clock"
        )
    return fail(
        check, f"clocks differ: {said}", "sign-ins fail beyond about 300 s: look at that party's status"
    )


def scim_token(issued: date | None, thresholds: Expiry, today: date) -> Line:
    """No API tells how old the token is; the access policy may."""
    check = "SCIM token"
    renew = "generate a new one in Identity Center and paste it into Okta, see docs/runbooks/scim-token.md"
    if issued is None:
        return warn(
            check,
            "nobody wrote down when it was generated, and no API tells; AWS Health warns 90 days ahead",
            "set expiry.scim_token_issued in the access policy",
        )
    left = (issued + TOKEN_LIFE - today).days
    if left <= 0:
        return fail(check, f"it expired {-left} days ago: nobody who leaves is disabled in AWS", renew)
    severity = thresholds.severity(left)
    if severity in (Severity.PAGE, Severity.WARNING):
        line = fail if severity is Severity.PAGE else warn
        return line(check, f"it expires in {left} days", renew)
    return ok(check, f"it expires in {left} days")


def provisioning(users: Iterable[Mapping[str, Any]], mappings: Iterable[Mapping[str, Any]]) -> Line:
    """What became of what Okta sent to Identity Center."""
    check = "provisioning"
    everybody = list(users)
    failed = [each for each in everybody if each.get("syncState") == "ERROR"]
    pushes = [each for each in mappings if each.get("status") == "ERROR"]
    if failed or pushes:
        return fail(
            check,
            f"{len(failed)} people and {len(pushes)} groups did not arrive in Identity Center",
            "read Identity Center's answers under Okta > Dashboard > Tasks, and retry there",
        )
    return ok(check, f"nothing that Okta sent was refused ({len(everybody)} people looked at)")


def deactivation(features: Iterable[Mapping[str, Any]]) -> Line:
    """Whether Okta tells Identity Center at all that somebody left."""
    check = "deactivate users"
    for feature in features:
        update = feature.get("capabilities", {}).get("update", {})
        if update.get("lifecycleDeactivate", {}).get("status") == "ENABLED":
            return ok(check, "Okta disables people in Identity Center when they leave")
    return fail(
        check,
        "switched off: whoever leaves stays enabled in Identity Center",
        "Okta > the AWS app > Provisioning > To App: switch Deactivate Users on",
    )
