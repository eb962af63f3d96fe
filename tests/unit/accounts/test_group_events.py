"""Who tells of a group, and in which shape."""

import json
from pathlib import Path
from typing import Any

import pytest

from functions.accounts.events import Change, EventError, GroupAppeared, GroupPlanned, Ignored, read_change
from functions.inbox import Envelope

EVENTS = Path(__file__).parents[3] / "events"
GROUP = "90670f0123-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / "aws" / f"{name}.json").read_text())
    return loaded


def read(event: dict[str, Any]) -> Change:
    return read_change(Envelope.parse(json.dumps(event)))


def okta_group() -> dict[str, Any]:
    (log_event,) = json.loads((EVENTS / "okta/hook-group-create.json").read_text())["data"]["events"]
    return {
        **sample("move-account"),
        "source": "ostiary.okta",
        "detail-type": log_event["eventType"],
        "detail": log_event,
    }


def test_okta_tells_the_name_of_a_new_group() -> None:
    assert read(okta_group()) == GroupPlanned("aws-data-lake-DataAnalyst")


def test_a_group_that_okta_did_not_make_is_none() -> None:
    event = okta_group()
    event["detail"]["outcome"] = {"result": "FAILURE", "reason": "taken"}
    assert isinstance(read(event), Ignored)


def test_an_okta_event_without_a_group_goes_to_the_dead_letters() -> None:
    event = okta_group()
    event["detail"]["target"] = []
    with pytest.raises(EventError, match="no group"):
        read(event)


@pytest.mark.parametrize("path", ["members", 'members[value eq "90670f0123"]'])
def test_members_that_come_and_go_are_no_new_name(path: str) -> None:
    """Given a PatchGroup of members alone, which every join and leave is, nothing is looked at."""
    event = sample("scim-patch-group")
    event["detail"]["requestParameters"]["httpBody"]["operations"] = [{"op": "ADD", "path": path}] * 2
    assert isinstance(read(event), Ignored)


def test_members_and_a_name_at_once_are_a_new_name() -> None:
    event = sample("scim-patch-group")
    event["detail"]["requestParameters"]["httpBody"]["operations"] = [
        {"op": "ADD", "path": "members"},
        {"op": "REPLACE", "path": "displayName"},
    ]
    assert read(event) == GroupAppeared(GROUP)


@pytest.mark.parametrize(
    "detail", [{"groupId": GROUP}, {"group-id": GROUP}, {"group": {"GroupId": GROUP, "event-version": "1"}}]
)
def test_the_stores_own_word_is_read_in_any_spelling(detail: dict[str, Any]) -> None:
    """Given a notification whose detail AWS documents in part, and no ARN of the group, its id is found."""
    event = {**sample("group-created"), "resources": [], "detail": detail}
    assert read(event) == GroupAppeared(GROUP)


def test_a_group_without_an_id_goes_to_the_dead_letters() -> None:
    with pytest.raises(EventError, match="no group id"):
        read({**sample("group-created"), "resources": [], "detail": {}})


def test_an_account_that_renames_itself_is_the_caller() -> None:
    event = sample("put-account-name")
    event["detail"]["requestParameters"] = {"accountName": "HIDDEN"}
    event["detail"]["userIdentity"]["accountId"] = "555566667777"
    change = read(event)
    assert getattr(change, "account_id", None) == "555566667777"
