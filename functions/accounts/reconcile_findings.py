"""What a person should know after a reconcile."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime

from functions.accounts.apply import Applied, Removed
from functions.accounts.nowhere import Nowhere
from functions.accounts.plan import Plan, Step, Unwanted
from functions.accounts.reconcile_scope import Scope
from functions.accounts.refusals import advice
from functions.finding import Finding, Severity

EVERYWHERE = Scope()

SHOWN = 25
"""Lines of a list that a person reads; how many more there are is said."""


def about_reading(gaps: Sequence[str], since: datetime, runbooks: str) -> Finding:
    """All of it could be read (clear), or what could not (open)."""
    finding = Finding(
        key="accounts/reconcile/reading",
        severity=Severity.WARNING,
        title=f"Reconcile could not read everything: {len(gaps)} gaps",
        subject="reconcile",
        since=since,
        why="What was not read was neither repaired nor judged, and nothing was removed anywhere: an "
        "incomplete read looks like access that nobody wants. It is tried again by itself.",
        actions=("Read AWS's reason beside each gap.", "If it stays, mend the right or the quota it names."),
        runbook=f"{runbooks}/reconcile.md",
        facts=listed((f"gap {number}", gap) for number, gap in enumerate(gaps, start=1)),
    )
    return finding if gaps else finding.cleared()


def about_repairs(created: Sequence[Step], since: datetime, runbooks: str) -> Finding:
    """Nothing was missing (clear), or what was made (open)."""
    finding = Finding(
        key="accounts/reconcile/repaired",
        severity=Severity.INFO,
        title=f"{len(created)} assignments were missing and have been made",
        subject="reconcile",
        since=since,
        why="The access policy wants them and they were not there: somebody removed them by hand, the policy "
        "or a group is new, or an event was lost. They are there now.",
        actions=("If it happens again, look for who removes them: CloudTrail, DeleteAccountAssignment.",),
        runbook=f"{runbooks}/reconcile.md",
        facts=listed((_place(step), "; ".join(step.wanted.reasons)) for step in created),
    )
    return finding if created else finding.cleared()


def about_removals(
    plan: Plan, removed: Removed | None, since: datetime, runbooks: str, scope: Scope = EVERYWHERE
) -> Finding:
    """The plan of what is taken away, told before it happens (open); afterwards that it is done (clear), so
    that the next plan is told as well, or what AWS left there (open)."""
    failed = {item.assignment: reason for item, reason in removed.failed} if removed else {}
    finding = Finding(
        key=f"{scope.key}/removals",
        severity=Severity.WARNING if failed else Severity.INFO,
        title=f"{len(failed)} assignments could not be removed"
        if failed
        else f"{len(plan.remove)} assignments that no grant wants are removed",
        subject=scope.said,
        since=since,
        why="No grant wants them, everything could be read, and accounts.prune is enforce.",
        actions=(
            *advice(failed.values()),
            "If one was needed: add a grant to access.yaml and deploy; it is made again.",
            "To stop removals: accounts.prune: report.",
        ),
        runbook=f"{runbooks}/reconcile.md",
        facts=listed((_there(item), failed.get(item.assignment, item.why)) for item in plan.remove),
    )
    return finding if failed or (plan.remove and removed is None) else finding.cleared()


def about_unwanted(
    kept: Sequence[Unwanted], since: datetime, runbooks: str, scope: Scope = EVERYWHERE
) -> Finding:
    """What would be taken away and stays, each for its reason; in all accounts, or in one."""
    finding = Finding(
        key=f"{scope.key}/unwanted",
        severity=Severity.WARNING,
        title=f"{len(kept)} assignments are there that no grant wants",
        subject=scope.said,
        since=since,
        why="People have access that access.yaml does not give. Nothing was removed: the reason is beside "
        "each.",
        actions=(
            "Needed: write a grant for it. Not needed: accounts.prune: enforce, or remove it by hand.",
            "Never to be removed: name it under accounts.protected.",
        ),
        runbook=f"{runbooks}/reconcile.md",
        facts=listed((_there(item), item.why) for item in kept),
    )
    return finding if kept else finding.cleared()


def about_nowhere(lines: Sequence[Nowhere], since: datetime, runbooks: str) -> Finding:
    """All that the access policy names is there (clear), or what of it names nothing (open)."""
    finding = Finding(
        key="accounts/reconcile/nowhere",
        severity=Severity.WARNING,
        title=f"{len(lines)} lines of access.yaml name accounts or OUs that are not there",
        subject="access.yaml",
        since=since,
        why="What they say holds nowhere: a name was misspelt, or an account or OU was renamed, moved or "
        "closed. Who should have access through such a grant has none; an except or a protection that names "
        "nothing protects nothing.",
        actions=(
            "Put the right name into access.yaml and deploy.",
            "Not needed any more: take the line out.",
        ),
        runbook=f"{runbooks}/reconcile.md",
        facts=listed((each.line, each.why) for each in lines),
    )
    return finding if lines else finding.cleared()


def about_accounts(
    plan: Plan, applied: Applied, names: Mapping[str, str], since: datetime, runbooks: str
) -> list[Finding]:
    """For each account of `names` (id to name): all that is wanted there is (clear), or is not (open).

    The key is the one that events of the account use, so that each clears what the other opened. Principals
    that do not exist are told once, not here.
    """
    missing: dict[str, dict[str, str]] = {}
    for failed in applied.failed:
        missing.setdefault(failed.step.wanted.account_id, {})[_said(failed.step)] = failed.reason
    for blocked in plan.blocked:
        if blocked.wanted.principal.id:
            said = f"{blocked.wanted.principal.name} → {blocked.wanted.permission_set}"
            missing.setdefault(blocked.wanted.account_id, {})[said] = blocked.why
    return [
        _about_account(account, name, missing.get(account, {}), since, runbooks)
        for account, name in names.items()
    ]


def _about_account(
    account: str, name: str, missing: Mapping[str, str], since: datetime, runbooks: str
) -> Finding:
    finding = Finding(
        key=f"accounts/{account}/access",
        severity=Severity.WARNING,
        title=f"{len(missing)} grants are not in force in account {name}",
        subject=f"account {account}",
        since=since,
        why="The access policy wants these assignments and they could not be made. "
        "People who need them cannot work in the account; nobody has more than they should.",
        actions=(
            "Read the reason beside each assignment.",
            *advice(missing.values()),
            "Once it is gone, the next reconcile makes it.",
        ),
        runbook=f"{runbooks}/account.md",
        facts=listed(missing.items()),
    )
    return finding if missing else finding.cleared()


def listed(lines: Iterable[tuple[str, str]]) -> dict[str, str]:
    """As many as a person reads, and how many more there are."""
    every = list(lines)
    more = {"and more": str(len(every) - SHOWN)} if len(every) > SHOWN else {}
    return dict(every[:SHOWN]) | more


def _said(step: Step) -> str:
    return f"{step.wanted.principal.name} → {step.wanted.permission_set}"


def _place(step: Step) -> str:
    return f"{_said(step)} in {step.wanted.account_id}"


def _there(item: Unwanted) -> str:
    return f"{item.principal} → {item.permission_set} in {item.assignment.account_id}"
