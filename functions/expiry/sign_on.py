"""The AWS app's sign-on policy in Okta: does it demand a second factor, and did somebody touch it? Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from functions.expiry.check import Desk, Found, Guide
from functions.expiry.sign_on_rules import DEEDS, RECENT, Gone, Rule
from functions.expiry.wording import moment, some_of
from functions.finding import Finding, Severity

_RUNBOOK = "sign-on-policy.md"

FACTOR = Guide(
    why=(
        "Whoever has a password of somebody with access to AWS is in AWS: this policy lets them in without a "
        "second factor."
    ),
    actions=(
        "Okta > Security > Authentication policies > the policy of the AWS app: open the rules listed below.",
        'Ask who changed them: System Log, eventType sw "policy.rule". If nobody knows, treat it as an '
        "intrusion: set the rule back first, then call security.",
        "Set 'User must authenticate with' to any two factor types, and Save.",
        "If one factor is meant: say so with `watch: {second_factor: false}` in access.yaml.",
    ),
    runbook=_RUNBOOK,
)

CHANGED = Guide(
    why="Who may sign in to AWS, and how, was changed. Somebody besides the author should know.",
    actions=(
        'Okta > Reports > System Log, eventType sw "policy.rule" or "policy.lifecycle": who?',
        "Ask that person. If they do not know of it, set the rule back and call security.",
        "A rule that was deleted or deactivated: make it again, or activate it, above the rules that ask for "
        "less.",
        "Nothing else is to be done: this clears a week after the change.",
    ),
    runbook=_RUNBOOK,
)


def examine(
    app_id: str, rules: Sequence[Rule], gone: Sequence[Gone], *, demanded: bool, desk: Desk
) -> tuple[Finding, ...]:
    """Two findings: the second factor, and a change within the last week."""
    subject = f"Sign-on policy of Okta app {app_id}"
    changes = _changes(rules, gone, desk)
    return (
        desk.write(f"sign-on/{app_id}/factor", subject, _factor(rules, changes, demanded), FACTOR),
        desk.write(f"sign-on/{app_id}/changed", subject, _changed(changes), CHANGED),
    )


@dataclass(frozen=True)
class _Change:
    name: str
    at: datetime
    says: str


def _changes(rules: Sequence[Rule], gone: Sequence[Gone], desk: Desk) -> tuple[_Change, ...]:
    """Of the last week, the oldest first; of one that was deactivated and is there, the rule itself tells."""
    seen = [
        _Change(rule.name, rule.changed, f"{_state(rule)}; last changed {moment(rule.changed)}")
        for rule in rules
        if rule.is_ours and desk.now - rule.changed <= RECENT
    ]
    there = {change.name for change in seen} | {rule.name for rule in rules if rule.active}
    seen += [
        _Change(each.name, each.at, f"{each.deed} {moment(each.at)}")
        for each in gone
        if each.name not in there or each.deed == DEEDS["policy.rule.delete"]
    ]
    return tuple(sorted(seen, key=lambda change: change.at))


def _factor(rules: Sequence[Rule], changes: Sequence[_Change], demanded: bool) -> Found:
    open_doors = [rule for rule in rules if rule.opens]
    if not demanded or not open_doors:
        return Found(None, "The AWS app's sign-on policy is as strict as access.yaml wants it")
    facts = {change.name: change.says for change in changes}
    facts |= {rule.name: f"{_state(rule)}; last changed {moment(rule.changed)}" for rule in open_doors}
    return Found(
        # What has always been so waits for the morning; what somebody has just weakened does not.
        Severity.PAGE if changes else Severity.WARNING,
        "The AWS app's sign-on policy lets people in without a second factor",
        {f"Rule {name}": says for name, says in facts.items()},
        changes[0].at if changes else min(rule.changed for rule in open_doors),
    )


def _changed(changes: Sequence[_Change]) -> Found:
    if not changes:
        return Found(None, "Nobody changed the AWS app's sign-on policy within a week")
    return Found(
        Severity.WARNING,
        f"The AWS app's sign-on policy was changed: {some_of([change.name for change in changes])}",
        {f"Rule {change.name}": change.says for change in changes},
        changes[0].at,
    )


def _state(rule: Rule) -> str:
    if not rule.active:
        return "deactivated"
    if not rule.lets_in:
        return "denies"
    return "two factors" if rule.second_factor else "one factor"
