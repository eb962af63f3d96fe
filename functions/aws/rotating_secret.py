"""A secret of Secrets Manager whose versions are moved by us (AWS Secrets Manager User Guide, "Rotation")."""

import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_secretsmanager import SecretsManagerClient

CURRENT = "AWSCURRENT"
PENDING = "AWSPENDING"


@dataclass(frozen=True)
class Version:
    """One value of the secret, by the id of its version."""

    id: str
    created: datetime


@dataclass(frozen=True)
class Versions:
    """The one in use, and the one that is to replace it, if a rotation has begun."""

    current: Version
    pending: Version | None


class RotatingSecret:
    """Gateway to one secret. Errors of the service itself come as botocore's ClientError."""

    def __init__(self, secrets: "SecretsManagerClient", name: str) -> None:
        self._secrets = secrets
        self._name = name

    def arn(self) -> str:
        """Raises ClientError where there is no such secret."""
        return self._secrets.describe_secret(SecretId=self._name)["ARN"]

    def versions(self) -> Versions:
        """As they stand. Raises LookupError if the secret has no value."""
        found = {
            stage: Version(each["VersionId"], each["CreatedDate"].astimezone(UTC))
            for each in self._secrets.list_secret_version_ids(SecretId=self._name)["Versions"]
            for stage in each.get("VersionStages", ())
        }
        if CURRENT not in found:
            raise LookupError(f"secret {self._name} has no value")
        current, pending = found[CURRENT], found.get(PENDING)
        return Versions(current, pending if pending and pending.id != current.id else None)

    def value(self, version: Version) -> str:
        """What this version holds."""
        return self._secrets.get_secret_value(SecretId=self._name, VersionId=version.id)["SecretString"]

    def add_pending(self, value: str) -> Version:
        """Put a value beside the current one, and return it once it can be read."""
        id_ = str(uuid.uuid4())
        self._secrets.put_secret_value(
            SecretId=self._name, ClientRequestToken=id_, SecretString=value, VersionStages=[PENDING]
        )
        self._secrets.get_secret_value(SecretId=self._name, VersionId=id_, VersionStage=PENDING)
        return Version(id_, datetime.now(UTC))

    def promote(self, versions: Versions) -> None:
        """Make the pending version the current one; what was current is AWSPREVIOUS then."""
        if versions.pending is None:
            raise ValueError("nothing is pending")
        self._secrets.update_secret_version_stage(
            SecretId=self._name,
            VersionStage=CURRENT,
            MoveToVersionId=versions.pending.id,
            RemoveFromVersionId=versions.current.id,
        )
        self._secrets.update_secret_version_stage(
            SecretId=self._name, VersionStage=PENDING, RemoveFromVersionId=versions.pending.id
        )
