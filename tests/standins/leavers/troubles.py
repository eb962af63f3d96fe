"""Each step's API, and the ways in which it can be in trouble, as the service itself would say it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

INTERNAL, THROTTLED = ("InternalServerException", 500), ("ThrottlingException", 400)


@dataclass(frozen=True)
class Trouble:
    """`held_up`: what does not hold while this API is in trouble; everything else must."""

    step: str
    service: str
    operation: str
    held_up: frozenset[str]
    failing: tuple[str, int] = INTERNAL
    throttled: tuple[str, int] = THROTTLED

    def __str__(self) -> str:
        return self.step.replace(" ", "-")

    def fails(self) -> dict[str, Any]:
        return self._fault(*self.failing)

    def throttles(self) -> dict[str, Any]:
        return self._fault(*self.throttled)

    def dawdles(self) -> dict[str, Any]:
        return {**self._where, "latency_ms": 80, "times": 1}

    @property
    def _where(self) -> Mapping[str, Any]:
        return {"service": self.service, "operation": self.operation}

    def _fault(self, error: str, status: int) -> dict[str, Any]:
        return {**self._where, "error": error, "status": status}


def _trouble(step: str, where: str, held_up: str, *errors: tuple[str, int]) -> Trouble:
    service, operation = where.split(":")
    return Trouble(step, service, operation, frozenset(held_up.split()), *errors)


ORGANIZATIONS = ("ServiceException", 500), ("TooManyRequestsException", 400)
IAM = ("ServiceFailure", 500), ("Throttling", 400)
ACCOUNT_ACCESS = INTERNAL, ("ThrottlingException", 429)
OKTA = ("E0000009", 500), ("E0000047", 429)
SCIM = ("Internal error", 500), ("Too many requests", 429)
ALL = "denied assignments groups roles disabled"

LEAVING = [
    _trouble("find the person", "identitystore:GetUserId", ALL),
    _trouble("deny in the member accounts", "organizations:UpdatePolicy", "denied", *ORGANIZATIONS),
    _trouble("deny in the management account", "iam:CreatePolicyVersion", "denied", *IAM),
    _trouble("end Okta's sessions", "okta:ClearUserSessions", "sessions", *OKTA),
    _trouble("list what they have", "sso-admin:ListAccountAssignmentsForPrincipal", "assignments groups"),
    _trouble("list entitlements", "account-access:ListEntitlements", "roles", *ACCOUNT_ACCESS),
    _trouble("unassign", "sso-admin:DeleteAccountAssignment", "assignments"),
    _trouble("leave groups", "identitystore:DeleteGroupMembership", "groups"),
    _trouble("take entitlements", "account-access:DeleteEntitlement", "roles", *ACCOUNT_ACCESS),
    _trouble("disable", "scim:PatchUser", "disabled", *SCIM),
]

RETURNING = [
    _trouble("narrow the deny", "organizations:UpdatePolicy", "", *ORGANIZATIONS),
    _trouble("join groups", "identitystore:CreateGroupMembership", ""),
    _trouble("assign", "sso-admin:CreateAccountAssignment", ""),
    _trouble("give entitlements back", "account-access:CreateEntitlement", "", *ACCOUNT_ACCESS),
    _trouble("enable", "scim:PatchUser", "", *SCIM),
]

LEDGER = _trouble("write into the ledger", "dynamodb:TransactWriteItems", "")
TELLING = _trouble("tell on-call", "events:PutEvents", "")
