"""The event types of Okta that something here consumes: the one list that hook, rules and registration share.

Names as in Okta's "Event types" catalogue; each can be carried by an event hook.
"""

DEACTIVATE = "user.lifecycle.deactivate"
SUSPEND = "user.lifecycle.suspend"
DELETE_INITIATED = "user.lifecycle.delete.initiated"
LOCK = "user.account.lock"
APP_MEMBERSHIP_REMOVE = "application.user_membership.remove"

ACTIVATE = "user.lifecycle.activate"
REACTIVATE = "user.lifecycle.reactivate"
UNSUSPEND = "user.lifecycle.unsuspend"
UNLOCK = "user.account.unlock"
APP_MEMBERSHIP_ADD = "application.user_membership.add"

LEAVER_EVENTS = frozenset({DEACTIVATE, SUSPEND, DELETE_INITIATED, LOCK, APP_MEMBERSHIP_REMOVE})
"""A person may have left."""

RETURN_EVENTS = frozenset({ACTIVATE, REACTIVATE, UNSUSPEND, UNLOCK, APP_MEMBERSHIP_ADD})
"""A person may be back."""

CONSUMED = LEAVER_EVENTS | RETURN_EVENTS
"""Everything that a rule on the bus picks up. The hook drops what is not in here."""
