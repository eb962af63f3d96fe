"""Reading assignments back: requests, principals, accounts, permission sets."""

from sandbox.identity import IDENTITY_STORE_ID, INSTANCE_ARN
from tests.standins.identity.plane import Plane, refused


def test_requests_are_listed_newest_first_filtered_and_paged(plane: Plane) -> None:
    account, arn, group = plane.parts()
    done = [plane.assign(account, arn, group)["RequestId"] for _ in range(3)]
    plane.organizations.close_account(AccountId=account)
    plane.server.settle()
    failed = plane.assign(account, arn, group)["RequestId"]

    def listed(**options: object) -> list[str]:
        paginator = plane.sso.get_paginator("list_account_assignment_creation_status")
        pages = paginator.paginate(InstanceArn=INSTANCE_ARN, PaginationConfig={"PageSize": 2}, **options)
        return [each["RequestId"] for each in pages.build_full_result()["AccountAssignmentsCreationStatus"]]

    assert listed() == [failed, *reversed(done)]
    assert listed(Filter={"Status": "FAILED"}) == [failed]
    assert listed(Filter={"Status": "IN_PROGRESS"}) == []


def test_assignments_of_a_principal_cover_its_groups(plane: Plane) -> None:
    account, arn, group = plane.parts()
    other = plane.account("other")
    user = plane.user()
    plane.store.create_group_membership(
        IdentityStoreId=IDENTITY_STORE_ID, GroupId=group, MemberId={"UserId": user}
    )
    plane.assign(account, arn, group)
    plane.assign(other, arn, group)
    plane.assign(other, arn, user, "USER")

    def of(kind: str, principal: str, **options: object) -> set[tuple[str, str]]:
        answer = plane.sso.list_account_assignments_for_principal(
            InstanceArn=INSTANCE_ARN, PrincipalType=kind, PrincipalId=principal, **options
        )
        return {(each["PrincipalType"], each["AccountId"]) for each in answer["AccountAssignments"]}

    assert of("GROUP", group) == {("GROUP", account), ("GROUP", other)}
    assert of("GROUP", group, Filter={"AccountId": other}) == {("GROUP", other)}
    assert of("USER", user) == {("GROUP", account), ("GROUP", other), ("USER", other)}


def test_what_is_provisioned_follows_the_assignments(plane: Plane) -> None:
    account, arn, group = plane.parts()
    unused, other = plane.permission_set("Unused"), plane.account("other")
    plane.assign(account, arn, group)

    def provisioned(in_account: str) -> list[str]:
        answer = plane.sso.list_permission_sets_provisioned_to_account(
            InstanceArn=INSTANCE_ARN, AccountId=in_account
        )
        arns: list[str] = answer["PermissionSets"]
        return arns

    accounts = plane.sso.list_accounts_for_provisioned_permission_set(
        InstanceArn=INSTANCE_ARN, PermissionSetArn=arn
    )["AccountIds"]
    assert (provisioned(account), provisioned(other), accounts) == ([arn], [], [account])
    nowhere = plane.sso.list_accounts_for_provisioned_permission_set(
        InstanceArn=INSTANCE_ARN, PermissionSetArn=unused
    )
    assert nowhere["AccountIds"] == []
    with refused("ResourceNotFoundException"):
        provisioned("111111111111")


def test_an_account_that_left_has_no_assignments(plane: Plane) -> None:
    account, arn, group = plane.parts()
    plane.assign(account, arn, group)

    plane.organizations.remove_account_from_organization(AccountId=account)

    answer = plane.sso.list_account_assignments_for_principal(
        InstanceArn=INSTANCE_ARN, PrincipalType="GROUP", PrincipalId=group
    )
    assert answer["AccountAssignments"] == []
