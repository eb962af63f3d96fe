"""SCIM as IAM Identity Center speaks it, over the same directory."""

from typing import Any

import pytest
import requests

from sandbox.identity import IDENTITY_STORE_ID
from tests.standins.identity.plane import NOBODY, Plane

STORE = {"IdentityStoreId": IDENTITY_STORE_ID}


def person(name: str = "jane", **changes: Any) -> dict[str, Any]:
    """A user as an identity provider sends it."""
    return {
        "schemas": ["urn:ietf:params:scim:schemas:core:2.0:User"],
        "userName": f"{name}@example.com",
        "externalId": f"00u-{name}",
        "displayName": name,
        "name": {"givenName": name, "familyName": "Doe"},
        "emails": [{"value": f"{name}@example.com", "type": "work", "primary": True}],
        "active": True,
        **changes,
    }


def create(plane: Plane, path: str, body: dict[str, Any]) -> str:
    answer = plane.scim("POST", path, json=body)
    assert answer.status_code == 201, answer.text
    created: str = answer.json()["id"]
    return created


def failed(answer: requests.Response, status: int) -> str:
    """The detail of an error in SCIM's form."""
    assert answer.status_code == status, answer.text
    body = answer.json()
    assert body["schemas"] == ["urn:ietf:params:scim:api:messages:2.0:Error"]
    assert body["status"] == str(status)
    detail: str = body["detail"]
    return detail


def members(plane: Plane, group: str) -> list[str]:
    listed = plane.store.list_group_memberships(**STORE, GroupId=group)["GroupMemberships"]
    return [each["MemberId"]["UserId"] for each in listed]


def patch(plane: Plane, path: str, *operations: dict[str, Any]) -> requests.Response:
    body = {"schemas": ["urn:ietf:params:scim:api:messages:2.0:PatchOp"], "Operations": list(operations)}
    return plane.scim("PATCH", path, json=body)


def test_the_token_is_needed(plane: Plane) -> None:
    url = f"{plane.server.scim_url}/Users"
    failed(requests.get(url, timeout=10), 401)
    failed(requests.get(url, headers={"Authorization": "Bearer wrong"}, timeout=10), 401)
    assert plane.scim("GET", "/Users").status_code == 200


def test_a_pushed_user_is_in_the_identity_store(plane: Plane) -> None:
    user = create(plane, "/Users", person())

    described = plane.store.describe_user(**STORE, UserId=user)

    assert (described["UserName"], described["UserStatus"]) == ("jane@example.com", "ENABLED")
    assert [each["Id"] for each in described["ExternalIds"]] == ["00u-jane"]
    assert described["Emails"] == [{"Value": "jane@example.com", "Type": "work", "Primary": True}]
    read = plane.scim("GET", f"/Users/{user}").json()
    assert person().items() <= read.items()


@pytest.mark.parametrize("value", ["false", False])
def test_a_person_is_disabled_and_enabled_again(plane: Plane, value: Any) -> None:
    user = create(plane, "/Users", person())

    answer = patch(plane, f"/Users/{user}", {"op": "replace", "path": "active", "value": value})

    assert (answer.status_code, answer.json()["active"]) == (200, False)
    assert plane.store.describe_user(**STORE, UserId=user)["UserStatus"] == "DISABLED"
    patch(plane, f"/Users/{user}", {"op": "replace", "value": {"active": True}})
    assert plane.store.describe_user(**STORE, UserId=user)["UserStatus"] == "ENABLED"


def test_a_user_can_be_replaced_changed_and_deleted(plane: Plane) -> None:
    user = create(plane, "/Users", person(title="Engineer"))

    patch(
        plane,
        f"/Users/{user}",
        {"op": "replace", "path": "name.familyName", "value": "Roe"},
        {"op": "remove", "path": "title"},
    )
    changed = plane.scim("GET", f"/Users/{user}").json()
    assert changed["name"] == {"givenName": "jane", "familyName": "Roe"}
    assert "title" not in changed

    replaced = plane.scim("PUT", f"/Users/{user}", json=person("jane", displayName="J"))
    assert (replaced.status_code, replaced.json()["displayName"]) == (200, "J")
    assert plane.scim("DELETE", f"/Users/{user}").status_code == 204
    failed(plane.scim("GET", f"/Users/{user}"), 404)
    failed(plane.scim("DELETE", f"/Users/{user}"), 404)


def test_what_must_be_unique_is_a_conflict(plane: Plane) -> None:
    create(plane, "/Users", person())
    create(plane, "/Groups", {"displayName": "developers"})
    assert failed(plane.scim("POST", "/Users", json=person()), 409) == "Duplicate userName"
    same_mail = person("other", emails=person()["emails"])
    assert failed(plane.scim("POST", "/Users", json=same_mail), 409) == "Duplicate email"
    same_id = person("other", externalId="00u-jane")
    assert failed(plane.scim("POST", "/Users", json=same_id), 409) == "Duplicate externalId"
    failed(plane.scim("POST", "/Groups", json={"displayName": "developers"}), 409)


def test_a_filter_finds_one(plane: Plane) -> None:
    jane = create(plane, "/Users", person())
    create(plane, "/Users", person("john"))
    group = create(plane, "/Groups", {"displayName": "developers", "externalId": "00g-1"})

    def found(path: str, condition: str) -> list[str]:
        body = plane.scim("GET", path, params={"filter": condition}).json()
        assert body["totalResults"] == len(body["Resources"])
        return [each["id"] for each in body["Resources"]]

    assert found("/Users", 'userName eq "jane@example.com"') == [jane]
    assert found("/Users", 'externalId eq "00u-jane"') == [jane]
    assert found("/Users", 'userName eq "nobody"') == []
    assert (
        found("/Groups", 'displayName eq "developers"')
        == found("/Groups", 'externalId eq "00g-1"')
        == [group]
    )
    assert found("/Groups", f'id eq "{group}" and members eq "{jane}"') == []
    patch(plane, f"/Groups/{group}", {"op": "add", "path": "members", "value": [{"value": jane}]})
    assert found("/Groups", f'id eq "{group}" and members eq "{jane}"') == [group]


@pytest.mark.parametrize(
    "condition", ['userName sw "j"', 'title eq "x"', "nonsense", 'id eq "a" and id eq "b"x']
)
def test_other_filters_are_refused(plane: Plane, condition: str) -> None:
    failed(plane.scim("GET", "/Users", params={"filter": condition}), 400)


def test_members_come_and_go_and_are_not_shown(plane: Plane) -> None:
    jane, john, june = (create(plane, "/Users", person(name)) for name in ("jane", "john", "june"))
    group = create(plane, "/Groups", {"displayName": "developers", "members": [{"value": jane}]})
    path = f"/Groups/{group}"

    answer = patch(plane, path, {"op": "add", "path": "members", "value": [{"value": john}, {"value": jane}]})

    assert (answer.status_code, answer.content) == (204, b"")
    assert members(plane, group) == [jane, john]
    assert plane.scim("GET", path).json()["members"] == []
    patch(plane, path, {"op": "remove", "path": "members", "value": [{"value": jane}]})
    assert members(plane, group) == [john]
    patch(plane, path, {"op": "replace", "path": "members", "value": [{"value": june}]})
    assert members(plane, group) == [june]
    patch(plane, path, {"op": "remove", "path": f'members[value eq "{june}"]'})
    assert members(plane, group) == []
    failed(patch(plane, path, {"op": "add", "path": "members", "value": [{"value": NOBODY}]}), 404)
    many = [{"value": jane}] * 101
    failed(patch(plane, path, {"op": "add", "path": "members", "value": many}), 400)


def test_a_group_can_be_renamed_replaced_and_deleted(plane: Plane) -> None:
    jane = create(plane, "/Users", person())
    group = create(plane, "/Groups", {"displayName": "old"})
    path = f"/Groups/{group}"

    patch(plane, path, {"op": "replace", "value": {"id": group, "displayName": "new"}})
    assert plane.scim("GET", path).json()["displayName"] == "new"
    replaced = plane.scim("PUT", path, json={"displayName": "newer", "members": [{"value": jane}]})
    assert (replaced.json()["displayName"], members(plane, group)) == ("newer", [jane])
    failed(patch(plane, path, {"op": "replace", "path": "title", "value": "x"}), 400)
    assert plane.scim("DELETE", path).status_code == 204
    failed(plane.scim("DELETE", path), 404)


@pytest.mark.parametrize("missing", ["userName", "displayName", "name"])
def test_required_attributes_are_named(plane: Plane, missing: str) -> None:
    body = {key: value for key, value in person().items() if key != missing}
    assert missing in failed(plane.scim("POST", "/Users", json=body), 400)


def test_bad_requests_are_told_what_is_wrong(plane: Plane) -> None:
    user = create(plane, "/Users", person())
    failed(plane.scim("POST", "/Users", data="{not json"), 400)
    failed(plane.scim("POST", "/Users", json=["not", "a", "user"]), 400)
    failed(plane.scim("POST", "/Users", json=person("x", emails=[{"value": "a"}, {"value": "b"}])), 400)
    failed(plane.scim("POST", "/Users", json=person("x", active="maybe")), 400)
    failed(plane.scim("POST", "/Groups", json={}), 400)
    failed(patch(plane, f"/Users/{user}"), 400)
    failed(patch(plane, f"/Users/{user}", {"op": "increment", "path": "title"}), 400)
    failed(patch(plane, f"/Users/{user}", {"op": "replace", "path": "shoeSize", "value": 42}), 400)
    failed(patch(plane, f"/Users/{user}", {"op": "replace", "value": "x"}), 400)
    failed(plane.scim("GET", "/Users", params={"count": "many"}), 400)
    failed(plane.scim("GET", "/Printers"), 404)
    failed(plane.scim("DELETE", "/Users"), 405)


def test_lists_are_paged_by_index_and_by_cursor(plane: Plane) -> None:
    created = [create(plane, "/Users", person(f"u{number}")) for number in range(5)]

    by_index = plane.scim("GET", "/Users", params={"startIndex": "3", "count": "2"}).json()
    assert [each["id"] for each in by_index["Resources"]] == created[2:4]
    assert (by_index["totalResults"], by_index["startIndex"], by_index["itemsPerPage"]) == (5, 3, 2)

    seen: list[str] = []
    cursor: str | None = ""
    while cursor is not None:
        body = plane.scim("GET", "/Users", params={"cursor": cursor, "count": "2"}).json()
        seen += [each["id"] for each in body["Resources"]]
        cursor = body.get("nextCursor")
    assert seen == created
