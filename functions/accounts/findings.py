"""What a person should know about an account's access."""

from collections.abc import Iterable
from datetime import datetime

from functions.accounts.apply import Applied
from functions.accounts.events import CreationFailed
from functions.accounts.plan import Plan
from functions.accounts.reconcile_findings import listed
from functions.accounts.refusals import advice
from functions.finding import Finding, Severity
from functions.policy.expand import Directory, Principal, Wanted
from functions.policy.mistakes import nearest
from functions.policy.selectors import Account


def about_access(account: Account, plan: Plan, applied: Applied, since: datetime, runbooks: str) -> Finding:
    """Everything the policy wants is there (clear), or some of it is not (open)."""
    missing = {_say(failed.step.wanted): failed.reason for failed in applied.failed} | {
        _say(blocked.wanted): blocked.why for blocked in plan.blocked
    }
    finding = Finding(
        key=f"accounts/{account.id}/access",
        severity=Severity.WARNING,
        title=f"{len(missing)} grants are not in force in account {account.name}",
        subject=f"account {account.id}",
        since=since,
        why="The access policy wants these assignments and AWS did not make them. "
        "People who need them cannot work in the account; nobody has more than they should.",
        actions=(
            "Read AWS's reason beside each assignment.",
            *advice(missing.values()),
            "Once it is gone, tag the account (any tag): the event makes the rest.",
        ),
        runbook=f"{runbooks}/account.md",
        facts=listed(missing.items()),
    )
    return finding if missing else finding.cleared()


def about_readiness(account_id: str, reason: str, since: datetime, runbooks: str) -> Finding:
    """An account joined and cannot be let in yet. The key is that of its access: whatever says that all of it
    is there, or that the account left, resolves this too."""
    return Finding(
        key=f"accounts/{account_id}/access",
        severity=Severity.WARNING,
        title=f"Account {account_id} is not ready for access",
        subject=f"account {account_id}",
        since=since,
        why="It joined, and AWS does not let anybody be given access there yet. Nobody can work in the "
        "account; nobody has more than they should. It is tried again for two and a half "
        "hours, then once a day.",
        actions=(
            f"See its state: aws organizations describe-account --account-id {account_id}",
            "PENDING_ACTIVATION for long: ask AWS Support. ACTIVE: "
            f"ostiary apply --account {account_id} --yes",
        ),
        runbook=f"{runbooks}/account.md",
        facts={"reason": reason},
    )


def about_departure(account_id: str, since: datetime, runbooks: str) -> Finding:
    """An account is closed or gone: whatever was missing there, nobody waits for it any more."""
    return Finding(
        key=f"accounts/{account_id}/access",
        severity=Severity.WARNING,
        title=f"Account {account_id} left",
        subject=f"account {account_id}",
        since=since,
        why="The account is closed or has left the organization.",
        actions=(),
        runbook=f"{runbooks}/account.md",
    ).cleared()


def about_principals(
    named: Iterable[Principal], unresolved: Iterable[Wanted], known: Directory, since: datetime, runbooks: str
) -> list[Finding]:
    """For each group or user of `named`, whom grants name: it exists (clear), or Identity Center does not
    know it, and what is `unresolved` tells which grant wants it. `known` may hold what was meant."""
    wanted_by = {item.principal: item.reasons[0] for item in unresolved}
    ordered = sorted(named, key=lambda each: (each.type, each.name))
    return [_about(principal, wanted_by.get(principal), known, since, runbooks) for principal in ordered]


def about_creation(failed: CreationFailed, since: datetime, runbooks: str) -> Finding:
    """An account that somebody asked for will not come. AWS masks its name in the event."""
    return Finding(
        key=f"accounts/creation/{failed.request_id}",
        severity=Severity.WARNING,
        title="An account could not be created",
        subject=f"request {failed.request_id}",
        since=since,
        why=f"AWS says: {failed.reason}. Nothing was granted, because there is no account.",
        actions=(
            f"Look the request up: aws organizations describe-create-account-status "
            f"--create-account-request-id {failed.request_id}",
            "Tell whoever asked for the account.",
        ),
        runbook=f"{runbooks}/account.md",
        facts={"reason": failed.reason},
    )


def _about(
    principal: Principal, reason: str | None, known: Directory, since: datetime, runbooks: str
) -> Finding:
    kind, name = principal.type.lower(), principal.name
    near = nearest(name, known.groups if kind == "group" else known.users) if reason else None
    where = "Push Groups" if principal.type == "GROUP" else "Assignments"
    finding = Finding(
        key=f"accounts/{kind}/{name}",
        severity=Severity.WARNING,
        title=f"{kind.capitalize()} {name} does not exist in Identity Center",
        subject=principal.said,
        since=since,
        why=f"A grant names the {kind}, so that access is missing. It was renamed, or Okta has not "
        "pushed it. Nothing was taken away because of it.",
        actions=(
            f"In Okta, open the AWS app, {where}: is {name} there, and active?",
            f"Is {near} meant? Put that into access.yaml."
            if near
            else "If it has another name now, put that into access.yaml.",
        ),
        runbook=f"{runbooks}/account.md",
        facts={"wanted by": reason, **({"nearest known name": near} if near else {})} if reason else {},
    )
    return finding if reason else finding.cleared()


def _say(wanted: Wanted) -> str:
    return f"{wanted.principal.name} → {wanted.permission_set}"
