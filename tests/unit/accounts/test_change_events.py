"""What AWS's events say about which account."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from functions.accounts.events import (
    AccountChange,
    Change,
    CreationFailed,
    EventError,
    GroupAppeared,
    Ignored,
    Kind,
    UnitRenamed,
    read_change,
)
from functions.inbox import Envelope
from infra import names

EVENTS = Path(__file__).parents[3] / "events/aws"
GROUP = "90670f0123-1a2b3c4d-5e6f-4a7b-8c9d-0e1f2a3b4c5d"


def sample(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((EVENTS / f"{name}.json").read_text())
    return loaded


def read(event: dict[str, Any]) -> Change:
    return read_change(Envelope.parse(json.dumps(event)))


@pytest.mark.parametrize(
    ("name", "change"),
    [
        ("create-account-result", AccountChange(Kind.JOINED, "444455556666")),
        ("account-joined-organization", AccountChange(Kind.JOINED, "444455556666")),
        ("accept-handshake", AccountChange(Kind.JOINED, "555566667777")),
        ("create-managed-account", AccountChange(Kind.JOINED, "444455556666")),
        ("update-managed-account", AccountChange(Kind.JOINED, "444455556666")),
        ("move-account", AccountChange(Kind.MOVED, "444455556666")),
        ("tag-resource", AccountChange(Kind.TAGGED, "444455556666")),
        ("untag-resource", AccountChange(Kind.TAGGED, "444455556666")),
        ("close-account-result", AccountChange(Kind.LEFT, "444455556666")),
        ("account-departed-organization", AccountChange(Kind.LEFT, "444455556666")),
        ("remove-account-from-organization", AccountChange(Kind.LEFT, "444455556666")),
        ("leave-organization", AccountChange(Kind.LEFT, "555566667777")),
        ("update-organizational-unit", UnitRenamed("ou-ab12-prod0001")),
        ("create-account-assignment", AccountChange(Kind.TOUCHED, "444455556666")),
        ("delete-account-assignment", AccountChange(Kind.TOUCHED, "444455556666")),
        ("put-account-name", AccountChange(Kind.RENAMED, "444455556666")),
        ("create-group", GroupAppeared(GROUP)),
        ("scim-create-group", GroupAppeared(GROUP)),
        ("scim-patch-group", GroupAppeared(GROUP)),
        ("group-created", GroupAppeared(GROUP)),
        (
            "create-account-result-failed",
            CreationFailed("car-8c1d3e5f7a9b4c2d8e6f0a1b3c5d7e9f", "EMAIL_ALREADY_EXISTS"),
        ),
    ],
)
def test_every_sample_is_understood(name: str, change: Change) -> None:
    """Given each event as AWS sends it, what happened to which account is known.

    AA4: CreateAccountResult with its real nesting raised KeyError('state').
    """
    assert read(sample(name)) == change


def edited(name: str, edit: Callable[[dict[str, Any]], None]) -> Change:
    event = sample(name)
    edit(event["detail"])
    return read(event)


def test_the_order_of_parties_does_not_matter() -> None:
    """Given the invited account before or after the organization, it is the account that joined."""
    change = edited("accept-handshake", lambda d: d["responseElements"]["handshake"]["parties"].reverse())
    assert change == AccountChange(Kind.JOINED, "555566667777")


def test_consent_to_all_features_is_no_invitation() -> None:
    """Given a handshake of another kind, nobody joined."""
    change = edited(
        "accept-handshake",
        lambda d: d["responseElements"]["handshake"].update(action="ENABLE_ALL_FEATURES"),
    )
    assert isinstance(change, Ignored)


@pytest.mark.parametrize(
    "details",
    [
        {"AccountId": "444455556666"},
        {"accountid": "444455556666", "joinedMethod": "INVITED"},
        {"account": {"accountId": "444455556666"}},
        {"joined": {"by": {"AccountID": "444455556666"}}},
    ],
)
def test_an_event_whose_shape_aws_does_not_document_is_read_in_any(details: dict[str, Any]) -> None:
    """Given other spellings and depths of the id, the account is found, and it is not the caller's."""
    change = edited("account-joined-organization", lambda d: d.update(serviceEventDetails=details))
    assert change == AccountChange(Kind.JOINED, "444455556666")


@pytest.mark.parametrize(
    "details",
    [
        {"requestParameters": {"accountId": "444455556666"}},
        {"responseElements": {"AccountId": "444455556666"}},
        {"responseElements": {"account": {"id": "444455556666", "name": "****"}}},
        {"serviceEventDetails": {"Account": {"Id": "444455556666"}}},
        {"serviceEventDetails": {"account": "444455556666"}},
    ],
)
@pytest.mark.parametrize(
    ("name", "kind"),
    [("account-joined-organization", Kind.JOINED), ("account-departed-organization", Kind.LEFT)],
)
def test_an_account_is_found_in_whichever_section_it_stands(
    name: str, kind: Kind, details: dict[str, Any]
) -> None:
    """Given the id in the question, in the answer or in the service's own part, it is the account that came
    or went, and not the caller's, which is the management account's."""
    change = edited(name, lambda d: d.update({"serviceEventDetails": None, **details}))
    assert change == AccountChange(kind, "444455556666")


def test_an_invitation_is_read_in_either_case() -> None:
    """Given AWS's pages that disagree on case, Invite and Accepted are an arrival as well."""

    def recased(detail: dict[str, Any]) -> None:
        handshake = detail["responseElements"]["handshake"]
        parties = [{"Id": p["id"], "Type": p["type"].title()} for p in handshake["parties"]]
        detail["responseElements"] = {
            "Handshake": {"Action": "Invite", "State": "Accepted", "Parties": parties}
        }

    assert edited("accept-handshake", recased) == AccountChange(Kind.JOINED, "555566667777")


def test_a_tag_is_read_in_either_case() -> None:
    change = edited("tag-resource", lambda d: d.update(requestParameters={"ResourceId": "444455556666"}))
    assert change == AccountChange(Kind.TAGGED, "444455556666")


@pytest.mark.parametrize("state", ["FAILED", "Failed", "IN_PROGRESS"])
def test_an_account_that_could_not_be_closed_has_not_left(state: str) -> None:
    """Given a closure that failed or goes on, what is missing there is still missed."""
    change = edited(
        "close-account-result",
        lambda d: d["serviceEventDetails"]["closeAccountStatus"].update(state=state),
    )
    assert change == Ignored(f"not closed: {state.upper()}")


@pytest.mark.parametrize("state", ["SUCCEEDED", "Succeeded", "succeeded"])
def test_states_are_read_in_either_case(state: str) -> None:
    """Given AWS's pages that disagree on case, each spelling means the same."""
    change = edited(
        "create-account-result",
        lambda d: d["serviceEventDetails"]["createAccountStatus"].update(state=state),
    )
    assert change == AccountChange(Kind.JOINED, "444455556666")


def test_a_creation_in_progress_is_no_account() -> None:
    """Given IN_PROGRESS, there is nothing to do until the result comes."""
    change = edited(
        "create-account-result",
        lambda d: d["serviceEventDetails"]["createAccountStatus"].update(state="IN_PROGRESS"),
    )
    assert change == Ignored("not finished: IN_PROGRESS")


def test_a_managed_account_that_failed_says_why() -> None:
    """Given Control Tower's failure, its message reaches on-call."""
    change = edited(
        "create-managed-account",
        lambda d: d["serviceEventDetails"]["createManagedAccountStatus"].update(
            state="FAILED", message="drift"
        ),
    )
    assert isinstance(change, CreationFailed)
    assert change.reason == "drift"


@pytest.mark.parametrize("resource", ["ou-ab12-prod0001", "r-ab12", "p-abcd1234", ""])
def test_tags_on_something_else_are_not_ours(resource: str) -> None:
    """Given a tagged unit, root or policy, no account changed."""
    change = edited("tag-resource", lambda d: d["requestParameters"].update(resourceId=resource))
    assert isinstance(change, Ignored)


def test_a_call_that_failed_changed_nothing() -> None:
    """Given CloudTrail's record of a denied MoveAccount, there is nothing to do."""
    change = edited("move-account", lambda d: d.update(errorCode="AccessDenied"))
    assert change == Ignored("the call failed: AccessDenied")


@pytest.mark.parametrize(
    ("name", "empty"),
    [
        ("move-account", {"requestParameters": None}),
        ("delete-account-assignment", {"requestParameters": None}),
        ("create-account-result", {"serviceEventDetails": {"createAccountStatus": {"state": "SUCCEEDED"}}}),
        ("account-joined-organization", {"serviceEventDetails": {"accountId": "not-an-id"}}),
        ("account-departed-organization", {"serviceEventDetails": None}),
        ("accept-handshake", {"responseElements": {"handshake": {"action": "INVITE", "state": "ACCEPTED"}}}),
    ],
)
def test_an_event_of_ours_without_an_account_is_an_error(name: str, empty: dict[str, Any]) -> None:
    """Given an event that must name an account and does not, it is kept for a person, not dropped."""
    with pytest.raises(EventError, match="no account id"):
        edited(name, lambda d: d.update(empty))


def test_what_is_not_ours_is_ignored() -> None:
    """Given another event of Organizations, nothing happens, and the reason names it."""
    assert edited("move-account", lambda d: d.update(eventName="EnablePolicyType")) == Ignored(
        "no event of ours: EnablePolicyType"
    )


@pytest.mark.parametrize(
    "role", [names.function("accounts"), names.function("leavers"), names.ORGANIZATION_READ]
)
def test_our_own_changes_are_no_news(role: str) -> None:
    """Given an assignment that a function of ours made or removed, no event follows its own tail."""

    def by(detail: dict[str, Any]) -> None:
        detail["userIdentity"]["sessionContext"]["sessionIssuer"]["userName"] = role

    assert edited("delete-account-assignment", by) == Ignored(f"our own doing: {role}")


def test_a_group_with_another_name_counts_as_a_new_one() -> None:
    """Given UpdateGroup, whose answer is empty, the group's id is in the question."""
    change = edited(
        "create-group",
        lambda d: d.update(
            eventName="UpdateGroup", requestParameters={"groupId": "g-1"}, responseElements=None
        ),
    )
    assert change == GroupAppeared("g-1")


def test_an_ou_that_kept_its_name_moves_nobody() -> None:
    """Given UpdateOrganizationalUnit without a name, there is nothing to do; without an OU it is an error."""
    change = edited("update-organizational-unit", lambda d: d["requestParameters"].pop("name"))
    assert isinstance(change, Ignored)
    with pytest.raises(EventError, match="no OU"):
        edited("update-organizational-unit", lambda d: d["requestParameters"].pop("organizationalUnitId"))


@pytest.mark.parametrize("empty", [{"responseElements": None, "requestParameters": None}])
def test_a_group_without_an_id_is_an_error(empty: dict[str, Any]) -> None:
    """Given a creation that names no group, it is kept for a person."""
    with pytest.raises(EventError, match="no group id"):
        edited("create-group", lambda d: d.update(empty))


def test_work_asked_for_names_its_account() -> None:
    """Given an event of our own bus, its account is meant; without one it is an error."""
    asked = {**sample("move-account"), "source": "ostiary.accounts", "detail-type": "reconcile.account"}
    assert read({**asked, "detail": {"account": "444455556666"}}) == AccountChange(Kind.ASKED, "444455556666")
    with pytest.raises(EventError):
        read({**asked, "detail": {}})
