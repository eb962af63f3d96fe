"""AWS in memory, as far as the accounts function sees it, and an Admitter on top."""

from datetime import datetime, timedelta
from typing import Any, cast

from functions.accounts.admit import Admitter
from functions.aws.identity_center import IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.policy import AccessPolicy
from tests.unit.accounts.center_in_memory import FakeIdentityCenter
from tests.unit.accounts.organizations_in_memory import FakeIdentityStore, FakeOrganizations, MemberAccount
from tests.unit.accounts.service_in_memory import Clock

__all__ = ["INSTANCE", "MANAGEMENT", "FakeIdentityCenter", "MemberAccount", "World"]

INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
MANAGEMENT = "123456789012"


class World:
    """All of it together, and an Admitter on top."""

    def __init__(self, policy: AccessPolicy) -> None:
        self.clock = Clock()
        self.organizations = FakeOrganizations()
        self.store = FakeIdentityStore()
        self.center = FakeIdentityCenter(*policy.permission_sets)
        self.organizations.accounts[MANAGEMENT] = MemberAccount("management", "/")
        self.admitter = Admitter(
            policy=policy,
            organizations=Organizations(cast(Any, self.organizations), MANAGEMENT),
            center=IdentityCenter(cast(Any, self.center), INSTANCE),
            store=IdentityStore(cast(Any, self.store), "d-9067f01234"),
            runbooks="https://runbooks.test",
            clock=self.clock,
            sleep=self.clock.sleep,
        )

    def deadline(self, seconds: float = 60.0) -> datetime:
        return self.clock.now + timedelta(seconds=seconds)

    def access(self, account_id: str) -> set[tuple[str, str]]:
        """Who can get in: (group, permission set)."""
        return {
            (a.principal_id.removeprefix("id-of-"), a.permission_set_arn.removeprefix("arn:of:"))
            for a in self.center.assignments
            if a.account_id == account_id
        }
