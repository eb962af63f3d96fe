"""The snapshot of the directory: taken from the real pages, kept in the table, there when it is needed."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import boto3
import pytest

from functions.aws.directory_snapshot import DirectorySnapshot
from functions.aws.people import People, Person
from functions.leavers.upkeep import SNAPSHOT_AGE
from sandbox.identity import IDENTITY_STORE_ID
from tests.standins.leavers.container import TABLE
from tests.standins.leavers.outcome import delivered
from tests.standins.leavers.scene import Scene

if TYPE_CHECKING:
    from mypy_boto3_dynamodb import DynamoDBClient

pytestmark = pytest.mark.xdist_group("leavers-in-trouble")
NOW = datetime(2026, 11, 16, 18, 15, tzinfo=UTC)


@pytest.fixture
def dynamodb(scene: Scene) -> "DynamoDBClient":
    return boto3.client("dynamodb")


@pytest.fixture
def snapshot(dynamodb: "DynamoDBClient") -> Iterator[DirectorySnapshot]:
    """An empty one, in an empty table."""
    empty(dynamodb)
    yield DirectorySnapshot(dynamodb, TABLE)
    empty(dynamodb)


def empty(dynamodb: "DynamoDBClient") -> None:
    pages = dynamodb.get_paginator("scan").paginate(TableName=TABLE)
    for item in (item for page in pages for item in page["Items"]):
        dynamodb.delete_item(TableName=TABLE, Key={"pk": item["pk"], "sk": item["sk"]})


def somebody(number: int, name: str = "") -> Person:
    return Person(f"user-{number}", name or f"{number}@example.com", f"00u{number:017d}")


def test_before_the_first_one_nobody_is_known(snapshot: DirectorySnapshot) -> None:
    assert snapshot.taken_at() is None
    assert snapshot.find(["00u00000000000000001"]).get("00u00000000000000001") is None


def test_who_has_left_the_directory_stays_known(snapshot: DirectorySnapshot) -> None:
    assert snapshot.refresh([somebody(1), somebody(2)], NOW) == 2
    assert snapshot.refresh([somebody(2)], NOW + timedelta(hours=6)) == 0
    assert snapshot.find([str(somebody(1).okta_id)]).get(str(somebody(1).okta_id)) == somebody(1)
    assert snapshot.taken_at() == NOW + timedelta(hours=6)


def test_only_who_is_new_or_has_another_name_is_written(scene: Scene, snapshot: DirectorySnapshot) -> None:
    snapshot.refresh([somebody(1), somebody(2)], NOW)
    scene.cloud.faults.reset()
    renamed = somebody(2, "two@example.com")

    assert snapshot.refresh([somebody(1), renamed, somebody(3)], NOW) == 2

    assert scene.cloud.faults.calls()["dynamodb"]["PutItem"] == 3, "two people, and when it was taken"
    assert snapshot.find([str(renamed.okta_id)]).get(str(renamed.okta_id)) == renamed
    assert snapshot.okta_id("two@example.com") == snapshot.okta_id("user-2") == renamed.okta_id


def test_who_did_not_come_from_okta_is_not_in_it(snapshot: DirectorySnapshot) -> None:
    assert snapshot.refresh([Person("user-9", "local", None)], NOW) == 0
    assert snapshot.okta_id("local") is None


def test_one_that_was_not_finished_does_not_count_as_taken(snapshot: DirectorySnapshot) -> None:
    def breaks_off() -> Iterator[Person]:
        yield somebody(1)
        raise ConnectionError("the directory is away")

    with pytest.raises(ConnectionError):
        snapshot.refresh(breaks_off(), NOW)
    assert snapshot.taken_at() is None


def test_a_whole_directory_in_pages(scene: Scene, snapshot: DirectorySnapshot) -> None:
    for number in range(101):
        okta_id = f"00u{number:017d}"
        body = {"userName": okta_id, "externalId": okta_id, "displayName": "x", "active": True}
        scene.plane.scim("POST", "/Users", json={**body, "name": {"givenName": "A", "familyName": "B"}})

    everybody = People(boto3.client("identitystore"), IDENTITY_STORE_ID).everybody()

    assert snapshot.refresh(everybody, NOW) >= 101
    assert snapshot.find([f"00u{100:017d}"]).get(f"00u{100:017d}") is not None


def test_a_leaver_who_is_deleted_before_the_event_comes_is_denied_by_it(
    scene: Scene, snapshot: DirectorySnapshot
) -> None:
    # Given a snapshot that the schedule has taken while they were there
    person = scene.joins()
    scene.warm.upkeep.run()
    taken = snapshot.taken_at()
    assert taken is not None
    assert datetime.now(UTC) - taken < SNAPSHOT_AGE

    # When they are deleted from Identity Center, and only then Okta's event comes
    scene.plane.store.delete_user(IdentityStoreId=IDENTITY_STORE_ID, UserId=person.user_id)
    assert delivered(scene.warm, person.leaves())

    # Then their sessions are denied all the same
    assert person.denials() == (1, 1)
