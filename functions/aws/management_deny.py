"""The deny in the management account, which no service control policy binds: IAM managed policies there.

The organization stack makes `<name>-1`, `<name>-2`, … with a placeholder, and permission sets that are used
in the management account refer to them by name. What they say is written here: a new default version takes
effect without provisioning anything. One that somebody deletes is made again; no role carries it then until
its permission sets are provisioned, since IAM deletes no policy that a role still carries.
"""

import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import unquote

from botocore.exceptions import BotoCoreError, ClientError

from functions.aws.deny_health import NOT_CARRIED, NOT_THERE, Health, Lack
from functions.aws.deny_policies import DESCRIPTION, NAME, DenyPolicyError

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


class _Version(NamedTuple):
    policy_id: str
    version: str
    content: str


@dataclass(frozen=True)
class _Found:
    content: str | None
    roles: int


class ManagementDeny:
    """Gateway to those of the policies that exist or can be made, as if they were numbered without a gap."""

    def __init__(
        self, iam: "IAMClient", account: str, *, name: str = NAME, now: Callable[[], float] = time.time
    ) -> None:
        self._client = iam
        self._prefix = f"arn:aws:iam::{account}:policy/{name}"
        self._now = now
        self._deadline = float("inf")
        self._numbers: list[int] = []
        self._health = Health()
        self._known: dict[str, _Version] = {}

    def until(self, deadline: float) -> None:
        """From now on nothing is written after `deadline`, in seconds since the epoch."""
        self._deadline = deadline

    def contents(self, count: int) -> list[str | None]:
        """What the policies say now; None for one that had to be made. Those that are not there and cannot
        be made are left out: see `health`. Raises DenyPolicyError."""
        found: dict[int, _Found] = {}
        made, absent = [], []
        for number in range(1, count + 1):
            there = self._found(number)
            if there is not None:
                found[number] = there
            elif self._made(number):
                found[number] = _Found(None, 0)
                made.append(number)
            else:
                absent.append(Lack(self._name(number), NOT_THERE))
        self._numbers = list(found)
        self._health = Health(tuple(made), (*absent, *self._not_carried(found)))
        return [each.content for each in found.values()]

    def health(self) -> Health:
        """What the last `contents` found."""
        return self._health

    def bring(self, number: int, content: str, held: str | None) -> bool:
        """See to it that policy `number` says `content`, and read it back. False: nothing was repaired.

        Raises DenyPolicyError.
        """
        if held is not None and json.loads(held) == json.loads(content):
            return False
        number = self._numbers[number - 1] if number <= len(self._numbers) else number
        try:
            version = self._version(number, content)
            said = self._client.get_policy_version(PolicyArn=self._arn(number), VersionId=version)
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error
        kept = said["PolicyVersion"]
        if not kept["IsDefaultVersion"] or json.loads(_text(kept["Document"])) != json.loads(content):
            raise DenyPolicyError(f"{self._arn(number)} was written, but reads back differently")
        if (before := self._known.get(self._arn(number))) is not None:
            self._known[self._arn(number)] = before._replace(version=version, content=content)
        return False

    def _version(self, number: int, content: str) -> str:
        """Make a new default version, and room for it only where IAM says that there is none."""
        arn = self._arn(number)
        wanted = partial(
            self._client.create_policy_version, PolicyArn=arn, PolicyDocument=content, SetAsDefault=True
        )
        self._in_time()
        try:
            made = wanted()
        except self._client.exceptions.LimitExceededException:
            self._make_room(arn)
            self._in_time()
            made = wanted()
        return made["PolicyVersion"]["VersionId"]

    def _in_time(self) -> None:
        if self._now() >= self._deadline:
            raise DenyPolicyError("no time was left to write the deny policies; they are written again")

    def _made(self, number: int) -> bool:
        """Make a policy that denies nobody yet. False: this role may not, as one of an older stack."""
        self._in_time()
        try:
            made = self._client.create_policy(
                PolicyName=self._name(number), PolicyDocument=json.dumps(NOBODY), Description=DESCRIPTION
            )["Policy"]
        except ClientError as error:
            if error.response["Error"]["Code"] in ("AccessDenied", "AccessDeniedException"):
                return False
            raise _refused(error) from error
        except BotoCoreError as error:
            raise _refused(error) from error
        first = _Version(made["PolicyId"], made["DefaultVersionId"], json.dumps(NOBODY))
        self._known[self._arn(number)] = first
        return True

    def _not_carried(self, found: Mapping[int, _Found]) -> list[Lack]:
        """Every permission set that has one of them has all, so each is carried by as many roles."""
        most = max((each.roles for each in found.values()), default=0)
        return [
            Lack(self._name(number), NOT_CARRIED, urgent=_denies_somebody(each.content))
            for number, each in found.items()
            if each.roles < most
        ]

    def _found(self, number: int) -> _Found | None:
        arn = self._arn(number)
        try:
            policy = self._client.get_policy(PolicyArn=arn)["Policy"]
            content = self._content(arn, policy["PolicyId"], policy["DefaultVersionId"])
        except self._client.exceptions.NoSuchEntityException:
            return None
        except (ClientError, BotoCoreError) as error:
            raise _refused(error) from error
        return _Found(content, policy.get("AttachmentCount", 0))

    def _content(self, arn: str, policy_id: str, version: str) -> str:
        """IAM User Guide, "Versioning IAM policies": a change is a new version, so what one says stays true.

        Its number is never given again; that of a policy made anew is, but then the policy's id is another.
        """
        known = self._known.get(arn)
        if known is None or (known.policy_id, known.version) != (policy_id, version):
            answer = self._client.get_policy_version(PolicyArn=arn, VersionId=version)
            known = _Version(policy_id, version, _text(answer["PolicyVersion"]["Document"]))
            self._known[arn] = known
        return known.content

    def _make_room(self, arn: str) -> None:
        """Of all but the version that counts, so that it is asked for seldom."""
        for each in self._client.list_policy_versions(PolicyArn=arn)["Versions"]:
            if not each["IsDefaultVersion"]:
                self._in_time()
                self._client.delete_policy_version(PolicyArn=arn, VersionId=each["VersionId"])

    def _arn(self, number: int) -> str:
        return f"{self._prefix}-{number}"

    def _name(self, number: int) -> str:
        return self._arn(number).rpartition("/")[2]


def _text(document: Any) -> str:
    """API Reference, "GetPolicyVersion": URL-encoded; botocore decodes it to what the JSON says."""
    return unquote(document) if isinstance(document, str) else json.dumps(document)


def _denies_somebody(content: str | None) -> bool:
    return content is not None and json.loads(content) != NOBODY


def _refused(error: Exception) -> DenyPolicyError:
    return DenyPolicyError(f"the deny policy in the management account: {error}")
