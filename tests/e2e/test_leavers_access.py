"""What a leaver had, read back from directory and Identity Center; and what on-call hears of them."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from sandbox.courier import Courier
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT
from sandbox.stories.leaver import root_policies
from sandbox.world import World
from tests.e2e.test_leavers import Person
from tests.e2e.waiting import eventually

SAMPLES = Path(__file__).parents[2] / "events" / "aws"


@pytest.fixture
def world(world: World) -> Iterator[World]:
    """The recommended shape, where every function runs under its own role."""
    if world.shape.hub_account == MANAGEMENT_ACCOUNT:
        pytest.skip("one shape shows it, and the other has the same code")
    yield world
    world.okta.faults.set([])


class Access:
    """One person's access in a member account and in the management account, as AWS tells it."""

    def __init__(self, world: World, person: Person) -> None:
        self.world, self.person = world, person
        self.center, self.store = world.identity_client("sso-admin"), world.identity_client("identitystore")
        self.manager = world.identity_client("account-access", region=world.shape.hub_region)
        (application,) = self.manager.list_applications()["applications"]
        self.application = application["applicationArn"]
        listed = world.identity_client("organizations").list_accounts()["Accounts"]
        self.account = next(each["Id"] for each in listed if each["Id"] != MANAGEMENT_ACCOUNT)
        self.arn = self.center.list_permission_sets(InstanceArn=INSTANCE_ARN)["PermissionSets"][0]

    def give(self) -> None:
        """An assignment in each of both accounts, one to a group of theirs, and an entitlement."""
        for account in (self.account, MANAGEMENT_ACCOUNT):
            self._assign(account, "USER", self.person.user_id)
        self._assign(self.account, "GROUP", self.groups()[0])
        principal = {"identityCenter": {"userId": self.person.user_id}}
        role = f"arn:aws:iam::{self.account}:role/Developer"
        self.manager.create_entitlement(
            applicationArn=self.application,
            entitlement={"principalRole": {"principal": principal, "roleArn": role}},
        )
        self.world.identity.settle()

    def _assign(self, account: str, kind: str, principal: str) -> None:
        self.center.create_account_assignment(
            InstanceArn=INSTANCE_ARN,
            TargetId=account,
            TargetType="AWS_ACCOUNT",
            PermissionSetArn=self.arn,
            PrincipalType=kind,
            PrincipalId=principal,
        )

    def groups(self) -> list[str]:
        listed = self.store.list_group_memberships_for_member(
            IdentityStoreId=IDENTITY_STORE_ID, MemberId={"UserId": self.person.user_id}
        )["GroupMemberships"]
        return sorted(each["GroupId"] for each in listed)

    def assignments(self) -> set[tuple[str, str]]:
        """Account and kind of principal; those of groups only while they are in one of them."""
        found = self.center.list_account_assignments_for_principal(
            InstanceArn=INSTANCE_ARN, PrincipalId=self.person.user_id, PrincipalType="USER"
        )["AccountAssignments"]
        return {(each["AccountId"], each["PrincipalType"]) for each in found}

    def roles(self) -> set[str]:
        wanted = {"principalRole": {"principal": {"identityCenter": {"userId": self.person.user_id}}}}
        found = self.manager.list_entitlements(applicationArn=self.application, filter=wanted)["entitlements"]
        return {each["entitlement"]["principalRole"]["roleArn"] for each in found}


def test_access_goes_with_the_leaver_and_comes_back_with_them(world: World) -> None:
    # Given somebody with access of every kind, in the management account as well
    leaver = Person(world, "niklaus.hansen@example.com")
    access = Access(world, leaver)
    access.give()
    before = access.groups(), access.assignments(), access.roles()
    assert before[1] >= {(access.account, "USER"), (MANAGEMENT_ACCOUNT, "USER"), (access.account, "GROUP")}

    # When they are suspended, all of it is gone
    leaver.okta("suspend")
    eventually(leaver.told, "the steps of the leaver")
    assert (access.assignments(), access.roles()) == (set(), set())

    # And when they sign in all the same, on-call is paged
    signs_in(world, leaver.user_id)
    eventually(lambda: paged(world, "niklaus.hansen@example.com"), "the page")

    # And when they are back, they have what they had
    leaver.okta("unsuspend")
    eventually(lambda: leaver.status() == "closed" and leaver.told(), "the steps of the return")
    assert (access.groups(), access.assignments(), access.roles()) == before


def signs_in(world: World, user_id: str) -> None:
    """CloudTrail's two envelopes, as the default bus of the management account has them there."""
    courier = Courier(world.aws, MANAGEMENT_ACCOUNT, world.shape.hub_region, world.left_out)
    now = f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}"
    for sample in ("user-authentication", "get-role-credentials"):
        envelope = json.loads((SAMPLES / f"{sample}.json").read_text())
        envelope |= {"time": now, "region": world.shape.hub_region}
        envelope["detail"]["userIdentity"]["onBehalfOf"]["userId"] = user_id
        assert courier.deliver(envelope) == 1, "one rule, one queue"


def paged(world: World, login: str) -> bool:
    """Once on the pager, however often they try in that hour."""
    triggers = [
        message
        for message in world.oncall.messages()
        if message["channel"] == "pagerduty"
        and f"{login} has left, and still signs in" in json.dumps(message)
    ]
    return len(triggers) == 1


def test_while_okta_refuses_all_else_holds_and_its_sessions_end_later(world: World) -> None:
    leaver = Person(world, "margaret.hansen@example.com")
    refused = {"operation": "ClearUserSessions", "error": "E0000006", "status": 403, "times": 1}
    world.okta.faults.set([refused])

    leaver.okta("suspend")

    eventually(leaver.told, "the sessions end with the next attempt")
    assert any(leaver.user_id in json.dumps(each) for each in root_policies(world))
    assert not world.okta.model.sessions_of(leaver.okta_id)
    assert world.okta.faults.current()[0]["times"] == 0, "it was refused once"
