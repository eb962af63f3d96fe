"""IAM users, keys and passwords that appear in an account: told, with who and where; known ones are not."""

import json
from collections.abc import Collection
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from functions.expiry.check import Desk
from functions.expiry.iam import ENDED, MADE, IamEvent, IamEventError, examine
from functions.finding import Finding, Severity, State
from functions.policy import PolicyError, loads
from functions.policy.watch import Expiry
from tests.unit.expiry.conftest import RUNBOOKS

SAMPLES = Path(__file__).parents[3] / "events" / "aws"
MANAGEMENT = "123456789012"
NOW = datetime(2026, 10, 14, 10, 13, tzinfo=UTC)
KEY = "iam/444455556666/deploy-bot/key/AKIAEXAMPLEKEY123456"


def detail(name: str, **changes: Any) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((SAMPLES / f"{name}.json").read_text())["detail"]
    return {**loaded, **changes}


def told(
    event: dict[str, Any], known: Collection[str] = (), management: str = MANAGEMENT
) -> tuple[Finding, ...]:
    return examine(IamEvent.read(event), known, management, Desk(NOW, Expiry().severity, RUNBOOKS))


@pytest.mark.parametrize(
    ("sample", "key", "title"),
    [
        (
            "create-user",
            "iam/444455556666/deploy-bot/user",
            "IAM user deploy-bot was created in account 444455556666",
        ),
        ("create-access-key", KEY, "An access key of deploy-bot was created in account 444455556666"),
        (
            "create-login-profile",
            "iam/444455556666/deploy-bot/password",
            "A console password of deploy-bot was created in account 444455556666",
        ),
    ],
)
def test_who_made_what_where_and_what_to_do(sample: str, key: str, title: str) -> None:
    (finding,) = told(detail(sample))
    assert (finding.key, finding.title) == (key, title)
    assert (finding.state, finding.severity) == (State.OPEN, Severity.WARNING)
    assert finding.facts["Made by"].endswith("/ada.abbott@example.com")
    assert finding.facts["From address"] == "192.0.2.10"
    # Since it happened, not since somebody looked
    assert finding.since == datetime.fromisoformat(detail(sample)["eventTime"])
    assert finding.runbook.endswith("/iam-user.md")
    assert any("AWSDenyAll" in action for action in finding.actions)


def test_the_key_is_named_by_its_id_and_nothing_else_of_the_answer_is_told() -> None:
    """Given an answer that held more than CloudTrail shows, none of it leaves."""
    event = detail("create-access-key")
    event["responseElements"]["accessKey"]["secretAccessKey"] = "SECRET"
    event["requestParameters"]["password"] = "SECRET"
    (finding,) = told(event)
    assert finding.facts["Access key id"] == "AKIAEXAMPLEKEY123456"
    assert "SECRET" not in json.dumps(finding.to_detail())


def test_what_is_deleted_clears_what_its_making_opened() -> None:
    (made,), (gone,) = told(detail("create-access-key")), told(detail("delete-access-key"))
    assert gone.key == made.key
    assert gone.state is State.CLEAR


def test_every_making_has_its_end() -> None:
    for made, ended in zip(MADE, ENDED, strict=True):
        (opened,) = told(detail("create-user", eventName=made))
        (cleared,) = told(detail("create-user", eventName=ended))
        assert (opened.key, opened.state, cleared.state) == (cleared.key, State.OPEN, State.CLEAR)


def test_in_the_management_account_where_no_deny_binds_it_is_a_page() -> None:
    (finding,) = told(detail("create-user"), management="444455556666")
    assert finding.severity is Severity.PAGE


def test_a_key_of_the_root_user_is_a_page_that_no_list_silences() -> None:
    root = {"type": "Root", "arn": "arn:aws:iam::444455556666:root", "accountId": "444455556666"}
    key = {"accessKeyId": "AKIAEXAMPLEKEY123456", "status": "Active"}
    event = detail(
        "create-access-key", userIdentity=root, requestParameters=None, responseElements={"accessKey": key}
    )
    (finding,) = told(event, known=("*", "root"))
    assert finding.severity is Severity.PAGE
    assert "of the root user" in finding.title
    # Nobody can call an IAM user so that it shares the root user's key
    user = detail("create-access-key", requestParameters={"userName": "root"})
    user["responseElements"]["accessKey"]["userName"] = "root"
    assert told(user)[0].key != finding.key


def test_whoever_names_nobody_means_their_own() -> None:
    own = {
        "type": "IAMUser",
        "userName": "eve",
        "accountId": "444455556666",
        "arn": "arn:aws:iam::4:user/eve",
    }
    (finding,) = told(detail("create-login-profile", userIdentity=own, requestParameters=None))
    assert finding.facts["User"] == "eve"


@pytest.mark.parametrize(
    ("known", "is_told"),
    [
        ((), True),
        (("deploy-bot",), False),
        (("444455556666/deploy-bot",), False),
        (("444455556666/deploy-*",), False),
        (("deploy-*",), False),
        (("999999999999/deploy-bot",), True),
        (("deploy",), True),
        (("Deploy-bot",), True),
    ],
)
def test_what_access_yaml_knows_is_not_told(known: Collection[str], is_told: bool) -> None:
    assert bool(told(detail("create-user"), known)) is is_told


@pytest.mark.parametrize(
    "event",
    [
        {},
        {"eventName": "CreateUser"},
        detail("create-user", eventName="ListUsers"),
        detail("create-user", requestParameters=None),
        detail("create-user", eventTime=None),
        detail("create-user", eventTime="yesterday"),
        detail("create-user", userIdentity="ada"),
    ],
)
def test_what_is_no_word_on_an_iam_user_is_refused(event: dict[str, Any]) -> None:
    with pytest.raises(IamEventError):
        IamEvent.read(event)


def test_the_list_is_written_in_access_yaml_and_a_mistake_in_it_is_told() -> None:
    policy = loads("permission_sets: {}\nwatch: {iam_users: [ses-smtp-*, 444455556666/deploy-bot]}\n")
    assert policy.watch.iam_users == ("ses-smtp-*", "444455556666/deploy-bot")
    with pytest.raises(PolicyError, match="IAM user"):
        loads("permission_sets: {}\nwatch: {iam_users: [deploy bot]}\n")
