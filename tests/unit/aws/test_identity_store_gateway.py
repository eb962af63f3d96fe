"""Group names to ids: few names one by one, many by pages, nothing missing remembered."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

import boto3
import pytest
from botocore.exceptions import ClientError
from botocore.stub import Stubber

from functions.aws.identity_store import KEEP_SECONDS, LOOKUPS, IdentityStore

if TYPE_CHECKING:
    from mypy_boto3_identitystore import IdentityStoreClient

STORE = "d-9067f01234"
ARN = "arn:aws:identitystore:::group/00000000-0000-0000-0000-000000000000"


def group_id(number: int) -> str:
    return f"00000000-0000-0000-0000-{number:012d}"


@dataclass
class Clock:
    now: float = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def client() -> "IdentityStoreClient":
    return boto3.client(
        "identitystore", region_name="eu-west-1", aws_access_key_id="x", aws_secret_access_key="x"
    )


@pytest.fixture
def aws(client: "IdentityStoreClient") -> Iterator[Stubber]:
    with Stubber(client) as stub:
        yield stub
        stub.assert_no_pending_responses()


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def store(client: "IdentityStoreClient", clock: Clock) -> IdentityStore:
    return IdentityStore(client, STORE, clock=clock)


def knows(aws: Stubber, name: str, answer: str) -> None:
    aws.add_response(
        "get_group_id",
        {"GroupId": answer, "GroupArn": ARN, "IdentityStoreId": STORE},
        {
            "IdentityStoreId": STORE,
            "AlternateIdentifier": {
                "UniqueAttribute": {"AttributePath": "displayName", "AttributeValue": name}
            },
        },
    )


def misses(aws: Stubber, kind: str = "GROUP") -> None:
    aws.add_client_error("get_group_id", "ResourceNotFoundException", modeled_fields={"ResourceType": kind})


def test_a_group_is_asked_for_once(store: IdentityStore, aws: Stubber) -> None:
    """Given a group that was found, its id costs no second call."""
    knows(aws, "sre", group_id(1))
    assert store.group_ids({"sre"}) == {"sre": group_id(1)}
    assert store.group_ids({"sre"}) == {"sre": group_id(1)}


def test_a_group_that_comes_later_is_found(store: IdentityStore, aws: Stubber) -> None:
    """Given a group that Okta pushes a moment later, the earlier answer does not stand in its way."""
    misses(aws)
    assert store.group_ids({"sre"}) == {}
    knows(aws, "sre", group_id(1))
    assert store.group_ids({"sre"}) == {"sre": group_id(1)}


def test_an_id_is_believed_for_minutes_only(store: IdentityStore, aws: Stubber, clock: Clock) -> None:
    """Given a group deleted and pushed again, its new id is known after five minutes at most."""
    knows(aws, "sre", group_id(1))
    store.group_ids({"sre"})
    clock.now = KEEP_SECONDS + 1
    knows(aws, "sre", group_id(2))
    assert store.group_ids({"sre"}) == {"sre": group_id(2)}


def test_many_names_are_read_by_pages(store: IdentityStore, aws: Stubber) -> None:
    """Given more names than are worth single calls, all pages are read; only the asked ones come back."""
    names = [f"g{number}" for number in range(LOOKUPS + 1)]
    first = {"IdentityStoreId": STORE, "MaxResults": 100}
    common = {"GroupArn": ARN, "IdentityStoreId": STORE, "Revision": "1"}
    groups = [{"DisplayName": f"g{n}", "GroupId": group_id(n), **common} for n in range(30)]
    aws.add_response("list_groups", {"Groups": groups[:5], "NextToken": "more"}, first)
    aws.add_response("list_groups", {"Groups": groups[5:]}, first | {"NextToken": "more"})
    assert store.group_ids(names) == {f"g{n}": group_id(n) for n in range(LOOKUPS + 1)}


def test_a_page_that_fails_is_an_error_and_no_shorter_list(store: IdentityStore, aws: Stubber) -> None:
    """Given a second page that cannot be read, no group is taken for missing."""
    aws.add_response("list_groups", {"Groups": [], "NextToken": "more"})
    aws.add_client_error("list_groups", "AccessDeniedException")
    with pytest.raises(ClientError, match="AccessDenied"):
        store.group_ids([f"g{number}" for number in range(LOOKUPS + 1)])


def test_a_store_that_does_not_exist_is_no_missing_group(store: IdentityStore, aws: Stubber) -> None:
    """Given a wrong identity store id, the error is raised: every group would seem to be gone."""
    misses(aws, kind="IDENTITY_STORE")
    with pytest.raises(ClientError, match="ResourceNotFound"):
        store.group_ids({"sre"})


def test_an_answer_by_arn_is_still_an_id(store: IdentityStore, aws: Stubber) -> None:
    """Given an ARN as GroupId, which the service model allows, the assignment gets the bare id."""
    knows(aws, "sre", f"arn:aws:identitystore:::group/{group_id(1)}")
    assert store.group_id("sre") == group_id(1)
