"""Disabled and enabled through SCIM, against an endpoint as strict as Identity Center's own."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime

import pytest
import requests

from functions.aws.scim import Scim, ScimError
from functions.leavers.record import Record, StepOutcome, StepState
from functions.leavers.scim_steps import SetActive
from functions.leavers.steps import IDENTIFY, NothingToDoError, StepError
from tests.standins.identity.conftest import FAST, Start
from tests.standins.identity.plane import NOBODY, Plane


@pytest.fixture
def plane(start: Start) -> Plane:
    return start(FAST)


@pytest.fixture
def http() -> Iterator[requests.Session]:
    with requests.Session() as session:
        yield session


def scim(plane: Plane, http: requests.Session, **other: str) -> Scim:
    secret = {"url": plane.server.scim_url, "token": plane.server.scim_token} | other
    return Scim(lambda: json.dumps(secret), http)


def enabled(plane: Plane, user_id: str) -> bool:
    return bool(plane.scim("GET", f"/Users/{user_id}").json()["active"])


def person(user_id: str | None) -> Record:
    return Record("okta:x", "x", "jane@example.com", user_id)


def test_a_leaver_is_disabled_and_enabled_when_they_return_however_often(
    plane: Plane, http: requests.Session
) -> None:
    user, other, switch = plane.user("jane"), plane.user("joe"), scim(plane, http)
    for active, said in ((False, "the user is disabled"), (True, "the user is enabled")):
        for _ in range(2):
            assert SetActive(switch, active=active).run(person(user)).note == said
        assert (enabled(plane, user), enabled(plane, other)) == (active, True)


def test_who_is_no_longer_there_needs_no_disabling(plane: Plane, http: requests.Session) -> None:
    note = SetActive(scim(plane, http), active=False).run(person(NOBODY)).note
    assert note == "no longer in the directory"


@pytest.mark.parametrize(("error", "status"), [("Internal error", 500), ("Too many requests", 429)])
def test_an_endpoint_in_trouble_fails_the_step_and_nothing_is_said_to_be_done(
    plane: Plane, http: requests.Session, error: str, status: int
) -> None:
    user, step = plane.user(), SetActive(scim(plane, http), active=False)
    plane.server.faults.set(
        [{"service": "scim", "operation": "PatchUser", "error": error, "status": status, "times": 1}]
    )
    with pytest.raises(StepError, match=str(status)):
        step.run(person(user))
    assert enabled(plane, user)
    assert step.run(person(user)).note == "the user is disabled"


def test_an_endpoint_that_does_not_answer_in_time_fails_the_step(
    plane: Plane, http: requests.Session, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("functions.aws.scim.TIMEOUT", (1.0, 0.05))
    user = plane.user()
    plane.server.faults.set([{"service": "scim", "operation": "PatchUser", "latency_ms": 400, "times": 1}])
    with pytest.raises(StepError, match="does not answer"):
        SetActive(scim(plane, http), active=False).run(person(user))


def test_a_token_that_has_run_out_says_so_and_never_shows_itself(
    plane: Plane, http: requests.Session
) -> None:
    with pytest.raises(ScimError, match="is its token still valid") as caught:
        scim(plane, http, token="worn-out").set_active(plane.user(), False)
    assert "worn-out" not in str(caught.value)


@pytest.mark.parametrize("secret", ["", "[]", '{"url": "https://x"}', '{"token": "sesame"}'])
def test_a_secret_of_another_shape_is_described_and_not_shown(secret: str, http: requests.Session) -> None:
    with pytest.raises(ScimError, match="must be") as caught:
        Scim(lambda: secret, http).set_active(NOBODY, False)
    assert "sesame" not in str(caught.value)


def test_without_a_user_id_nobody_is_disabled(plane: Plane, http: requests.Session) -> None:
    step, now = SetActive(scim(plane, http), active=False), datetime.now(UTC)
    with pytest.raises(StepError):
        step.run(person(None))
    never = person(None).with_step(IDENTIFY, StepOutcome(StepState.NOTHING, now))
    with pytest.raises(NothingToDoError):
        step.run(never)
