"""Reading one account from Organizations: its state, its place, all its tags, and nothing else."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.organizations import AccountUnknownError, Organizations

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

ACCOUNT = "444455556666"
MANAGEMENT = "123456789012"
WORKLOADS, PRODUCTION = "ou-ab12-work0001", "ou-ab12-prod0001"


@pytest.fixture
def client() -> "OrganizationsClient":
    return boto3.client(
        "organizations", region_name="us-east-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture
def aws(client: "OrganizationsClient") -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


def describe(aws: Stubber, account_id: str = ACCOUNT, **fields: Any) -> None:
    account = {"Id": account_id, "Name": "checkout-production", "State": "ACTIVE", **fields}
    aws.add_response("describe_account", {"Account": account}, {"AccountId": account_id})


def parent(aws: Stubber, child: str, id_: str, type_: str = "ORGANIZATIONAL_UNIT") -> None:
    aws.add_response("list_parents", {"Parents": [{"Id": id_, "Type": type_}]}, {"ChildId": child})


def unit(aws: Stubber, id_: str, name: str) -> None:
    aws.add_response(
        "describe_organizational_unit",
        {"OrganizationalUnit": {"Id": id_, "Name": name}},
        {"OrganizationalUnitId": id_},
    )


def tags(aws: Stubber, *pairs: tuple[str, str], token: str | None = None, more: str | None = None) -> None:
    answer: dict[str, Any] = {"Tags": [{"Key": key, "Value": value} for key, value in pairs]}
    expected = {"ResourceId": ACCOUNT} | ({"NextToken": token} if token else {})
    aws.add_response("list_tags_for_resource", answer | ({"NextToken": more} if more else {}), expected)


def test_the_place_is_found_upwards_through_nested_units(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given an account two units deep and no Paths, its OU path is made of both names, root first."""
    describe(aws)
    parent(aws, ACCOUNT, PRODUCTION)
    unit(aws, PRODUCTION, "Production")
    parent(aws, PRODUCTION, WORKLOADS)
    unit(aws, WORKLOADS, "Workloads")
    parent(aws, WORKLOADS, "r-ab12", "ROOT")
    tags(aws, ("stage", "production"))
    account = Organizations(client, MANAGEMENT).account(ACCOUNT)
    assert account.ou_path == "/Workloads/Production"
    assert (account.name, account.state, account.is_management) == ("checkout-production", "ACTIVE", False)


def test_paths_save_the_walk(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given Paths, no parent is asked for; the units' names are still read."""
    describe(aws, Paths=[f"o-a1b2c3d4e5/r-ab12/{WORKLOADS}/{PRODUCTION}/{ACCOUNT}/"])
    unit(aws, WORKLOADS, "Workloads")
    unit(aws, PRODUCTION, "Production")
    tags(aws)
    assert Organizations(client, MANAGEMENT).account(ACCOUNT).ou_path == "/Workloads/Production"


def test_an_account_at_the_root(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given an account that was moved nowhere yet, its path is the root's."""
    describe(aws)
    parent(aws, ACCOUNT, "r-ab12", "ROOT")
    tags(aws)
    assert Organizations(client, MANAGEMENT).account(ACCOUNT).ou_path == "/"


def test_all_pages_of_tags_are_read(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given more tags than a page holds, none is lost: a tag can be what a grant asks for."""
    describe(aws, Paths=["o-a1b2c3d4e5/r-ab12/"])
    tags(aws, ("a", "1"), more="next")
    tags(aws, ("b", "2"), token="next")
    assert Organizations(client, MANAGEMENT).account(ACCOUNT).tags == {"a": "1", "b": "2"}


@pytest.mark.parametrize(
    ("fields", "state"),
    [
        ({"State": "CLOSED", "Status": "ACTIVE"}, "CLOSED"),
        ({"State": "", "Status": "SUSPENDED"}, "SUSPENDED"),
    ],
)
def test_state_is_believed_before_the_retired_status(
    client: "OrganizationsClient", aws: Stubber, fields: dict[str, str], state: str
) -> None:
    """Given both, State counts; Status only where there is nothing else."""
    describe(aws, Paths=["o-a1b2c3d4e5/r-ab12/"], **fields)
    tags(aws)
    assert Organizations(client, MANAGEMENT).account(ACCOUNT).state == state


def test_the_management_account_is_recognized(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given the management account's own id, it is marked, so that grants leave it alone."""
    describe(aws, MANAGEMENT, Paths=["o-a1b2c3d4e5/r-ab12/"])
    aws.add_response("list_tags_for_resource", {"Tags": []}, {"ResourceId": MANAGEMENT})
    assert Organizations(client, MANAGEMENT).account(MANAGEMENT).is_management


def test_an_account_the_organization_does_not_know(client: "OrganizationsClient", aws: Stubber) -> None:
    """Given an id that is not in the organization, the error says so by name."""
    aws.add_client_error("describe_account", "AccountNotFoundException")
    with pytest.raises(AccountUnknownError, match=ACCOUNT):
        Organizations(client, MANAGEMENT).account(ACCOUNT)


def test_a_unit_that_cannot_be_read_is_an_error_and_no_shorter_path(
    client: "OrganizationsClient", aws: Stubber
) -> None:
    """AUTO: one failed OU listing became an empty list, and 100 grants were deleted. Here it raises."""
    describe(aws)
    parent(aws, ACCOUNT, PRODUCTION)
    aws.add_client_error("describe_organizational_unit", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        Organizations(client, MANAGEMENT).account(ACCOUNT)
