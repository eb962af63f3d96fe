"""The audit trail: one S3 object for each change of a revocation, under Object Lock.

An entry is written once. Amazon S3 User Guide, "How to prevent object overwrites with conditional writes": a
second one under the same key is refused, so that no newer version hides it.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from hashlib import sha256
from typing import TYPE_CHECKING
from urllib.parse import quote

from botocore.exceptions import ClientError

if TYPE_CHECKING:
    from mypy_boto3_s3 import S3Client

PREFIX = "people/"

LONGEST_NAME = 400
"""Amazon S3 User Guide, "Naming Amazon S3 objects": a key has at most 1,024 bytes; DynamoDB allows 2,048."""


@dataclass(frozen=True)
class Kept:
    """An entry as it was first written. `versions` counts what lies under its key; more than 1 is meddling.

    `hidden`: a delete marker lies over it. What was written is there all the same.
    """

    key: str
    content: str
    versions: int = 1
    hidden: bool = False


def folder(person: str) -> str:
    """Where the entries of a person lie; keys in it sort as things happened."""
    name = quote(person, safe=":")
    if len(name) > LONGEST_NAME:
        name = f"sha256:{sha256(person.encode()).hexdigest()}"
    return f"{PREFIX}{name}/"


class AuditTrail:
    """Gateway to the bucket. Errors of S3 come as botocore's ClientError."""

    def __init__(self, s3: "S3Client", bucket: str) -> None:
        self._s3 = s3
        self._bucket = bucket

    def put(self, key: str, content: str) -> bool:
        """Write an entry; False if there is one under this key, which stays as it is."""
        try:
            self._s3.put_object(
                Bucket=self._bucket,
                Key=key,
                Body=content.encode(),
                ContentType="application/json",
                IfNoneMatch="*",
            )
        except ClientError as error:
            if error.response["Error"]["Code"] == "PreconditionFailed":
                return False
            raise
        return True

    def entries(self, person: str) -> Iterator[Kept]:
        """A person's entries, oldest first, each in its oldest version."""
        versions: dict[str, list[str]] = {}
        hidden: set[str] = set()
        pages = self._s3.get_paginator("list_object_versions").paginate(
            Bucket=self._bucket, Prefix=folder(person)
        )
        for page in pages:
            for version in page.get("Versions", []):
                versions.setdefault(version["Key"], []).append(version["VersionId"])
            hidden |= {marker["Key"] for marker in page.get("DeleteMarkers", [])}
        for key, ids in sorted(versions.items()):
            # Amazon S3 API Reference, "ListObjectVersions": the newest version of a key comes first.
            found = self._s3.get_object(Bucket=self._bucket, Key=key, VersionId=ids[-1])
            yield Kept(key, found["Body"].read().decode(), len(ids), key in hidden)
