"""What the policy wants in an account, against what is there.

Work for one account never removes anything: whether an assignment may go is a question to every grant
and every reader, which reconcile asks with a plan that a person has seen.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from functions.aws.identity_center import AccountAssignment
from functions.policy.expand import Expansion, Wanted


@dataclass(frozen=True)
class Step:
    """An assignment to make, and what wants it."""

    wanted: Wanted
    assignment: AccountAssignment


@dataclass(frozen=True)
class Blocked:
    """Something wanted that cannot be asked for, and why."""

    wanted: Wanted
    why: str


@dataclass(frozen=True)
class Unwanted:
    """An assignment that is there and that no grant wants. `why` says why it goes, or why it stays."""

    assignment: AccountAssignment
    permission_set: str
    principal: str
    why: str


@dataclass(frozen=True)
class Plan:
    """All of it: what to create, what is there already, what cannot be done, what to take away.

    `remove` is what may really go: `accounts` of the access policy has been asked. `kept` is unwanted too
    and stays, each for its reason.
    """

    create: tuple[Step, ...]
    unchanged: tuple[Step, ...]
    blocked: tuple[Blocked, ...]
    remove: tuple[Unwanted, ...] = ()
    kept: tuple[Unwanted, ...] = ()


def plan(
    expansion: Expansion,
    permission_set_arns: Mapping[str, str],
    current: Collection[AccountAssignment],
) -> Plan:
    """Compare. `current` holds the account's assignments of the wanted permission sets, all of them."""
    steps: dict[AccountAssignment, Step] = {}
    blocked: list[Blocked] = []
    for wanted in expansion.wanted:
        arn = permission_set_arns.get(wanted.permission_set)
        if arn is None:
            why = f"Identity Center has no permission set {wanted.permission_set}"
            blocked.append(Blocked(wanted, why))
            continue
        assignment = AccountAssignment(wanted.account_id, arn, wanted.group_id)
        steps.setdefault(assignment, Step(wanted, assignment))
    return Plan(
        create=tuple(step for step in steps.values() if step.assignment not in current),
        unchanged=tuple(step for step in steps.values() if step.assignment in current),
        blocked=tuple(blocked),
    )
