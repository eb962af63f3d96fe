"""What a reconcile event asks for: everything, one account, one group, or the permission sets."""

from dataclasses import dataclass, replace

from functions import bus
from functions.accounts.event_fields import find
from functions.accounts.events import RECONCILE_GROUP
from functions.bus import BusEvent
from functions.inbox import Envelope

SCHEDULE = "Scheduled Event"
"""The detail-type of EventBridge's own clock (Amazon EventBridge User Guide, "Creating a rule that runs on a
schedule")."""

DEPLOYED = "CloudFormation Stack Status Change"
"""The policy, or its permission sets, may be new (CloudFormation User Guide, "Managing events with
CloudFormation and Amazon EventBridge")."""


RECONCILE = "reconcile"
"""The detail-type of `ostiary.accounts` that names what to compare under `scope`."""


class ScopeError(ValueError):
    """An event that asks for nothing we know; it belongs in the dead-letter queue."""


@dataclass(frozen=True)
class Scope:
    """What to compare. `group` is a display name, `group_id` an id. None of them: the organization."""

    account: str | None = None
    group: str | None = None
    group_id: str | None = None
    remove: bool = True
    """Whether what is unwanted may go, where the policy allows it; otherwise it is only told."""
    sweep: str | None = None
    """A reading of the organization in several runs, by its name."""
    number: int = 0
    """Which stretch of it comes next."""
    calls: int | None = None
    """About how many calls of Identity Center one run may take for all of it, if fewer than it has time for;
    the account that it reads last is read to its end."""
    permission_sets: bool = False
    """Not assignments, but whether accounts have the latest state of each permission set."""
    permission_set: str | None = None
    """The same for one of them, by its ARN."""

    @property
    def everything(self) -> bool:
        """The whole organization, in one run or in the last of several."""
        return self.sweep is not None or replace(self, calls=None) == Scope()

    def budget(self, possible: int) -> int:
        """Calls of one run of which so many are possible in its time."""
        return possible if self.calls is None else min(possible, self.calls)

    @property
    def key(self) -> str:
        """How the keys of its findings begin, so that no comparison repeats or resolves what another told."""
        if self.account:
            return f"accounts/{self.account}"
        group = self.group_id or self.group
        return f"accounts/reconcile/group/{group}" if group else "accounts/reconcile"

    @property
    def said(self) -> str:
        """Whom its findings are about."""
        return f"account {self.account}" if self.account else "reconcile"


def everywhere() -> BusEvent:
    """Asks for the whole organization."""
    return BusEvent(bus.ACCOUNTS, RECONCILE, {"scope": "all"})


def inside(account_id: str, *, remove: bool = True) -> BusEvent:
    """Asks for one account. `remove`: whether what is unwanted may go, where the policy allows it."""
    only_told = {} if remove else {"remove": False}
    return BusEvent(bus.ACCOUNTS, RECONCILE, {"scope": {"account": account_id}, **only_told})


def read_scope(envelope: Envelope) -> Scope:
    """Raises ScopeError that says what is possible."""
    if envelope.detail_type in (SCHEDULE, DEPLOYED):
        return Scope()
    if envelope.source == "aws.sso":
        return Scope(permission_set=_permission_set(envelope))
    if envelope.detail_type == RECONCILE_GROUP:
        return Scope(group_id=str(envelope.detail["group"]))
    match envelope.detail.get("scope"):
        case "all":
            return Scope(calls=_calls(envelope))
        case "permission-sets":
            return Scope(permission_sets=True)
        case {"account": str(account)}:
            return Scope(account=account, remove=envelope.detail.get("remove") is not False)
        case {"group": str(group)}:
            return Scope(group=group)
        case {"sweep": str(sweep), "number": int(number)}:
            return Scope(sweep=sweep, number=number, calls=_calls(envelope))
    raise ScopeError('scope is "all", "permission-sets", {"account": "<id>"} or {"group": "<name>"}')


def _calls(envelope: Envelope) -> int | None:
    calls = envelope.detail.get("calls")
    if calls is None or (isinstance(calls, int) and calls > 0):
        return calls
    raise ScopeError("calls is a number above 0: of calls that one run may take")


def _permission_set(envelope: Envelope) -> str:
    arn = find(envelope.detail.get("requestParameters") or {}, "permissionSetArn")
    if not arn:
        raise ScopeError("no permission set in requestParameters")
    return str(arn)
