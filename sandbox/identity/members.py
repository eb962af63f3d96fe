"""The accounts of the organization: where they are, in which state, and what keeps access from them."""

from collections.abc import Callable, Iterator
from datetime import UTC, timedelta
from typing import Any

from moto.organizations.models import FakeAccount, FakeOrganization

from sandbox.identity.settings import MANAGEMENT_ACCOUNT
from sandbox.identity.state import State
from sandbox.identity.wire import AwsError

ACTIVE = "ACTIVE"


class Members:
    """A view of moto's accounts. The caller holds the lock."""

    def __init__(self, state: State) -> None:
        self._state = state
        self._backend = state.moto.organizations
        self.administrators: dict[str, dict[str, float]] = {}
        """Delegated administrators: since when, by service principal."""
        self.on_departure: list[Callable[[str], None]] = []

    @property
    def organization(self) -> FakeOrganization:
        """Raises AwsError while there is none."""
        if self._backend.org is None:
            raise not_in_use()
        return self._backend.org

    def __iter__(self) -> Iterator[FakeAccount]:
        return iter(self._backend.accounts)

    def find(self, account_id: str) -> FakeAccount | None:
        """The account, if it is a member."""
        return next((each for each in self if each.id == account_id), None)

    def get(self, account_id: str) -> FakeAccount:
        """Raises AwsError for an account that is not a member."""
        account = self.find(account_id)
        if account is None:
            raise AwsError("AccountNotFoundException", "You specified an account that doesn't exist.")
        return account

    def add(self, name: str, email: str, tags: dict[str, str], account_id: str | None = None) -> FakeAccount:
        """A new member, PENDING_ACTIVATION for as long as the settings say, or an invited one by its id."""
        parameters = [{"Key": key, "Value": value} for key, value in tags.items()]
        self._backend.create_account(AccountName=name, Email=email, Tags=parameters)
        account = self._backend.accounts[-1]
        if account_id is not None:
            account.id = account_id
            account.joined_method = "INVITED"
        elif self._state.settings.activation_seconds > 0:
            account.state = "PENDING_ACTIVATION"
            self._state.later.after(self._state.settings.activation_seconds, lambda: self._activate(account))
        return account

    def remove(self, account: FakeAccount) -> None:
        """It is a standalone account again, under no policy."""
        for policy in account.attached_policies:
            policy.attachments.remove(account)
        self._backend.accounts.remove(account)
        for forget in self.on_departure:
            forget(account.id)

    def obstacle(self, account_id: str) -> str | None:
        """Why Identity Center cannot work in the account now, in the words of a FailureReason."""
        account = self.find(account_id)
        if account is None:
            return f"Account {account_id} is not a member of the organization."
        age = self._state.now() - account.create_time.replace(tzinfo=UTC)
        too_new = age < timedelta(seconds=self._state.settings.too_new_seconds)
        if account.state == ACTIVE and (account_id == MANAGEMENT_ACCOUNT or not too_new):
            return None
        return (
            f"Obtaining permissions to manage your AWS account '{account_id}'. "
            "This operation takes longer than usual. Please try again later."
        )

    def shape(self, account: FakeAccount) -> dict[str, Any]:
        """The API's Account. `Status` is not among it: AWS retired it on 2026-09-09 in favour of `State`."""
        shape = {key: value for key, value in account.describe().items() if key != "Status"}
        return {**shape, "Paths": [self.path(account)]}

    def path(self, account: FakeAccount) -> str:
        """Organization, root, OUs and account, e.g. `o-…/r-…/ou-…/123456789012/`."""
        parents = [account.id]
        unit_id: str | None = account.parent_id
        while unit_id is not None:
            parents.append(unit_id)
            unit_id = next(each.parent_id for each in self._backend.ou if each.id == unit_id)
        return "/".join([self.organization.id, *reversed(parents)]) + "/"

    def _activate(self, account: FakeAccount) -> None:
        with self._state.lock:
            if account.state == "PENDING_ACTIVATION":
                account.state = ACTIVE


def not_in_use() -> AwsError:
    """Of a call by an account that is in no organization."""
    return AwsError("AWSOrganizationsNotInUseException", "Your account is not a member of an organization.")
