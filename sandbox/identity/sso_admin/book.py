"""Who is assigned what where, and which state of each permission set an account has."""

from collections.abc import Iterator
from dataclasses import dataclass, field

from moto.ssoadmin.models import PermissionSet

from sandbox.identity.members import Members
from sandbox.identity.settings import INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError, Call


@dataclass(frozen=True)
class Assignment:
    """AWS's triple."""

    account: str
    permission_set: str
    principal_type: str
    principal: str

    @classmethod
    def of(cls, call: Call) -> "Assignment":
        """The one that CreateAccountAssignment or DeleteAccountAssignment names."""
        names = ("TargetId", "PermissionSetArn", "PrincipalType", "PrincipalId")
        return cls(*(call.params[name] for name in names))

    def shape(self) -> dict[str, str]:
        """As the lists show it."""
        return {
            "AccountId": self.account,
            "PermissionSetArn": self.permission_set,
            "PrincipalType": self.principal_type,
            "PrincipalId": self.principal,
        }

    def target_shape(self) -> dict[str, str]:
        """As the requests show it."""
        return {
            "TargetId": self.account,
            "TargetType": "AWS_ACCOUNT",
            "PermissionSetArn": self.permission_set,
            "PrincipalType": self.principal_type,
            "PrincipalId": self.principal,
        }


@dataclass
class Book:
    """Keeps assignments in the order they were made, each once."""

    state: State
    members: Members
    assignments: dict[Assignment, None] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    """How often a permission set has been changed."""
    provisioned: dict[tuple[str, str], int] = field(default_factory=dict)
    """Which revision an account has, by permission set and account."""

    def __post_init__(self) -> None:
        self.members.on_departure.append(self._forget)

    def permission_set(self, arn: str) -> PermissionSet:
        """Raises AwsError."""
        for each in self.state.moto.sso_admin.permission_sets:
            if each.permission_set_arn == arn:
                return each
        name = arn.rpartition("/")[2]
        raise AwsError("ResourceNotFoundException", f"Could not find PermissionSet with id {name}")

    def check_account(self, account: str) -> None:
        """Raises AwsError for one that is not of the organization."""
        if self.members.find(account) is None:
            raise AwsError("ResourceNotFoundException", f"Account {account} is not in the organization")

    def check_writable(self, caller: str, account: str) -> None:
        """IAM Identity Center User Guide, "Delegated administration": nothing of the management account, nor
        of a permission set that is provisioned there."""
        if caller != MANAGEMENT_ACCOUNT and account == MANAGEMENT_ACCOUNT:
            message = "A delegated administrator cannot change access to the management account"
            raise AwsError("AccessDeniedException", message)

    def accounts_of(self, permission_set: str) -> list[str]:
        """Where it is provisioned: wherever an assignment uses it."""
        used = (each.account for each in self.assignments if each.permission_set == permission_set)
        return list(dict.fromkeys(used))

    def permission_sets_of(self, account: str) -> list[str]:
        """What is provisioned there."""
        used = (each.permission_set for each in self.assignments if each.account == account)
        return list(dict.fromkeys(used))

    def changed(self, permission_set: str) -> None:
        """Accounts that have it no longer have its latest state."""
        self.revisions[permission_set] = self.revisions.get(permission_set, 0) + 1

    def provision(self, permission_set: str, account: str) -> None:
        """Bring the latest state there."""
        self.provisioned[permission_set, account] = self.revisions.get(permission_set, 0)

    def is_latest(self, permission_set: str, account: str) -> bool:
        """Whether the account has the latest state."""
        return self.provisioned.get((permission_set, account)) == self.revisions.get(permission_set, 0)

    def matching(
        self, *, account: str | None = None, permission_set: str | None = None, principal: str | None = None
    ) -> Iterator[Assignment]:
        """The assignments with these values."""
        return (
            each
            for each in self.assignments
            if account in (None, each.account)
            and permission_set in (None, each.permission_set)
            and principal in (None, each.principal)
        )

    def _forget(self, account: str) -> None:
        """An account that is no longer a member has no assignments."""
        for assignment in list(self.matching(account=account)):
            del self.assignments[assignment]


def permission_set_arn(suffix: str) -> str:
    """The ARN as the service model wants it; moto's is of another form."""
    return f"{INSTANCE_ARN.replace(':instance/', ':permissionSet/')}/ps-{suffix}"
