"""What the policy wants, against what is there. Pure: what was read goes in, a plan that explains itself
comes out.

Letting an account in (`plan`) never removes anything: whether an assignment may go is a question to every
grant and to all that was read, which `plan_all` asks: of the organization, or of all that one account has.
"""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from functions.accounts.removals import Unwanted, permit
from functions.aws.identity_center import AccountAssignment
from functions.policy import AccessPolicy
from functions.policy.expand import Directory, Expansion, Wanted, expand
from functions.policy.selectors import Account

__all__ = ["Blocked", "Picture", "Plan", "Step", "Unwanted", "plan", "plan_all", "withhold"]


@dataclass(frozen=True, slots=True)
class Step:
    """An assignment to make, and what wants it."""

    wanted: Wanted
    assignment: AccountAssignment


@dataclass(frozen=True, slots=True)
class Blocked:
    """Something wanted that cannot be asked for, and why."""

    wanted: Wanted
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


@dataclass(frozen=True)
class Picture:
    """What was read of an organization. `permission_sets` are ARNs by name.

    `gaps` says what could not be read; with a single gap nothing is removed. What an account that could not
    be read wants is not known, so it is left out of `accounts`.
    """

    accounts: tuple[Account, ...]
    permission_sets: Mapping[str, str]
    directory: Directory
    assignments: Collection[AccountAssignment]
    gaps: tuple[str, ...] = ()


def plan(
    expansion: Expansion,
    permission_set_arns: Mapping[str, str],
    current: Collection[AccountAssignment],
) -> Plan:
    """Compare. `current` holds all assignments of the wanted permission sets in the accounts expanded."""
    steps: dict[AccountAssignment, Step] = {}
    blocked: list[Blocked] = []
    for wanted in expansion.wanted:
        arn = permission_set_arns.get(wanted.permission_set)
        if arn is None:
            why = f"Identity Center has no permission set {wanted.permission_set}"
            blocked.append(Blocked(wanted, why))
            continue
        principal = wanted.principal
        assignment = AccountAssignment(wanted.account_id, arn, principal.id, principal.type)
        steps.setdefault(assignment, Step(wanted, assignment))
    there = current if isinstance(current, set | frozenset) else frozenset(current)
    return Plan(
        create=tuple(step for step in steps.values() if step.assignment not in there),
        unchanged=tuple(step for step in steps.values() if step.assignment in there),
        blocked=tuple(blocked),
    )


def plan_all(policy: AccessPolicy, picture: Picture, today: date) -> Plan:
    """Compare an organization, or those of its accounts that were read, on a day (in UTC); say what may go.

    Something goes only if no grant wants it and nothing that was read leaves a doubt about that.
    """
    ready = [account for account in picture.accounts if account.state == "ACTIVE"]
    expansion = expand(policy, ready, picture.directory, today)
    there = frozenset(picture.assignments)
    todo = plan(expansion, picture.permission_sets, there)
    claimed = {step.assignment for step in todo.unchanged}
    judge = _Judge(policy, picture, expansion)
    candidates: list[Unwanted] = []
    kept: list[Unwanted] = []
    for assignment in sorted(there - claimed, key=_order):
        item, stays = judge.about(assignment)
        (kept if stays else candidates).append(item)
    verdict = permit(policy.accounts, candidates, {account.id: account for account in picture.accounts})
    unknown = tuple(Blocked(wanted, _unknown(wanted)) for wanted in expansion.unresolved)
    blocked = (*todo.blocked, *unknown)
    return Plan(todo.create, todo.unchanged, blocked, verdict.remove, (*kept, *verdict.kept))


def withhold(made: Plan, off_limits: Mapping[str, str], unread: Collection[str] = ()) -> Plan:
    """The plan without what this hub may not do (accounts, each with the reason), and without principals
    (ids) whose assignments could not be read: nobody knows what they lack."""
    mine = [step for step in made.create if step.assignment.principal_id not in unread]
    denied = [
        Blocked(step.wanted, off_limits[a]) for step in mine if (a := step.wanted.account_id) in off_limits
    ]
    return replace(
        made,
        create=tuple(step for step in mine if step.wanted.account_id not in off_limits),
        blocked=(*made.blocked, *denied),
        remove=tuple(item for item in made.remove if item.assignment.account_id not in off_limits),
    )


class _Judge:
    """Is it certain that no grant wants an assignment?"""

    def __init__(self, policy: AccessPolicy, picture: Picture, expansion: Expansion) -> None:
        self._policy = policy
        self._gaps = picture.gaps
        self._accounts = {account.id: account for account in picture.accounts}
        self._sets = {arn: name for name, arn in picture.permission_sets.items()}
        self._people = {
            **{id_: name for name, id_ in picture.directory.groups.items()},
            **{id_: name for name, id_ in picture.directory.users.items()},
        }
        self._doubts = {(w.account_id, w.permission_set, w.principal.type): w for w in expansion.unresolved}
        self._ended = {(w.account_id, w.permission_set, w.principal.id): w for w in expansion.ended}

    def about(self, assignment: AccountAssignment) -> tuple[Unwanted, bool]:
        """The assignment in words, and whether a doubt keeps it."""
        name = self._sets.get(assignment.permission_set_arn, assignment.permission_set_arn)
        principal = self._people.get(assignment.principal_id, assignment.principal_id)
        doubt = next(self._why_kept(assignment, name), None)
        ended = self._ended.get((assignment.account_id, name, assignment.principal_id))
        why = f"no grant wants it{': ' + '; '.join(ended.reasons) if ended else ''}"
        return Unwanted(assignment, name, principal, doubt or why), doubt is not None

    def _why_kept(self, assignment: AccountAssignment, name: str) -> Iterator[str]:
        account = self._accounts.get(assignment.account_id)
        if self._gaps:
            yield f"not everything could be read: {'; '.join(self._gaps)}"
        if account is None:
            yield "its account is not among those read"
        elif account.state != "ACTIVE":
            yield f"its account is {account.state}"
        if name not in self._policy.permission_sets:
            yield f"the access policy does not define permission set {name}, so it is not Ostiary's"
        if assignment.principal_id not in self._people and self._named_protection(assignment):
            kind = assignment.principal_type.lower()
            yield f"the name of its {kind} is not known, and accounts.protected names {kind}s"
        doubt = self._doubts.get((assignment.account_id, name, assignment.principal_type))
        if doubt:
            yield f"it may belong to a grant: {_unknown(doubt)}, and it may have been renamed"

    def _named_protection(self, assignment: AccountAssignment) -> bool:
        protected = self._policy.accounts.protected
        return bool(protected.groups if assignment.principal_type == "GROUP" else protected.users)


def _unknown(wanted: Wanted) -> str:
    return f"Identity Center has no {wanted.principal.said}"


def _order(assignment: AccountAssignment) -> tuple[str, str, str]:
    return (assignment.account_id, assignment.permission_set_arn, assignment.principal_id)
