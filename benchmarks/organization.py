"""An organization on the sandbox's identity plane, of a given size, for benchmarks to count calls in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import boto3
from botocore.config import Config

from functions.accounts.admit import Admitter
from functions.accounts.plan import Picture, plan_all
from functions.aws.identity_center import AccountAssignment, IdentityCenter
from functions.aws.identity_store import IdentityStore
from functions.aws.organizations import Organizations
from functions.aws.pace import Pace
from functions.policy import AccessPolicy
from functions.policy.expand import Directory
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.identity.server import IdentityServer
from sandbox.identity.sso_admin.book import Assignment, Book

EVERYWHERE = 8
"""Groups that every account has; another 4 of its 12 are its own."""
LONG = timedelta(hours=3)


@dataclass(frozen=True)
class Size:
    accounts: int
    sets: int
    groups: int

    @property
    def name(self) -> str:
        return f"{self.accounts} accounts, {self.sets} sets, {self.groups} groups"

    def grants(self) -> list[dict[str, Any]]:
        """12 an account: 8 everywhere, 4 by the accounts' names."""
        small = self.groups - EVERYWHERE
        names: dict[int, list[str]] = {group: [] for group in range(EVERYWHERE, self.groups)}
        for account in range(self.accounts):
            for k in range(4):
                names[EVERYWHERE + (4 * account + k) % small].append(f"a{account}")
        chosen: list[dict[str, Any]] = [{"accounts": "all"} for _ in range(EVERYWHERE)]
        chosen += [{"accounts": {"name": each or ["nobody"]}} for each in names.values()]
        return [
            {"group": f"g{number}", "permission_set": f"S{number % self.sets}", **where}
            for number, where in enumerate(chosen)
        ]

    def policy(self) -> AccessPolicy:
        raw = {"permission_sets": {f"S{n}": {} for n in range(self.sets)}, "grants": self.grants()}
        return AccessPolicy.model_validate(raw, context={})


SIZES = (Size(200, 30, 40), Size(1000, 100, 120))


class Company:
    """One organization on the identity plane, everything assigned."""

    def __init__(self, server: IdentityServer, size: Size) -> None:
        self.server = server
        self.size = size
        self.policy = size.policy()
        self.organizations = self.client("organizations")
        self.organizations.create_organization(FeatureSet="ALL")
        self._fill()
        self.seconds = 0.0

    def client(self, service: Any) -> Any:
        """A boto3 client of the identity plane."""
        return boto3.client(
            service,
            region_name="us-east-1",
            endpoint_url=self.server.url,
            aws_access_key_id=MANAGEMENT_ACCOUNT,
            aws_secret_access_key="sandbox",  # noqa: S106 - the identity plane checks none
            config=Config(retries={"mode": "standard", "total_max_attempts": 4}),
        )

    def _fill(self) -> None:
        sso, store = self.client("sso-admin"), self.client("identitystore")
        for number in range(self.size.sets):
            sso.create_permission_set(InstanceArn=INSTANCE_ARN, Name=f"S{number}")
        for number in range(self.size.groups):
            store.create_group(IdentityStoreId=IDENTITY_STORE_ID, DisplayName=f"g{number}")
        for number in range(self.size.accounts):
            self.request(f"a{number}")
        self.server.settle(300)

    def request(self, name: str) -> None:
        self.organizations.create_account(Email=f"{name}@example.com", AccountName=name)

    def center(self, pace: Pace | None = None) -> IdentityCenter:
        client = self.client("sso-admin")
        if pace:
            pace.hold(client)
        return IdentityCenter(client, INSTANCE_ARN, clock=lambda: self.seconds)

    def store(self) -> IdentityStore:
        return IdentityStore(self.client("identitystore"), IDENTITY_STORE_ID)

    def reader(self) -> Organizations:
        return Organizations(self.organizations, MANAGEMENT_ACCOUNT)

    def assign_all(self) -> set[AccountAssignment]:
        """Written into the plane's own book, which listens for departures: its API makes 15 at a time."""
        app: Any = self.server._server.app
        (book,) = (each.__self__ for each in app._members.on_departure if isinstance(each.__self__, Book))
        accounts = self.reader().accounts(with_tags=False)
        directory = Directory(self.store().all_groups())
        sets = self.center().all_permission_sets()
        todo = plan_all(self.policy, Picture(accounts, sets, directory, ()), today())
        for step in todo.create:
            each = step.assignment
            made = Assignment(
                each.account_id, each.permission_set_arn, each.principal_type, each.principal_id
            )
            book.assignments[made] = None
            book.provision(each.permission_set_arn, each.account_id)
        return {step.assignment for step in todo.create}

    def calls(self) -> int:
        """Of sso-admin, since the last time this was asked."""
        counted = sum(self.server.faults.calls().get("sso-admin", {}).values())
        self.server.faults.reset()
        return counted

    def admitter(self, pace: Pace | None = None) -> Admitter:
        return Admitter(self.policy, self.reader(), self.center(pace), self.store(), "https://runbooks.test")

    def join(self, name: str, admitter: Admitter) -> int:
        """A new account's name and its access: how many assignments were made."""
        self.request(name)
        self.server.settle(300)
        account = next(a for a in self.reader().accounts(with_tags=False) if a.name == name)
        now = datetime.now(UTC)
        admission = admitter.admit(account.id, since=now, deadline=now + LONG)
        if admission is None or admission.applied.failed:
            raise RuntimeError(f"account {name} did not get its access")
        return len(admission.applied.created)


def today() -> date:
    """In UTC."""
    return datetime.now(UTC).date()
