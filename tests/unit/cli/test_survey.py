"""What `ostiary snapshot` reads from AWS: every field of a permission set, and everybody."""

import json
from pathlib import Path
from types import FunctionType
from typing import Any

import pytest
from botocore.client import BaseClient
from typer.testing import CliRunner, Result

from cli.exits import Exit
from cli.main import app
from cli.survey import Survey
from functions.accounts.snapshot import Snapshot, parse
from functions.policy import load

RUN = CliRunner(env={"COLUMNS": "250"})
HUB, MANAGEMENT, CHECKOUT, OLD = "222222222222", "123456789012", "111111111111", "444455556666"
INSTANCE = "arn:aws:sso:::instance/ssoins-7223a1b2c3d4e5f6"
FULL, BARE = f"{INSTANCE}/ps-1".replace("instance", "permissionSet"), "arn:aws:sso:::permissionSet/x/ps-2"
INLINE = {"Version": "2012-10-17", "Statement": []}
SETS: dict[str, dict[str, Any]] = {
    FULL: {
        "Name": "Full",
        "Description": "Everything",
        "SessionDuration": "PT4H",
        "RelayState": "https://console.aws.amazon.com/athena/home",
    },
    BARE: {"Name": "Bare", "SessionDuration": "PT1H"},
}
ACCOUNTS = [
    {"Id": MANAGEMENT, "Name": "management", "State": "ACTIVE"},
    {"Id": CHECKOUT, "Name": "checkout", "State": "ACTIVE"},
    {"Id": OLD, "Name": "old", "State": "SUSPENDED"},
]
ANSWERS: dict[str, Any] = {
    "ListInstances": {"Instances": [{"InstanceArn": INSTANCE, "IdentityStoreId": "d-9067f01234"}]},
    "DescribeOrganization": {"Organization": {"MasterAccountId": MANAGEMENT}},
    "GetCallerIdentity": {"Account": HUB},
    "ListRoots": {"Roots": [{"Id": "r-ab12"}]},
    "ListOrganizationalUnitsForParent": {"OrganizationalUnits": []},
    "ListAccounts": {"Accounts": ACCOUNTS},
    "ListAccountsForParent": {"Accounts": ACCOUNTS},
    "ListPermissionSets": {"PermissionSets": [FULL, BARE]},
    "DescribePermissionSet": lambda asked: {"PermissionSet": SETS[asked["PermissionSetArn"]]},
    "ListManagedPoliciesInPermissionSet": lambda asked: {
        "AttachedManagedPolicies": of_full(asked, [{"Arn": "arn:aws:iam::aws:policy/job-function/Billing"}])
    },
    "ListCustomerManagedPolicyReferencesInPermissionSet": lambda asked: {
        "CustomerManagedPolicyReferences": of_full(
            asked, [{"Name": "lake", "Path": "/data/"}, {"Name": "own", "Path": "/"}]
        )
    },
    "GetInlinePolicyForPermissionSet": lambda asked: {
        "InlinePolicy": of_full(asked, json.dumps(INLINE)) or ""
    },
    "GetPermissionsBoundaryForPermissionSet": lambda asked: {
        "PermissionsBoundary": of_full(
            asked, {"CustomerManagedPolicyReference": {"Name": "ceiling", "Path": "/data/"}}
        )
    },
    "ListGroups": {"Groups": [{"GroupId": "g-1", "DisplayName": "sre"}]},
    "ListUsers": {
        "Users": [
            {"UserId": "u-1", "UserName": "kim@example.com", "UserStatus": "ENABLED"},
            {"UserId": "u-2", "UserName": "lee@example.com", "UserStatus": "DISABLED"},
        ]
    },
    "ListGroupMemberships": {"GroupMemberships": [{"MemberId": {"UserId": "u-1"}}]},
    "ListPermissionSetsProvisionedToAccount": {"PermissionSets": [FULL]},
    "ListAccountAssignments": lambda asked: {
        "AccountAssignments": [
            {
                "AccountId": asked["AccountId"],
                "PermissionSetArn": asked["PermissionSetArn"],
                "PrincipalId": "g-1",
                "PrincipalType": "GROUP",
            }
        ]
    },
}


def of_full(asked: dict[str, Any], value: Any) -> Any:
    return value if asked["PermissionSetArn"] == FULL else type(value)()


class Asked(list[tuple[str, dict[str, Any]]]):
    """Every call, and what is answered."""

    def __init__(self) -> None:
        super().__init__()
        self.answers: dict[str, Any] = dict(ANSWERS)
        self.answers["ListTagsForResource"] = lambda asked: {
            "Tags": [{"Key": "cost", "Value": "42"}] if asked.get("ResourceArn") == FULL else []
        }

    def answer(self, client: Any, operation: str, asked: dict[str, Any]) -> Any:
        self.append((operation, asked))
        answer: Any = self.answers[operation]
        if isinstance(answer, FunctionType):
            answer = answer(asked)
        if answer == {"PermissionsBoundary": {}}:
            raise client.exceptions.ResourceNotFoundException(
                {"Error": {"Code": "ResourceNotFoundException", "Message": ""}}, operation
            )
        return answer


@pytest.fixture
def aws(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    """AWS as a delegated administrator sees it, by the answers to boto3's own clients."""
    asked = Asked()
    monkeypatch.chdir(tmp_path)
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setattr(
        BaseClient, "_make_api_call", lambda client, name, given: asked.answer(client, name, given)
    )
    return asked


def run(*words: str) -> Result:
    return RUN.invoke(app, [*words, "--region", "eu-west-1"])


def taken() -> Snapshot:
    told = run("snapshot", "seen.json")
    assert told.exit_code == Exit.OK, told.output
    return parse(Path("seen.json").read_text())


def test_every_field_of_a_permission_set_is_read(aws: Asked) -> None:
    """Given a set with every field and one with none, both are known whole, in the words of access.yaml."""
    sets = taken().permission_sets
    assert sets["Full"].arn == FULL
    assert sets["Full"].definition == {
        "description": "Everything",
        "managed": ["job-function/Billing"],
        "customer_managed": [{"name": "lake", "path": "/data/"}, "own"],
        "inline": INLINE,
        "boundary": {"customer_managed": {"name": "ceiling", "path": "/data/"}},
        "session": "PT4H",
        "relay_state": "https://console.aws.amazon.com/athena/home",
        "tags": {"cost": "42"},
    }
    assert sets["Bare"].definition == {"session": "PT1H"}


def test_a_boundary_may_be_aws_managed(aws: Asked) -> None:
    """Given a boundary that AWS manages, its name is kept."""
    arn = "arn:aws:iam::aws:policy/job-function/Billing"
    aws.answers["GetPermissionsBoundaryForPermissionSet"] = {"PermissionsBoundary": {"ManagedPolicyArn": arn}}
    assert taken().permission_sets["Bare"].definition["boundary"] == {"managed": "job-function/Billing"}


def test_everybody_and_who_is_disabled(aws: Asked) -> None:
    """Given groups, members and a person who is disabled, the snapshot has them."""
    seen = taken()
    assert seen.directory.groups == {"sre": "g-1"}
    assert seen.directory.users == {"kim@example.com": "u-1", "lee@example.com": "u-2"}
    assert seen.memberships == {"g-1": ("u-1",)}
    assert seen.disabled == ("u-2",)


def test_from_a_delegated_administrator_the_management_account_is_named(aws: Asked) -> None:
    """Given the hub's own account, access in the management account is not read, which is told."""
    told = run("snapshot", "seen.json")
    assert f"left out: account {MANAGEMENT}: " in told.stderr
    assert "sign in there" in told.stderr
    seen = parse(Path("seen.json").read_text())
    assert {item.account_id for item in seen.assignments} == {CHECKOUT}
    assert set(seen.off_limits) == {MANAGEMENT}
    told = run("import", "new.yaml")
    assert told.exit_code == Exit.OK, told.output
    assert f"left out: account {MANAGEMENT}: " in told.stderr
    assert [grant.group for grant in load(Path("new.yaml")).grants] == ["sre"]


def test_from_the_management_account_nothing_is_left_out(aws: Asked) -> None:
    """Given the management account, its access is read like any other's."""
    aws.answers["GetCallerIdentity"] = {"Account": MANAGEMENT}
    told = run("snapshot", "seen.json")
    assert "left out" not in told.stderr
    seen = parse(Path("seen.json").read_text())
    assert {item.account_id for item in seen.assignments} == {CHECKOUT, MANAGEMENT}


def test_an_account_of_twelve_digits_needs_no_list_of_accounts(aws: Asked) -> None:
    """Given an id, it is taken as it is; an account whose name is a number is found by that name."""
    survey = Survey.connect("eu-west-1")
    aws.clear()
    assert survey.account_id(CHECKOUT) == CHECKOUT
    assert aws == []
    for operation in ("ListAccounts", "ListAccountsForParent"):
        aws.answers[operation] = {"Accounts": [{**ACCOUNTS[1], "Name": "4711"}]}
    assert survey.account_id("4711") == CHECKOUT
