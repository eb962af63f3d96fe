"""One person's access, read, taken and put back through the real clients: nothing of anybody else's."""

import pytest

from functions.aws.person_access import PersonAccess, PersonAccessError, Reach
from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN, MANAGEMENT_ACCOUNT, Settings
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import NOBODY, Plane, refused


def gateway(plane: Plane, hub: str) -> PersonAccess:
    return PersonAccess(
        plane.client("sso-admin", hub),
        plane.client("sso-admin"),
        plane.client("identitystore", hub),
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        management_account=MANAGEMENT_ACCOUNT,
        sleep=lambda _seconds: plane.server.settle(),
    )


class Company:
    """A hub that administers Identity Center, a member account, Jane and Joe in the same group."""

    def __init__(self, plane: Plane) -> None:
        self.plane = plane
        plane.found()
        self.hub, self.account = plane.account("hub"), plane.account()
        plane.delegate(self.hub)
        self.arn, self.group = plane.permission_set(), plane.group()
        self.jane, self.joe = plane.user("jane"), plane.user("joe")
        plane.assign(self.account, self.arn, self.group)
        for user in (self.jane, self.joe):
            self.access.join_group(user, self.group)
            plane.assign(self.account, self.arn, user, "USER")

    @property
    def access(self) -> PersonAccess:
        return gateway(self.plane, self.hub)

    def principals(self, account: str) -> set[str]:
        return {each["PrincipalId"] for each in self.plane.assignments(account, self.arn)}


@pytest.fixture
def company(start: Start) -> Company:
    return Company(start(FAST))


def test_what_they_reach_is_their_own_and_that_of_their_groups(company: Company) -> None:
    assert company.access.reach(company.jane) == Reach(((company.account, company.arn),), (company.group,))


def test_taking_and_putting_back_leaves_others_alone(company: Company) -> None:
    access, jane = company.access, company.jane
    everybody = company.principals(company.account)

    access.unassign(jane, company.account, company.arn)
    access.leave_groups(jane, (company.group,))

    assert company.principals(company.account) == everybody - {jane}
    assert not access.reach(jane)
    assert access.reach(company.joe).groups == (company.group,)

    assert access.assign(jane, company.account, company.arn)
    assert access.join_group(jane, company.group)
    assert company.principals(company.account) == everybody
    assert access.reach(jane).groups == (company.group,)


def test_everything_may_be_done_twice(company: Company) -> None:
    access, jane = company.access, company.jane
    for _ in range(2):
        access.unassign(jane, company.account, company.arn)
        access.leave_groups(jane, (company.group,))
    for _ in range(2):
        assert access.assign(jane, company.account, company.arn)
        assert access.join_group(jane, company.group)
    assert access.reach(jane) == Reach(((company.account, company.arn),), (company.group,))


def test_a_group_that_gives_nothing_is_not_left(company: Company) -> None:
    idle = company.plane.group("readers")
    company.access.join_group(company.jane, idle)

    company.access.leave_groups(company.jane, company.access.reach(company.jane).groups)

    listed = company.plane.store.list_group_memberships_for_member(
        IdentityStoreId=IDENTITY_STORE_ID, MemberId={"UserId": company.jane}
    )["GroupMemberships"]
    assert [each["GroupId"] for each in listed] == [idle]


def test_of_the_management_account_only_the_management_account_disposes(company: Company) -> None:
    company.plane.assign(MANAGEMENT_ACCOUNT, company.arn, company.jane, "USER")
    with refused("AccessDeniedException"):
        company.plane.client("sso-admin", company.hub).delete_account_assignment(
            **company.plane.triple(MANAGEMENT_ACCOUNT, company.arn, company.jane, "USER")
        )

    company.access.unassign(company.jane, MANAGEMENT_ACCOUNT, company.arn)

    assert company.jane not in company.principals(MANAGEMENT_ACCOUNT)
    assert company.access.assign(company.jane, MANAGEMENT_ACCOUNT, company.arn)
    assert company.jane in company.principals(MANAGEMENT_ACCOUNT)


def test_what_is_gone_meanwhile_is_no_error_in_taking_and_false_in_giving(company: Company) -> None:
    company.access.leave_groups(NOBODY, (company.group,))
    assert not company.access.join_group(company.jane, NOBODY)
    gone = company.arn[:-4] + "0000"
    company.access.unassign(company.jane, company.account, gone)
    assert not company.access.assign(company.jane, company.account, gone)


def test_a_request_that_fails_or_is_not_through_says_so(start: Start) -> None:
    slow = start(Settings(account_seconds=0.01, assignment_seconds=30))
    slow.found()
    account, arn, jane = slow.account(), slow.permission_set(), slow.user()
    access = PersonAccess(
        slow.sso,
        slow.sso,
        slow.store,
        instance_arn=INSTANCE_ARN,
        identity_store_id=IDENTITY_STORE_ID,
        management_account=MANAGEMENT_ACCOUNT,
        sleep=lambda _seconds: None,
    )
    with pytest.raises(PersonAccessError, match="not through yet"):
        access.assign(jane, account, arn)

    new = start(Settings(account_seconds=0.01, assignment_seconds=0.01, too_new_seconds=600))
    new.found()
    account, arn, jane = new.account(), new.permission_set(), new.user()
    with pytest.raises(PersonAccessError, match="takes longer than usual"):
        gateway(new, MANAGEMENT_ACCOUNT).assign(jane, account, arn)
