"""Users, groups and memberships, as strict as the Identity Store."""

from typing import Any

from sandbox.identity import IDENTITY_STORE_ID, SCIM_ISSUER
from tests.standins.identity.plane import NOBODY, Plane, refused

STORE = {"IdentityStoreId": IDENTITY_STORE_ID}


def pushed(plane: Plane, name: str = "jane") -> str:
    """A user that came by SCIM with an external id."""
    body = {
        "userName": f"{name}@example.com",
        "externalId": f"00u-{name}",
        "displayName": name,
        "name": {"givenName": name, "familyName": "Doe"},
        "emails": [{"value": f"{name}@example.com", "primary": True}],
        "active": True,
    }
    created: str = plane.scim("POST", "/Users", json=body).json()["id"]
    return created


def attribute(path: str, value: str) -> dict[str, Any]:
    """An AlternateIdentifier."""
    return {"UniqueAttribute": {"AttributePath": path, "AttributeValue": value}}


def external(identifier: str, issuer: str = SCIM_ISSUER) -> dict[str, Any]:
    """Another one."""
    return {"ExternalId": {"Issuer": issuer, "Id": identifier}}


def test_a_user_is_found_by_name_mail_and_external_id(plane: Plane) -> None:
    user, other = pushed(plane), pushed(plane, "john")

    def found(alternate: dict[str, Any]) -> str:
        user_id: str = plane.store.get_user_id(**STORE, AlternateIdentifier=alternate)["UserId"]
        return user_id

    assert found(attribute("userName", "jane@example.com")) == user
    assert found(attribute("emails.value", "john@example.com")) == other
    assert found(external("00u-jane")) == user
    with refused("ResourceNotFoundException", ResourceType="USER"):
        found(external("00u-nobody"))
    with refused("ResourceNotFoundException", ResourceType="USER"):
        found(external("00u-jane", "https://another.issuer"))
    with refused("ValidationException"):
        found(attribute("title", "boss"))


def test_a_group_is_found_by_name_and_external_id(plane: Plane) -> None:
    body = {"displayName": "developers", "externalId": "00g-developers"}
    group = plane.scim("POST", "/Groups", json=body).json()["id"]

    def found(alternate: dict[str, Any]) -> str:
        group_id: str = plane.store.get_group_id(**STORE, AlternateIdentifier=alternate)["GroupId"]
        return group_id

    assert found(attribute("displayName", "developers")) == found(external("00g-developers")) == group
    with refused("ResourceNotFoundException", ResourceType="GROUP"):
        found(attribute("displayName", "nobody"))
    with refused("ValidationException"):
        found(attribute("description", "x"))


def test_filters_filter_or_are_refused(plane: Plane) -> None:
    jane = pushed(plane)
    pushed(plane, "john")
    developers = plane.group("developers")
    plane.group("auditors")

    def users(path: str, value: str) -> list[str]:
        condition = {"AttributePath": path, "AttributeValue": value}
        return [each["UserId"] for each in plane.store.list_users(**STORE, Filters=[condition])["Users"]]

    def groups(path: str, value: str) -> list[str]:
        condition = {"AttributePath": path, "AttributeValue": value}
        return [each["GroupId"] for each in plane.store.list_groups(**STORE, Filters=[condition])["Groups"]]

    assert users("UserName", "jane@example.com") == users("ExternalId", "00u-jane") == [jane]
    assert users("UserName", "nobody@example.com") == users("externalIds.id", "00u-nobody") == []
    assert groups("DisplayName", "developers") == [developers]
    assert groups("ExternalId", "00g-nobody") == []
    with refused("ValidationException"):
        users("Title", "boss")
    with refused("ValidationException"):
        groups("Description", "x")
    assert len(plane.store.list_users(**STORE)["Users"]) == 2


def test_what_must_be_unique_is(plane: Plane) -> None:
    user, group = plane.user(), plane.group()
    membership = {"GroupId": group, "MemberId": {"UserId": user}}
    plane.store.create_group_membership(**STORE, **membership)
    with refused("ConflictException", Reason="UNIQUENESS_CONSTRAINT_VIOLATION"):
        plane.user()
    with refused("ConflictException", Reason="UNIQUENESS_CONSTRAINT_VIOLATION"):
        plane.group()
    with refused("ConflictException", Reason="UNIQUENESS_CONSTRAINT_VIOLATION"):
        plane.store.create_group_membership(**STORE, **membership)
    with refused("ConflictException"):
        plane.store.create_user(
            **STORE,
            UserName="another-name",
            DisplayName="x",
            Name={"GivenName": "x", "FamilyName": "y"},
            Emails=[{"Value": "jane@example.com"}],
        )


def test_a_second_delete_finds_nothing(plane: Plane) -> None:
    user, group = plane.user(), plane.group()
    created = plane.store.create_group_membership(**STORE, GroupId=group, MemberId={"UserId": user})
    membership = created["MembershipId"]
    plane.store.delete_group_membership(**STORE, MembershipId=membership)
    with refused("ResourceNotFoundException", ResourceType="GROUP_MEMBERSHIP"):
        plane.store.delete_group_membership(**STORE, MembershipId=membership)
    plane.store.delete_group(**STORE, GroupId=group)
    with refused("ResourceNotFoundException", ResourceType="GROUP"):
        plane.store.delete_group(**STORE, GroupId=group)
    plane.store.delete_user(**STORE, UserId=user)
    with refused("ResourceNotFoundException", ResourceType="USER"):
        plane.store.delete_user(**STORE, UserId=user)


def test_another_store_is_not_found(plane: Plane) -> None:
    plane.user()
    with refused("ResourceNotFoundException", ResourceType="IDENTITY_STORE"):
        plane.store.list_users(IdentityStoreId="d-0000000000")


def test_required_attributes_are_named(plane: Plane) -> None:
    with refused("ValidationException"):
        plane.store.create_user(**STORE, UserName="x")
    with refused("ValidationException"):
        plane.store.create_group(**STORE, Description="nameless")


def test_memberships_can_be_read_from_both_sides(plane: Plane) -> None:
    user, other = plane.user(), plane.user("john")
    groups = [plane.group(name) for name in ("a", "b", "c")]
    for group in groups[:2]:
        plane.store.create_group_membership(**STORE, GroupId=group, MemberId={"UserId": user})
    plane.store.create_group_membership(**STORE, GroupId=groups[0], MemberId={"UserId": other})

    members = plane.store.list_group_memberships(**STORE, GroupId=groups[0])["GroupMemberships"]
    of_user = plane.store.list_group_memberships_for_member(**STORE, MemberId={"UserId": user})
    asked = plane.store.is_member_in_groups(**STORE, MemberId={"UserId": user}, GroupIds=groups)

    assert {each["MemberId"]["UserId"] for each in members} == {user, other}
    assert [each["GroupId"] for each in of_user["GroupMemberships"]] == groups[:2]
    assert [each["MembershipExists"] for each in asked["Results"]] == [True, True, False]
    found = plane.store.get_group_membership_id(**STORE, GroupId=groups[1], MemberId={"UserId": user})
    described = plane.store.describe_group_membership(**STORE, MembershipId=found["MembershipId"])
    assert (described["GroupId"], described["MemberId"]) == (groups[1], {"UserId": user})
    with refused("ResourceNotFoundException", ResourceType="GROUP_MEMBERSHIP"):
        plane.store.get_group_membership_id(**STORE, GroupId=groups[2], MemberId={"UserId": user})
    with refused("ResourceNotFoundException", ResourceType="USER"):
        plane.store.list_group_memberships_for_member(**STORE, MemberId={"UserId": NOBODY})
    with refused("ResourceNotFoundException", ResourceType="GROUP"):
        plane.store.list_group_memberships(**STORE, GroupId=NOBODY)


def test_a_deleted_user_is_in_no_group(plane: Plane) -> None:
    user, group = plane.user(), plane.group()
    plane.store.create_group_membership(**STORE, GroupId=group, MemberId={"UserId": user})

    plane.store.delete_user(**STORE, UserId=user)

    assert plane.store.list_group_memberships(**STORE, GroupId=group)["GroupMemberships"] == []


def test_users_are_described_with_their_status_and_can_be_changed(plane: Plane) -> None:
    user = plane.user()

    plane.store.update_user(
        **STORE,
        UserId=user,
        Operations=[
            {"AttributePath": "displayName", "AttributeValue": "Jane Roe"},
            {"AttributePath": "name.familyName", "AttributeValue": "Roe"},
            {"AttributePath": "emails", "AttributeValue": [{"value": "roe@example.com", "primary": True}]},
        ],
    )

    described = plane.store.describe_user(**STORE, UserId=user)
    assert described["UserStatus"] == "ENABLED"
    assert (described["DisplayName"], described["Name"]["FamilyName"]) == ("Jane Roe", "Roe")
    assert described["Emails"] == [{"Value": "roe@example.com", "Primary": True}]
    with refused("ValidationException"):
        plane.store.update_user(
            **STORE, UserId=user, Operations=[{"AttributePath": "userName", "AttributeValue": ""}]
        )


def test_groups_can_be_changed(plane: Plane) -> None:
    group = plane.group("old")
    plane.group("taken")

    def rename(path: str, value: str) -> None:
        change = {"AttributePath": path, "AttributeValue": value}
        plane.store.update_group(**STORE, GroupId=group, Operations=[change])

    rename("displayName", "new")
    rename("description", "renamed")

    described = plane.store.describe_group(**STORE, GroupId=group)
    assert (described["DisplayName"], described["Description"]) == ("new", "renamed")
    with refused("ConflictException"):
        rename("displayName", "taken")
    with refused("ValidationException"):
        rename("title", "x")


def test_users_are_paged(plane: Plane) -> None:
    created = [plane.user(f"u{number}") for number in range(5)]
    pages = plane.store.get_paginator("list_users").paginate(**STORE, PaginationConfig={"PageSize": 2})
    assert [each["UserId"] for page in pages for each in page["Users"]] == created
