"""Provisioning to Identity Center: what its directory holds after what happens in Okta."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pytest
import requests

from sandbox import identity, okta
from tests.standins.okta.api import Api

LOGIN = "ada.lovelace@example.com"


@dataclass
class Both:
    """Okta, and the Identity Center it provisions to."""

    api: Api
    plane: identity.IdentityServer

    def settled(self) -> None:
        assert self.api.server.model.drain(20)

    def user(self, login: str = LOGIN) -> dict[str, Any] | None:
        found = self._scim("Users", f'userName eq "{login}"')
        return found[0] if found else None

    def group(self, name: str) -> dict[str, Any] | None:
        found = self._scim("Groups", f'displayName eq "{name}"')
        return found[0] if found else None

    def is_member(self, login: str, name: str) -> bool:
        user, group = self.user(login), self.group(name)
        assert user is not None
        assert group is not None
        return bool(self._scim("Groups", f'id eq "{group["id"]}" and members eq "{user["id"]}"'))

    def app_user(self, person_id: str) -> dict[str, Any]:
        path = f"/api/v1/apps/{self.api.server.app_id}/users/{person_id}"
        return dict(self.api.ok("GET", path))

    def break_scim(self, operation: str) -> None:
        fault = {"service": "scim", "operation": operation, "error": "InternalServerException", "status": 500}
        self.plane.faults.set([fault])

    def calls(self) -> dict[str, int]:
        return self.plane.faults.calls().get("scim", {})

    def _scim(self, kind: str, expression: str) -> list[dict[str, Any]]:
        answer = requests.get(
            f"{self.plane.scim_url}/{kind}",
            params={"filter": expression},
            headers={"Authorization": f"Bearer {self.plane.scim_token}"},
            timeout=10,
        )
        assert answer.ok, answer.text
        return list(answer.json()["Resources"])


@pytest.fixture
def both() -> Iterator[Both]:
    with identity.serve() as plane:
        settings = okta.Settings(scim_url=plane.scim_url, scim_token=plane.scim_token)
        with okta.serve(settings=settings) as server:
            yield Both(Api(server), plane)


def lifecycle(both: Both, person_id: str, verb: str) -> None:
    both.api.ok("POST", f"/api/v1/users/{person_id}/lifecycle/{verb}")
    both.settled()


def test_somebody_assigned_is_created_under_their_okta_id(both: Both) -> None:
    # When somebody has the app
    person_id = both.api.server.model.add_person(LOGIN).id
    both.settled()
    # Then Identity Center has them, active, and each knows the other's id
    user = both.user()
    assert user is not None
    assert (user["externalId"], user["active"]) == (person_id, True)
    shown = both.app_user(person_id)
    assert (shown["externalId"], shown["syncState"], shown["status"]) == (
        user["id"],
        "SYNCHRONIZED",
        "PROVISIONED",
    )
    (event,) = both.api.log("application.provision.user.push")
    assert event["outcome"]["result"] == "SUCCESS"


def test_somebody_without_the_app_is_unknown_there(both: Both) -> None:
    both.api.server.model.add_person(LOGIN, assigned=False)
    both.settled()
    assert both.user() is None


@pytest.mark.parametrize("back", ["activate", "reactivate"])
def test_deactivation_disables_and_coming_back_enables(both: Both, back: str) -> None:
    person_id = both.api.server.model.add_person(LOGIN).id
    lifecycle(both, person_id, "deactivate")
    user = both.user()
    assert user is not None
    assert user["active"] is False
    assert len(both.api.log("application.provision.user.deactivate")) == 1
    lifecycle(both, person_id, back)
    again = both.user()
    assert again is not None
    assert (again["active"], again["id"]) == (True, user["id"])


def test_unassigning_disables(both: Both) -> None:
    person_id = both.api.server.model.add_person(LOGIN).id
    both.api("DELETE", f"/api/v1/apps/{both.api.server.app_id}/users/{person_id}")
    both.settled()
    user = both.user()
    assert user is not None
    assert user["active"] is False


def test_somebody_deleted_at_once_is_disabled_all_the_same(both: Both) -> None:
    person_id = both.api.server.model.add_person(LOGIN).id
    both.settled()
    both.api("DELETE", f"/api/v1/users/{person_id}")
    both.api("DELETE", f"/api/v1/users/{person_id}")
    both.settled()
    user = both.user()
    assert user is not None
    assert user["active"] is False


def test_suspension_and_a_lock_out_send_nothing(both: Both) -> None:
    person_id = both.api.server.model.add_person(LOGIN).id
    both.settled()
    before = both.calls()
    lifecycle(both, person_id, "suspend")
    lifecycle(both, person_id, "unsuspend")
    both.api.server.model.lock(LOGIN)
    both.settled()
    assert both.calls() == before


def test_with_deactivate_users_off_nothing_is_sent(both: Both) -> None:
    # Given an app whose provisioning does not deactivate
    person_id = both.api.server.model.add_person(LOGIN).id
    feature = f"/api/v1/apps/{both.api.server.app_id}/features/USER_PROVISIONING"
    changed = both.api.ok("PUT", feature, {"update": {"lifecycleDeactivate": {"status": "DISABLED"}}})
    assert changed["capabilities"]["create"]["lifecycleCreate"]["status"] == "ENABLED"
    # When somebody is deactivated
    lifecycle(both, person_id, "deactivate")
    # Then they stay active there
    user = both.user()
    assert user is not None
    assert user["active"] is True
    assert (
        both.api.ok("GET", feature)["capabilities"]["update"]["lifecycleDeactivate"]["status"] == "DISABLED"
    )


def test_a_pushed_group_has_its_members_and_follows_them(both: Both) -> None:
    # Given a pushed group with one member, and somebody outside
    model = both.api.server.model
    model.add_person(LOGIN)
    outsider = model.add_person("outsider@example.com")
    group = model.add_group("aws-production-developers", (LOGIN,), pushed=True)
    both.settled()
    assert both.is_member(LOGIN, group.name)
    assert not both.is_member("outsider@example.com", group.name)
    # When the one joins and the other leaves
    both.api("PUT", f"/api/v1/groups/{group.id}/users/{outsider.id}")
    both.api("DELETE", f"/api/v1/groups/{group.id}/users/{model.user_by_login(LOGIN).id}")
    both.settled()
    # Then Identity Center has heard of both, and the mapping says when
    assert both.is_member("outsider@example.com", group.name)
    assert not both.is_member(LOGIN, group.name)
    (mapping,) = both.api.ok("GET", f"/api/v1/apps/{both.api.server.app_id}/group-push/mappings")
    assert mapping["targetGroupId"] == (both.group(group.name) or {})["id"]
    assert mapping["status"] == "ACTIVE"
    assert mapping["lastPush"]


def test_a_group_of_more_than_100_arrives_whole(both: Both) -> None:
    model = both.api.server.model
    logins = tuple(f"person.{number}@example.com" for number in range(101))
    for login in logins:
        model.add_person(login)
    both.settled()
    model.add_group("everybody", logins, pushed=True)
    both.settled()
    assert both.calls()["PatchGroup"] == 2
    assert both.is_member(logins[0], "everybody")
    assert both.is_member(logins[-1], "everybody")


def test_a_member_who_gets_the_app_later_joins_the_group_there(both: Both) -> None:
    model = both.api.server.model
    model.add_person(LOGIN, assigned=False)
    model.add_group("late", (LOGIN,), pushed=True)
    both.settled()
    model.assign(LOGIN)
    both.settled()
    assert both.is_member(LOGIN, "late")


def test_a_user_that_cannot_be_created_is_an_error_to_be_seen(both: Both) -> None:
    both.break_scim("CreateUser")
    person_id = both.api.server.model.add_person(LOGIN).id
    both.settled()
    shown = both.app_user(person_id)
    assert (shown["syncState"], shown["externalId"]) == ("ERROR", None)
    (event,) = both.api.log("application.provision.user.push")
    assert event["outcome"]["result"] == "FAILURE"
    assert "500" in event["outcome"]["reason"]


def test_a_group_that_cannot_be_pushed_shows_its_error(both: Both) -> None:
    both.break_scim("CreateGroup")
    both.api.server.model.add_group("broken", pushed=True)
    both.settled()
    path = f"/api/v1/apps/{both.api.server.app_id}/group-push/mappings"
    (mapping,) = both.api.ok("GET", path, status="ERROR")
    assert "500" in mapping["errorSummary"]
    event_type = "application.provision.group_push.mapping.update.or.delete.failed.with.error"
    assert both.api.log(event_type)[0]["outcome"]["result"] == "FAILURE"


def test_a_group_is_pushed_once(both: Both) -> None:
    group = both.api.server.model.add_group("twice", pushed=True)
    path = f"/api/v1/apps/{both.api.server.app_id}/group-push/mappings"
    assert both.api("POST", path, {"sourceGroupId": group.id}).status_code == 400
    assert both.api("POST", path, {"sourceGroupId": "00gUnknown"}).status_code == 404
