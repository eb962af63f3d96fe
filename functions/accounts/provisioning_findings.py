"""What a person should know about permission sets and the accounts that use them."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from functions.accounts.reconcile_findings import listed
from functions.finding import Finding, Severity


def about_definition(name: str, wrong: Sequence[str], since: datetime, runbooks: str) -> Finding:
    """The permission set is what access.yaml says (clear), or somebody changed it elsewhere (open)."""
    finding = Finding(
        key=f"accounts/permission-set/{name}/definition",
        severity=Severity.WARNING,
        title=f"Permission set {name} is not what access.yaml says",
        subject=f"permission set {name}",
        since=since,
        why="Somebody changed it by hand, or access.yaml is not deployed yet. It may permit more or less "
        "than was reviewed. It was not brought to accounts that do not have it.",
        actions=(
            "Who: CloudTrail, event source sso.amazonaws.com, this permission set.",
            "Meant so: write it into access.yaml and deploy. Not meant: change it back, then deploy.",
        ),
        runbook=f"{runbooks}/permission-set.md",
        facts=listed((f"difference {number}", each) for number, each in enumerate(wrong, start=1)),
    )
    return finding if wrong else finding.cleared()


def about_provisioning(name: str, reasons: Mapping[str, str], since: datetime, runbooks: str) -> Finding:
    """Every account that uses it has its latest state (clear), or some do not (open)."""
    finding = Finding(
        key=f"accounts/permission-set/{name}/provisioning",
        severity=Severity.WARNING,
        title=f"{len(reasons)} accounts have an older state of permission set {name}",
        subject=f"permission set {name}",
        since=since,
        why="Its latest change is not in force there: people can do what it permitted before.",
        actions=(
            "Read AWS's reason beside each account.",
            "Once it is gone, the next check brings it there.",
        ),
        runbook=f"{runbooks}/permission-set.md",
        facts=listed(sorted(reasons.items())),
    )
    return finding if reasons else finding.cleared()
