"""Every API that somebody's revocation, return or lost group calls, and the ways it can be in trouble.

Error codes and statuses are each service's own, by its API reference and botocore's model of it.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

from tests.standins.leavers.lost import answers_lost
from tests.standins.leavers.scene import Scene

FAILING, THROTTLED, SLOW = KINDS = ("failing", "throttled", "slow")

Error = tuple[str, int]
ERRORS: dict[str, tuple[Error, Error]] = {
    "account-access": (("InternalServerException", 500), ("ThrottlingException", 429)),
    "dynamodb": (("InternalServerError", 500), ("ThrottlingException", 400)),
    "events": (("InternalException", 500), ("ThrottlingException", 400)),
    "iam": (("ServiceFailure", 500), ("Throttling", 400)),
    "identitystore": (("InternalServerException", 500), ("ThrottlingException", 400)),
    "okta": (("E0000009", 500), ("E0000047", 429)),  # 429 with X-Rate-Limit-Reset
    "organizations": (("ServiceException", 500), ("TooManyRequestsException", 400)),
    "scim": (("Internal error", 500), ("Too many requests", 429)),
    "secretsmanager": (("InternalServiceError", 500), ("ThrottlingException", 400)),
    "sso-admin": (("InternalServerException", 500), ("ThrottlingException", 400)),
    "sts": (("InternalFailure", 500), ("Throttling", 400)),
}
"""By service: failing, and throttled."""


@dataclass(frozen=True)
class Trouble:
    """`held_up`: what does not hold while this API is in trouble; everything else must.

    `cold`: a container that has been there for a while would not call it.
    """

    step: str
    service: str
    operation: str
    held_up: frozenset[str] = frozenset()
    cold: bool = False

    def __str__(self) -> str:
        return f"{self.step.replace(' ', '-')}:{self.service}"

    @contextmanager
    def of(self, kind: str, scene: Scene) -> Iterator[None]:
        """The API is failing or throttled, or answers when the client no longer listens."""
        if kind == SLOW:
            with answers_lost(self.service, self.operation):
                yield
            return
        scene.faults([self.fault(kind)])
        yield
        scene.faults([])

    def fault(self, kind: str) -> dict[str, Any]:
        """As the service itself would say it."""
        error, status = ERRORS[self.service][KINDS.index(kind)]
        return {"service": self.service, "operation": self.operation, "error": error, "status": status}


def _trouble(step: str, where: str, held_up: str = "", *, cold: bool = False) -> Trouble:
    service, operation = where.split(":")
    return Trouble(step, service, operation, frozenset(held_up.split()), cold)


ALL = "denied assignments groups roles disabled"

LEAVING = [
    _trouble("write it down", "dynamodb:TransactWriteItems", f"{ALL} sessions"),
    _trouble("find the person", "identitystore:GetUserId", ALL),
    _trouble("know the person", "identitystore:DescribeUser", ALL),
    _trouble("become the management account", "sts:AssumeRole", "denied assignments groups roles", cold=True),
    _trouble("take the writer's turn", "dynamodb:UpdateItem", "denied"),
    _trouble("read who is out", "dynamodb:Query", "denied"),
    _trouble("read the deny policies", "organizations:DescribePolicy", "denied"),
    _trouble("deny in the member accounts", "organizations:UpdatePolicy", "denied"),
    _trouble("deny in the management account", "iam:CreatePolicyVersion", "denied"),
    _trouble("read secrets", "secretsmanager:GetSecretValue", "sessions disabled", cold=True),
    _trouble("end Okta's sessions", "okta:ClearUserSessions", "sessions"),
    _trouble("list what they have", "sso-admin:ListAccountAssignmentsForPrincipal", "assignments groups"),
    _trouble("list entitlements", "account-access:ListEntitlements", "roles"),
    _trouble("unassign", "sso-admin:DeleteAccountAssignment", "assignments"),
    _trouble("leave groups", "identitystore:DeleteGroupMembership", "groups"),
    _trouble("take entitlements", "account-access:DeleteEntitlement", "roles"),
    _trouble("disable", "scim:PatchUser", "disabled"),
    _trouble("tell on-call", "events:PutEvents"),
]

RETURNING = [
    _trouble("write it down", "dynamodb:TransactWriteItems"),
    _trouble("become the management account", "sts:AssumeRole", cold=True),
    _trouble("narrow the deny", "organizations:UpdatePolicy"),
    _trouble("narrow it in the management account", "iam:CreatePolicyVersion"),
    _trouble("join groups", "identitystore:CreateGroupMembership"),
    _trouble("assign", "sso-admin:CreateAccountAssignment"),
    _trouble("give entitlements back", "account-access:CreateEntitlement"),
    _trouble("enable", "scim:PatchUser"),
    _trouble("tell on-call", "events:PutEvents"),
]

LOSING = [
    _trouble("find the group", "identitystore:GetGroupId"),
    _trouble("list what it gives", "sso-admin:ListAccountAssignmentsForPrincipal"),
    _trouble("name its permission sets", "sso-admin:DescribePermissionSet"),
    _trouble("find the person", "identitystore:GetUserId"),
    _trouble("write it down", "dynamodb:PutItem"),
    _trouble("become the management account", "sts:AssumeRole", cold=True),
    _trouble("deny in the member accounts", "organizations:UpdatePolicy"),
]
