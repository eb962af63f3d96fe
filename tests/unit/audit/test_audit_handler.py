"""The function `audit`: from the stream into the bucket, each change once."""

import json
from collections.abc import Iterator
from typing import TYPE_CHECKING, Any

import boto3
import pytest
from aws_lambda_powertools.utilities.batch.exceptions import BatchProcessingError
from aws_lambda_powertools.utilities.typing import LambdaContext
from moto import mock_aws

from functions.audit import handler
from functions.audit.entry import Entry, entry
from functions.aws.audit_trail import AuditTrail
from tests.unit.audit.records import note, opened, state, stream_record

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

BUCKET = "ostiary-audit-222222222222-eu-west-1"


@pytest.fixture
def s3(monkeypatch: pytest.MonkeyPatch) -> Iterator["S3Client"]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "eu-west-1")
    monkeypatch.setenv("OSTIARY_AUDIT_BUCKET", BUCKET)
    handler.trail.cache_clear()
    with mock_aws():
        client = boto3.client("s3")
        client.create_bucket(
            Bucket=BUCKET,
            CreateBucketConfiguration={"LocationConstraint": "eu-west-1"},
            ObjectLockEnabledForBucket=True,
        )
        yield client
    handler.trail.cache_clear()


def handled(*records: dict[str, Any]) -> list[str]:
    """The sequence numbers that are to come again."""
    answer = handler.handle({"Records": list(records)}, LambdaContext())
    return [str(failure["itemIdentifier"]) for failure in answer["batchItemFailures"]]


def versions(s3: "S3Client") -> list[str]:
    return [each["Key"] for each in s3.list_object_versions(Bucket=BUCKET).get("Versions", [])]


def test_each_change_of_a_transaction_is_an_entry(s3: "S3Client") -> None:
    """Given what one write of the ledger puts on the stream, then all three lie in the person's folder."""
    assert (
        handled(
            stream_record(None, state(1), number=1),
            stream_record(None, opened(), number=2),
            stream_record(None, note(1), number=3),
        )
        == []
    )

    kept = list(AuditTrail(s3, BUCKET).entries("okta:00u1"))
    assert [Entry.read(each.content).item.value for each in kept] == ["record", "open revocation", "note"]
    assert {each.versions for each in kept} == {1}


def test_a_repeated_delivery_adds_no_version(s3: "S3Client") -> None:
    """Lambda delivers at least once; a newer version must never hide what was written first."""
    record = stream_record(None, state(1))

    assert handled(record) == handled(record) == []

    assert len(versions(s3)) == 1


def test_what_lies_under_the_key_already_is_never_replaced(s3: "S3Client") -> None:
    trail = AuditTrail(s3, BUCKET)
    key = entry(stream_record(None, state(1))).key

    assert trail.put(key, "first")
    assert not trail.put(key, "second")

    (kept,) = trail.entries("okta:00u1")
    assert (kept.content, kept.versions) == ("first", 1)


def test_what_cannot_be_kept_comes_again_and_the_others_stand(
    s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    """Given S3 refuses one of three, then that one is handed back, by its sequence number."""
    records = [stream_record(None, state(1, f"okta:00u{n}"), number=n) for n in (1, 2, 3)]
    put = AuditTrail.put

    def failing(self: AuditTrail, key: str, content: str) -> bool:
        if "00u2" in key:
            # Another bucket than ours: what S3 says is an error of its own.
            return put(AuditTrail(s3, "there-is-no-such-bucket"), key, content)
        return put(self, key, content)

    with monkeypatch.context() as broken:
        broken.setattr(AuditTrail, "put", failing)
        assert handled(*records) == [records[1]["dynamodb"]["SequenceNumber"]]
    assert len(versions(s3)) == 2

    assert handled(*records) == []
    assert len(versions(s3)) == 3


def test_where_nothing_can_be_kept_the_function_fails(
    s3: "S3Client", monkeypatch: pytest.MonkeyPatch
) -> None:
    """So that its alarm on errors rings."""
    monkeypatch.setenv("OSTIARY_AUDIT_BUCKET", "there-is-no-such-bucket")

    with pytest.raises(BatchProcessingError):
        handled(stream_record(None, state(1)))


def test_what_somebody_put_over_an_entry_does_not_replace_it(s3: "S3Client") -> None:
    """Given an administrator's second version and delete marker, the first one is read, and both are told."""
    handled(stream_record(None, state(1)))
    (key,) = versions(s3)
    s3.put_object(Bucket=BUCKET, Key=key, Body=json.dumps({"nothing": "happened"}))
    s3.delete_object(Bucket=BUCKET, Key=key)

    (kept,) = AuditTrail(s3, BUCKET).entries("okta:00u1")

    assert Entry.read(kept.content).person == "okta:00u1"
    assert (kept.versions, kept.hidden) == (2, True)
