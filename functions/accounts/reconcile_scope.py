"""What a reconcile event asks for: everything, one account, or one group."""

from dataclasses import dataclass

from functions.accounts.events import RECONCILE_GROUP
from functions.inbox import Envelope

SCHEDULE = "Scheduled Event"
"""The detail-type of EventBridge's own clock (Amazon EventBridge User Guide, "Creating a rule that runs on a
schedule")."""


class ScopeError(ValueError):
    """An event that asks for nothing we know; it belongs in the dead-letter queue."""


@dataclass(frozen=True)
class Scope:
    """What to compare. `group` is a display name, `group_id` an id. None of them: the organization."""

    account: str | None = None
    group: str | None = None
    group_id: str | None = None

    @property
    def everything(self) -> bool:
        """The whole organization."""
        return self == Scope()


def read_scope(envelope: Envelope) -> Scope:
    """Raises ScopeError that says what is possible."""
    if envelope.detail_type == SCHEDULE:
        return Scope()
    if envelope.detail_type == RECONCILE_GROUP:
        return Scope(group_id=str(envelope.detail["group"]))
    match envelope.detail.get("scope"):
        case "all":
            return Scope()
        case {"account": str(account)}:
            return Scope(account=account)
        case {"group": str(group)}:
            return Scope(group=group)
    raise ScopeError('scope is "all", {"account": "<id>"} or {"group": "<name>"}')
