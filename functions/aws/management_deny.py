"""The deny in the management account, which no service control policy binds: IAM managed policies there.

The organization stack makes `<name>-1`, `<name>-2`, … with a placeholder, and permission sets that are used
in the management account refer to them by name. What they say is written here: a new default version takes
effect without provisioning anything.
"""

import json
import time
from collections.abc import Callable
from typing import TYPE_CHECKING
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.deny_policies import NAME, DenyPolicyError

if TYPE_CHECKING:
    from mypy_boto3_iam import IAMClient

NOBODY = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Deny",
            "Action": ["*"],
            "Resource": "*",
            "Condition": {
                "StringEquals": {"identitystore:userId": ["0000000000-00000000-0000-0000-0000-000000000000"]}
            },
        }
    ],
}
"""What the policies say when they are made: a policy must name somebody."""

VERSIONS = 5
"""IAM User Guide, "Versioning IAM policies": so many versions at most, the default one included."""


class ManagementDeny:
    """Gateway to those of the policies that exist; where there is none, there is nothing to write."""

    def __init__(
        self, iam: "IAMClient", account: str, *, name: str = NAME, now: Callable[[], float] = time.time
    ) -> None:
        self._client = iam
        self._prefix = f"arn:aws:iam::{account}:policy/{name}"
        self._now = now
        self._deadline = float("inf")

    def until(self, deadline: float) -> None:
        """From now on nothing is written after `deadline`, in seconds since the epoch."""
        self._deadline = deadline

    def contents(self, count: int) -> list[str | None]:
        """What the policies say now, up to the first one that is not there. Raises DenyPolicyError."""
        found: list[str | None] = []
        for number in range(1, count + 1):
            content = self._content(number)
            if content is None:
                break
            found.append(content)
        return found

    def bring(self, number: int, content: str, held: str | None) -> bool:
        """See to it that policy `number` says `content`, and read it back. False: nothing was repaired.

        Raises DenyPolicyError.
        """
        if held is not None and json.loads(held) == json.loads(content):
            return False
        if self._now() >= self._deadline:
            raise DenyPolicyError("no time was left to write the deny policies; they are written again")
        try:
            self._make_room(number)
            self._client.create_policy_version(
                PolicyArn=self._arn(number), PolicyDocument=content, SetAsDefault=True
            )
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error
        said = self._content(number)
        if said is None or json.loads(said) != json.loads(content):
            raise DenyPolicyError(f"{self._arn(number)} was written, but reads back differently")
        return False

    def _content(self, number: int) -> str | None:
        try:
            policy = self._client.get_policy(PolicyArn=self._arn(number))["Policy"]
            version = self._client.get_policy_version(
                PolicyArn=self._arn(number), VersionId=policy["DefaultVersionId"]
            )["PolicyVersion"]
        except self._client.exceptions.NoSuchEntityException:
            return None
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error
        document = version["Document"]
        # API Reference, "GetPolicyVersion": URL-encoded; botocore decodes it to what the JSON says.
        return unquote(document) if isinstance(document, str) else json.dumps(document)

    def _make_room(self, number: int) -> None:
        versions = self._client.list_policy_versions(PolicyArn=self._arn(number))["Versions"]
        if len(versions) < VERSIONS:
            return
        oldest = min((v for v in versions if not v["IsDefaultVersion"]), key=lambda v: v["CreateDate"])
        self._client.delete_policy_version(PolicyArn=self._arn(number), VersionId=oldest["VersionId"])

    def _arn(self, number: int) -> str:
        return f"{self._prefix}-{number}"


def _refused(error: Exception) -> DenyPolicyError:
    return DenyPolicyError(f"the deny policy in the management account: {error}")
