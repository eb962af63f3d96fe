"""Which OAuth scopes the functions ask Okta for, and what ends where one was not granted."""

APPS = "okta.apps.read"
HOOKS = "okta.eventHooks.read"
HOOKS_MANAGE = "okta.eventHooks.manage"
LOGS = "okta.logs.read"
POLICIES = "okta.policies.read"
USERS = "okta.users.read"
USERS_MANAGE = "okta.users.manage"

NEEDED = {
    USERS_MANAGE: "ending the Okta sessions of people who left",
    APPS: "watching certificates and provisioning",
    LOGS: "catching up on events that the hook did not bring, and watching factor resets and sign-on rules",
    HOOKS: "watching the event hook",
    HOOKS_MANAGE: "replacing the event hook's secret",
    POLICIES: "watching the sign-on policy",
    USERS: "telling whose factor was reset",
}
"""Scope to what does not work without it."""
