"""Permission sets and the accounts that use them: brought to the latest state, or told."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from functions.accounts.provisioning import ELSEWHERE, FEW, Provisioner
from functions.aws.identity_center import IdentityCenter
from functions.aws.permission_set_state import PermissionSetState
from functions.finding import Finding, State
from functions.policy import loads
from sandbox.identity import INSTANCE_ARN, Settings, serve
from sandbox.identity.sso_admin.book import Assignment, Book
from tests.standins.identity.plane import MANAGEMENT, Plane

POLICY = """
permission_sets:
  ReadOnly: {managed: ViewOnlyAccess, session: 4h, inline: {Version: "2012-10-17", Statement: []}}
"""
VIEW = "arn:aws:iam::aws:policy/job-function/ViewOnlyAccess"
ADMIN = "arn:aws:iam::aws:policy/AdministratorAccess"
PROVISIONING = "accounts/permission-set/ReadOnly/provisioning"
DEFINITION = "accounts/permission-set/ReadOnly/definition"


class Sets:
    """One permission set, as POLICY has it, used in some accounts."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        made = plane.sso.create_permission_set(
            InstanceArn=INSTANCE_ARN, Name="ReadOnly", SessionDuration="PT4H"
        )
        self.arn: str = made["PermissionSet"]["PermissionSetArn"]
        self.at: dict[str, Any] = {"InstanceArn": INSTANCE_ARN, "PermissionSetArn": self.arn}
        plane.sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=VIEW, **self.at)
        inline = '{"Version": "2012-10-17", "Statement": []}'
        plane.sso.put_inline_policy_to_permission_set(InlinePolicy=inline, **self.at)
        self.accounts = [plane.account(f"a{number}") for number in range(3)]
        plane.delegate(self.accounts[0])

    @property
    def book(self) -> Book:
        app: Any = self.plane.server._server.app
        (book,) = (each.__self__ for each in app._members.on_departure if isinstance(each.__self__, Book))
        assert isinstance(book, Book)
        return book

    def use(self, *accounts: str) -> None:
        """Assigned there, with the state before the latest change."""
        for account in accounts:
            self.book.assignments[Assignment(account, self.arn, "GROUP", "somebody")] = None
            self.book.provision(self.arn, account)
        self.book.changed(self.arn)

    def outdated(self) -> list[str]:
        wanted = "LATEST_PERMISSION_SET_NOT_PROVISIONED"
        listed = self.plane.sso.list_accounts_for_provisioned_permission_set(
            ProvisioningStatus=wanted, **self.at
        )
        return list(listed["AccountIds"])

    def check(self, caller: str = MANAGEMENT) -> dict[str, Finding]:
        client = self.plane.client("sso-admin", caller)
        provisioner = Provisioner(
            loads(POLICY),
            IdentityCenter(client, INSTANCE_ARN),
            PermissionSetState(client, INSTANCE_ARN),
            () if caller == MANAGEMENT else (MANAGEMENT,),
            "https://runbooks.test",
            sleep=lambda _seconds: self.plane.server.settle(),
        )
        now = datetime.now(UTC)
        found = provisioner.run(None, since=now, deadline=now + timedelta(minutes=5))
        return {finding.key: finding for finding in found}


@pytest.fixture
def sets() -> Iterator[Sets]:
    quick = Settings(account_seconds=0, close_seconds=0, provisioning_seconds=0)
    with serve(settings=quick) as server:
        plane = Plane(server)
        plane.found()
        try:
            yield Sets(plane)
        finally:
            plane.close()


def opened(found: dict[str, Finding]) -> set[str]:
    return {key for key, finding in found.items() if finding.state is State.OPEN}


def test_nothing_to_do_costs_six_calls_a_set(sets: Sets) -> None:
    """Given a set that every account has as it is, both checks are clear and nothing is asked for."""
    sets.use(*sets.accounts)
    assert opened(sets.check()) == set()
    sets.plane.server.faults.reset()
    found = sets.check()
    assert found.keys() == {DEFINITION, PROVISIONING}
    calls = sets.plane.server.faults.calls()["sso-admin"]
    assert "ProvisionPermissionSet" not in calls
    assert sum(calls.values()) - calls["ListPermissionSets"] == 1 + 6, "its name, and what it is"


def test_an_older_state_is_brought_up_and_followed(sets: Sets) -> None:
    sets.use(*sets.accounts)
    assert set(sets.outdated()) == set(sets.accounts)
    assert opened(sets.check()) == set()
    assert sets.outdated() == []


def test_one_account_that_fails_is_told_with_its_reason_and_the_others_have_it(sets: Sets) -> None:
    """Given an account that AWS cannot work in, it is told by its reason, and the others do not wait."""
    sets.use(*sets.accounts)
    closed = sets.accounts[2]
    sets.plane.organizations.close_account(AccountId=closed)
    sets.plane.server.settle()
    finding = sets.check()[PROVISIONING]
    assert (finding.state, list(finding.facts)) == (State.OPEN, [closed])
    assert "longer than usual" in finding.facts[closed]
    assert sets.outdated() == [closed]


def test_many_accounts_are_one_request(sets: Sets) -> None:
    """Given more accounts than are worth a request each, AWS is asked once for all of them."""
    many = [sets.plane.account(f"b{number}") for number in range(FEW + 1)]
    sets.use(*many)
    sets.plane.server.faults.reset()
    assert opened(sets.check()) == set()
    assert sets.plane.server.faults.calls()["sso-admin"]["ProvisionPermissionSet"] == 1
    assert sets.outdated() == []


def test_a_set_changed_by_hand_is_told_and_not_spread(sets: Sets) -> None:
    """Given somebody who added administrator rights in the console, no account gets them from Ostiary."""
    sets.use(*sets.accounts)
    sets.plane.sso.attach_managed_policy_to_permission_set(ManagedPolicyArn=ADMIN, **sets.at)
    found = sets.check()
    assert opened(found) == {DEFINITION, PROVISIONING}
    assert list(found[DEFINITION].facts.values()) == [f"managed policy {ADMIN} is there, and should not be"]
    assert set(sets.outdated()) == set(sets.accounts)
    sets.plane.sso.detach_managed_policy_from_permission_set(ManagedPolicyArn=ADMIN, **sets.at)
    assert opened(sets.check()) == set()


def test_a_delegated_administrator_is_told_what_only_the_management_account_can_do(sets: Sets) -> None:
    """Given a set that the management account uses, AWS refuses the hub, and the message says who can."""
    sets.use(MANAGEMENT, sets.accounts[1])
    finding = sets.check(caller=sets.accounts[0])[PROVISIONING]
    assert finding.facts[MANAGEMENT] == ELSEWHERE
    assert finding.facts[sets.accounts[1]].startswith("AccessDeniedException")
    assert opened(sets.check()) == set()
