"""The event types of Okta that something here consumes: the one list that hook, rules and registration share.

Names as in Okta's "Event types" catalogue. A hook can carry those of CONSUMED; only the System Log shows all.
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
UNLOCK_BY_ADMIN = "user.account.unlock_by_admin"
APP_MEMBERSHIP_ADD = "application.user_membership.add"

LEAVER_EVENTS = frozenset({DEACTIVATE, SUSPEND, DELETE_INITIATED, LOCK, APP_MEMBERSHIP_REMOVE})
"""A person may have left."""

RETURN_EVENTS = frozenset({ACTIVATE, REACTIVATE, UNSUSPEND, UNLOCK, UNLOCK_BY_ADMIN, APP_MEMBERSHIP_ADD})
"""A person may be back."""

GROUP_MEMBERSHIP_ADD = "group.user_membership.add"
GROUP_MEMBERSHIP_REMOVE = "group.user_membership.remove"

GROUP_CREATE = "group.lifecycle.create"
"""Grants may mean the group, once Okta pushes it."""

GROUP_DELETE = "group.lifecycle.delete"
"""Everybody who was in the group has lost it."""

GROUP_EVENTS = frozenset({GROUP_MEMBERSHIP_ADD, GROUP_MEMBERSHIP_REMOVE, GROUP_DELETE})
"""Somebody lost what a group gave them, or has it again."""

APP_UPDATE = "application.lifecycle.update"
"""Among all that this may be: the app signs with another certificate."""

POLICY_CHANGES = frozenset(
    {
        "policy.lifecycle.update",
        "policy.rule.activate",
        "policy.rule.add",
        "policy.rule.deactivate",
        "policy.rule.delete",
        "policy.rule.update",
    }
)
"""Somebody changed who may sign in, and with which factors."""

FACTOR_RESETS = frozenset({"user.mfa.factor.deactivate", "user.mfa.factor.reset_all"})
"""Somebody lost a second factor, and may enrol another one."""

WATCH_EVENTS = POLICY_CHANGES | FACTOR_RESETS | {APP_UPDATE}
"""What the watch over certificates and policies looks at once for."""

KEY_CHANGES = frozenset({"app.keys.clone", "app.keys.delete", "app.keys.generate", "app.keys.rotate"})
SIGN_ON_CHANGES = frozenset(
    {
        "application.policy.sign_on.rule.create",
        "application.policy.sign_on.rule.delete",
        "application.policy.sign_on.update",
    }
)
HOOK_CHANGES = frozenset({"event_hook.deactivated", "event_hook.deleted", "event_hook.updated"})

LOG_ONLY = KEY_CHANGES | SIGN_ON_CHANGES | HOOK_CHANGES
"""What the watch looks at once for as well, but no hook can carry: only the System Log tells."""

CONSUMED = LEAVER_EVENTS | RETURN_EVENTS | GROUP_EVENTS | WATCH_EVENTS | {GROUP_CREATE}
"""What a hook carries and a rule on the bus picks up. The hook drops what is not in here."""

FROM_LOG = (
    CONSUMED
    | LOG_ONLY
    | {
        "application.policy.sign_on.deny_access",
        "application.provision.group_push.mapping.update.or.delete.failed",
        "application.provision.group_push.mapping.update.or.delete.failed.with.error",
        "application.provision.user.deactivate",
        "application.user_membership.deprovision",
        "event_hook.delivery",
        "user.lifecycle.delete.completed",
    }
)
"""What catch-up asks the System Log for: all that somebody consumes, what says that the hook or provisioning
failed, and what tells how a departure ended."""
