"""The API of account access manager: who may assume which IAM role in which account, beside permission sets.

IAM User Guide, "Account access manager", and the API reference. It is one application, in the management
account and in the Region of the IAM Identity Center instance. A delegated administrator of its own is not
played.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import uuid4

from sandbox.identity.members import Members
from sandbox.identity.paging import page
from sandbox.identity.settings import INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call, Handler, Result


@dataclass(frozen=True)
class Entitlement:
    """`kind` is userId or groupId, as the API names it."""

    kind: str
    principal: str
    role_arn: str
    id: str = field(default_factory=lambda: str(uuid4()))
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def account(self) -> str:
        return self.role_arn.split(":")[4]

    def listed(self) -> dict[str, Any]:
        """As ListEntitlements and GetEntitlement show it."""
        principal = {"identityCenter": {self.kind: self.principal}}
        shape = {"principal": principal, "roleArn": self.role_arn, "account": self.account}
        return {
            "entitlementId": self.id,
            "entitlement": {"principalRole": shape},
            "createdAt": self.created.isoformat(),
        }


@dataclass(frozen=True)
class Application:
    """The one application there is."""

    region: str
    id: str = field(default_factory=lambda: uuid4().hex[:16])
    created: datetime = field(default_factory=lambda: datetime.now(UTC))

    @property
    def arn(self) -> str:
        return f"arn:aws:account-access:{self.region}:{MANAGEMENT_ACCOUNT}:application/{self.id}"

    def listed(self) -> dict[str, Any]:
        """As ListApplications shows it."""
        created = self.created.isoformat()
        return {"applicationArn": self.arn, "createdAt": created, "updatedAt": created}


def operations(state: State, members: Members) -> dict[str, Handler]:
    """The operations by name."""
    return AccountAccess(state, members).operations


def check_caller(call: Call) -> None:
    """Raises AwsError for a call from any other account than the management account."""
    if call.caller != MANAGEMENT_ACCOUNT:
        message = f"Account {call.caller} is no delegated administrator of account access manager"
        raise AwsError("AccessDeniedException", message, status=403)


class AccountAccess:
    """Applications and entitlements."""

    def __init__(self, state: State, members: Members) -> None:
        self._directory = state.directory
        self._members = members
        self._application: Application | None = None
        self._entitlements: dict[str, Entitlement] = {}
        self.operations: dict[str, Handler] = {
            "CreateApplication": self.enable,
            "DeleteApplication": self.disable,
            "ListApplications": self.applications,
            "CreateEntitlement": self.create,
            "GetEntitlement": self.get,
            "ListEntitlements": self.list,
            "DeleteEntitlement": self.delete,
        }

    def enable(self, call: Call) -> Result:
        """Idempotent; one application for the instance, whatever the Region."""
        if call.params["identitySource"].get("identityCenter", {}).get("instanceArn") != INSTANCE_ARN:
            raise _invalid("The instance is not the organization's instance of IAM Identity Center")
        if self._application is None:
            self._application = Application(call.region)
        if self._application.region != call.region:
            raise AwsError("ConflictException", "It is enabled in another Region", status=409)
        return {"applicationArn": self._application.arn}

    def disable(self, call: Call) -> Result:
        """All entitlements go with it. One that is gone already is no error."""
        if self._application and self._application.arn == call.params["applicationArn"]:
            self._application = None
            self._entitlements.clear()
        return {}

    def applications(self, call: Call) -> Result:
        """Those of the Region that is asked."""
        here = self._application and self._application.region == call.region
        return page(call, "applications", [self._application.listed()] if self._application and here else [])

    def create(self, call: Call) -> Result:
        """Idempotent."""
        self._check_application(call)
        wanted = call.params["entitlement"]["principalRole"]
        kind, principal = _principal(wanted["principal"])
        role_arn: str = wanted["roleArn"]
        if not self._directory.principal_exists("USER" if kind == "userId" else "GROUP", principal):
            raise _missing(f"{kind} {principal}")
        if self._members.find(role_arn.split(":")[4]) is None:
            raise _missing(f"account of {role_arn}")
        new = Entitlement(kind, principal, role_arn)
        same = (each for each in self._entitlements.values() if _what(each) == _what(new))
        made = next(same, new)
        self._entitlements[made.id] = made
        return {"entitlementId": made.id}

    def get(self, call: Call) -> Result:
        """One of them."""
        self._check_application(call)
        found = self._entitlements.get(call.params["entitlementId"])
        if found is None:
            raise _missing(f"entitlement {call.params['entitlementId']}")
        return {"applicationArn": call.params["applicationArn"], **found.listed()}

    def list(self, call: Call) -> Result:
        """Those that all criteria of the filter match; a filter without any is refused."""
        self._check_application(call)
        wanted = call.params["filter"].get("principalRole") or {}
        if not wanted:
            raise _invalid("The filter has no criterion")
        return page(call, "entitlements", [each.listed() for each in self._matching(wanted)])

    def delete(self, call: Call) -> Result:
        """One that is gone already is no error."""
        self._check_application(call)
        self._entitlements.pop(call.params["entitlementId"], None)
        return {}

    def _matching(self, wanted: Mapping[str, Any]) -> Iterator[Entitlement]:
        who = _principal(wanted["principal"]) if "principal" in wanted else None
        for each in self._entitlements.values():
            if who not in (None, (each.kind, each.principal)):
                continue
            if wanted.get("account", each.account) != each.account:
                continue
            if wanted.get("roleArn", each.role_arn) == each.role_arn:
                yield each

    def _check_application(self, call: Call) -> None:
        arn = call.params["applicationArn"]
        here = self._application
        if here is None or here.arn != arn or here.region != call.region:
            raise _missing(f"application {arn}")


def _principal(principal: Mapping[str, Any]) -> tuple[str, str]:
    ((kind, identifier),) = principal["identityCenter"].items()
    return kind, identifier


def _what(each: Entitlement) -> tuple[str, str, str]:
    return each.kind, each.principal, each.role_arn


def _missing(what: str) -> AwsError:
    message = f"The {what} does not exist in this Region"
    return AwsError("ResourceNotFoundException", message, status=404)


def _invalid(message: str) -> AwsError:
    return AwsError("ValidationException", message)
