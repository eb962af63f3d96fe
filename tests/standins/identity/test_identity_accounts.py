"""Accounts of the organization, as strict as AWS Organizations."""

from dataclasses import replace

from sandbox import identity
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import MANAGEMENT, Plane, refused


def test_without_an_organization_nothing_can_be_asked(plane: Plane) -> None:
    with refused("AWSOrganizationsNotInUseException"):
        plane.organizations.list_accounts()


def test_creating_an_account_takes_its_time(start: Start) -> None:
    """Given creation takes a minute, then it is IN_PROGRESS and no account is to be seen."""
    plane = start(identity.Settings(account_seconds=60))
    plane.found()

    status = plane.organizations.create_account(Email="a@example.com", AccountName="a")["CreateAccountStatus"]

    described = plane.organizations.describe_create_account_status(CreateAccountRequestId=status["Id"])
    assert status["State"] == described["CreateAccountStatus"]["State"] == "IN_PROGRESS"
    assert "AccountId" not in described["CreateAccountStatus"]
    listed = plane.organizations.list_create_account_status(States=["IN_PROGRESS"])["CreateAccountStatuses"]
    assert [each["Id"] for each in listed] == [status["Id"]]
    assert [each["Id"] for each in plane.organizations.list_accounts()["Accounts"]] == [MANAGEMENT]


def test_a_created_account_is_active_and_says_where_it_is(plane: Plane) -> None:
    root = plane.found()

    account = plane.organizations.describe_account(AccountId=plane.account("payments"))["Account"]

    organization = plane.organizations.describe_organization()["Organization"]["Id"]
    assert account["State"] == "ACTIVE"
    assert "Status" not in account
    assert account["JoinedMethod"] == "CREATED"
    assert account["Paths"] == [f"{organization}/{root}/{account['Id']}/"]


def test_an_e_mail_address_creates_one_account(plane: Plane) -> None:
    plane.found()
    plane.account("payments")

    again = plane.organizations.create_account(Email="Payments@example.com", AccountName="other")
    plane.server.settle()

    status = plane.organizations.describe_create_account_status(
        CreateAccountRequestId=again["CreateAccountStatus"]["Id"]
    )["CreateAccountStatus"]
    assert (status["State"], status["FailureReason"]) == ("FAILED", "EMAIL_ALREADY_EXISTS")
    assert len(plane.organizations.list_accounts()["Accounts"]) == 2


def test_an_unknown_request_is_not_found(plane: Plane) -> None:
    plane.found()
    with refused("CreateAccountStatusNotFoundException"):
        plane.organizations.describe_create_account_status(CreateAccountRequestId="car-0123456789abcdef")


def test_an_account_becomes_active(start: Start) -> None:
    plane = start(replace(FAST, activation_seconds=0.01))
    plane.found()
    account = plane.account()
    plane.server.settle()
    assert plane.organizations.describe_account(AccountId=account)["Account"]["State"] == "ACTIVE"


def test_an_account_can_be_pending_activation(start: Start) -> None:
    plane = start(replace(FAST, activation_seconds=60))
    plane.found()
    created = plane.organizations.create_account(Email="a@example.com", AccountName="a")

    account = None
    while account is None:
        status = plane.organizations.describe_create_account_status(
            CreateAccountRequestId=created["CreateAccountStatus"]["Id"]
        )
        account = status["CreateAccountStatus"].get("AccountId")

    assert plane.organizations.describe_account(AccountId=account)["Account"]["State"] == "PENDING_ACTIVATION"


def test_a_page_has_20_accounts_and_not_more(plane: Plane) -> None:
    plane.found()
    for number in range(24):
        plane.organizations.create_account(Email=f"a{number}@example.com", AccountName=f"a{number}")
    plane.server.settle()

    first = plane.organizations.list_accounts()
    second = plane.organizations.list_accounts(NextToken=first["NextToken"])

    assert (len(first["Accounts"]), len(second["Accounts"])) == (20, 5)
    assert "NextToken" not in second
    paged = plane.organizations.get_paginator("list_accounts").paginate().build_full_result()
    assert len({each["Id"] for each in paged["Accounts"]}) == 25
    with refused("InvalidInputException", Reason="MAX_VALUE_EXCEEDED"):
        plane.organizations.list_accounts(MaxResults=21)
    with refused("InvalidInputException", Reason="INVALID_NEXT_TOKEN"):
        plane.organizations.list_create_account_status(NextToken=first["NextToken"])


def test_moving_needs_the_parent_it_is_in(plane: Plane) -> None:
    root = plane.found()
    account = plane.account()
    units = [
        plane.organizations.create_organizational_unit(ParentId=root, Name=name)["OrganizationalUnit"]["Id"]
        for name in ("Production", "Sandbox")
    ]

    def move(source: str, destination: str) -> None:
        plane.organizations.move_account(
            AccountId=account, SourceParentId=source, DestinationParentId=destination
        )

    with refused("AccountNotFoundException"):
        move(units[0], units[1])
    with refused("DestinationParentNotFoundException"):
        move(root, "ou-abcd-12345678")
    with refused("SourceParentNotFoundException"):
        move("ou-abcd-12345678", root)
    move(root, units[0])
    with refused("DuplicateAccountException"):
        move(units[0], units[0])

    parents = plane.organizations.list_parents(ChildId=account)["Parents"]
    assert parents == [{"Id": units[0], "Type": "ORGANIZATIONAL_UNIT"}]
    below = plane.organizations.list_accounts_for_parent(ParentId=units[0])["Accounts"]
    assert [each["Id"] for each in below] == [account]
    children = plane.organizations.list_children(ParentId=units[0], ChildType="ACCOUNT")["Children"]
    assert children == [{"Id": account, "Type": "ACCOUNT"}]


def test_the_parent_of_an_unknown_child_is_not_found(plane: Plane) -> None:
    plane.found()
    with refused("ChildNotFoundException"):
        plane.organizations.list_parents(ChildId="111111111111")


def test_nested_ous_make_the_path(plane: Plane) -> None:
    root = plane.found()
    parents = [root]
    for level in range(5):
        unit = plane.organizations.create_organizational_unit(ParentId=parents[-1], Name=f"level-{level}")
        parents.append(unit["OrganizationalUnit"]["Id"])
    account = plane.account()
    plane.organizations.move_account(AccountId=account, SourceParentId=root, DestinationParentId=parents[-1])

    (path,) = plane.organizations.describe_account(AccountId=account)["Account"]["Paths"]

    assert path.split("/")[1:] == [*parents, account, ""]
    with refused("ConstraintViolationException", Reason="OU_DEPTH_LIMIT_EXCEEDED"):
        plane.organizations.create_organizational_unit(ParentId=parents[-1], Name="too-deep")
    with refused("DuplicateOrganizationalUnitException"):
        plane.organizations.create_organizational_unit(ParentId=root, Name="level-0")
    with refused("OrganizationalUnitNotEmptyException"):
        plane.organizations.delete_organizational_unit(OrganizationalUnitId=parents[-1])


def test_an_ou_can_be_renamed_and_an_empty_one_deleted(plane: Plane) -> None:
    root = plane.found()
    unit = plane.organizations.create_organizational_unit(ParentId=root, Name="Old")["OrganizationalUnit"]

    plane.organizations.update_organizational_unit(OrganizationalUnitId=unit["Id"], Name="New")
    listed = plane.organizations.list_organizational_units_for_parent(ParentId=root)["OrganizationalUnits"]
    plane.organizations.delete_organizational_unit(OrganizationalUnitId=unit["Id"])

    assert [each["Name"] for each in listed] == ["New"]
    with refused("OrganizationalUnitNotFoundException"):
        plane.organizations.describe_organizational_unit(OrganizationalUnitId=unit["Id"])


def test_tags_are_added_overwritten_and_removed(plane: Plane) -> None:
    plane.found()
    account = plane.account()

    plane.organizations.tag_resource(
        ResourceId=account, Tags=[{"Key": "stage", "Value": "test"}, {"Key": "owner", "Value": "x"}]
    )
    plane.organizations.tag_resource(ResourceId=account, Tags=[{"Key": "stage", "Value": "production"}])
    plane.organizations.untag_resource(ResourceId=account, TagKeys=["owner", "unknown"])

    tags = plane.organizations.list_tags_for_resource(ResourceId=account)["Tags"]
    assert tags == [{"Key": "stage", "Value": "production"}]
    with refused("TargetNotFoundException"):
        plane.organizations.tag_resource(ResourceId="111111111111", Tags=[{"Key": "a", "Value": "b"}])
    with refused("InvalidInputException", Reason="DUPLICATE_TAG_KEY"):
        plane.organizations.tag_resource(
            ResourceId=account, Tags=[{"Key": "a", "Value": "b"}, {"Key": "a", "Value": "c"}]
        )
    with refused("ConstraintViolationException", Reason="MAX_TAG_LIMIT_EXCEEDED"):
        plane.organizations.tag_resource(
            ResourceId=account, Tags=[{"Key": f"k{number}", "Value": ""} for number in range(50)]
        )
