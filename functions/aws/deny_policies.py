"""The deny policies where they bind: service control policies of AWS Organizations, made and kept by us."""

import json
import time
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, TypeVar

from botocore.exceptions import BotoCoreError, ClientError

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient

T = TypeVar("T")

NAME = "ostiary-deny-leavers"
DESCRIPTION = (
    "Denies everything to people who have left. Written by Ostiary; what else is in it is written over."
)
TAG = ("ostiary:managed", "deny-policy")
"""Key and value. The role in the management account may write and attach no policy without it."""

ROOT = "root"

UPDATE_INTERVAL = 0.5
"""Seconds. AWS Organizations User Guide, "Quotas": UpdatePolicy 2 a second."""

PAUSES = (0.3, 0.6, 1.2, 2.4, 4.8)
"""Seconds between attempts after one of the errors below."""

GONE = "PolicyNotFoundException"

REPEATABLE = frozenset(
    {
        "ConcurrentModificationException",
        "PolicyChangesInProgressException",
        "TooManyRequestsException",
        "ServiceException",
    }
)
"""AWS Organizations API Reference, "UpdatePolicy": errors that pass by themselves."""


class DenyPolicyError(Exception):
    """The deny policies do not say what they should. The message names what to do."""


class DenyPolicies:
    """Gateway to the policies `<name>-1`, `<name>-2`, … and their attachment to `targets`.

    Each target is "root" or the id of an organizational unit. The root's is looked up once; what somebody
    detaches or deletes is attached or created again with the next `bring`.
    """

    def __init__(
        self,
        organizations: "OrganizationsClient",
        *,
        targets: Sequence[str] = (ROOT,),
        name: str = NAME,
        sleep: Callable[[float], None] = time.sleep,
        now: Callable[[], float] = time.time,
    ) -> None:
        self._client = organizations
        self._wanted = tuple(targets)
        self._name = name
        self._sleep = sleep
        self._now = now
        self._ids: dict[str, str] = {}
        self._target_ids: tuple[str, ...] = ()
        self._updated_at = float("-inf")
        self._deadline = float("inf")

    def until(self, deadline: float) -> None:
        """From now on no call begins after `deadline`, in seconds since the epoch; DenyPolicyError instead.

        There is no version to compare on UpdatePolicy, so a writer who is late must not write.
        """
        self._deadline = deadline

    def contents(self, count: int) -> list[str | None]:
        """What the policies say now, None for one that does not exist; more than `count` if more exist.

        Raises DenyPolicyError.
        """
        if any(self._named(number) not in self._ids for number in range(1, count + 1)):
            self._ids = self._listed()
        numbers = range(1, max([count, *map(self._number, self._ids)]) + 1)
        return [self._content(number) for number in numbers]

    def bring(self, number: int, content: str, held: str | None) -> bool:
        """See to it that policy `number` says `content`, having said `held`, and is attached.

        What AWS Organizations then holds is read back and compared. True if a policy that was there had to
        be attached: somebody had detached it. Raises DenyPolicyError.
        """
        if held is None:
            self._create(number, content)
        elif not _same(held, content):
            self._update(number, content)
        if held is None or not _same(held, content):
            self._compare(number, content)
        return self._attach(number) and held is not None

    def _content(self, number: int) -> str | None:
        name = self._named(number)
        policy_id = self._ids.get(name)
        if policy_id is None:
            return None
        try:
            answer = self._call(lambda: self._client.describe_policy(PolicyId=policy_id), GONE)
        except self._client.exceptions.PolicyNotFoundException:
            return self._renewed(number, policy_id)
        return answer["Policy"]["Content"]

    def _renewed(self, number: int, deleted: str) -> str | None:
        """Deleted since we looked: somebody has made it anew, or we shall."""
        self._ids = self._listed()
        if self._ids.get(self._named(number)) == deleted:
            del self._ids[self._named(number)]
        return self._content(number)

    def _create(self, number: int, content: str) -> None:
        created = self._call(
            lambda: self._client.create_policy(
                Name=self._named(number),
                Description=DESCRIPTION,
                Type="SERVICE_CONTROL_POLICY",
                Content=content,
                Tags=[{"Key": TAG[0], "Value": TAG[1]}],
            )
        )
        self._ids[self._named(number)] = created["Policy"]["PolicySummary"]["Id"]

    def _update(self, number: int, content: str) -> None:
        def update() -> None:
            self._sleep(max(0.0, self._updated_at + UPDATE_INTERVAL - self._now()))
            self._updated_at = self._now()
            self._client.update_policy(PolicyId=self._ids[self._named(number)], Content=content)

        self._call(update)

    def _compare(self, number: int, content: str) -> None:
        for pause in (*PAUSES[:3], None):
            if _same(self._content(number), content):
                return
            if pause:
                self._sleep(pause)
        raise DenyPolicyError(
            f"{self._named(number)} was written, but reads back differently: see who else edits it"
        )

    def _attach(self, number: int) -> bool:
        policy_id = self._ids[self._named(number)]
        pages = self._client.get_paginator("list_targets_for_policy").paginate(PolicyId=policy_id)
        attached = self._call(lambda: {t["TargetId"] for page in pages for t in page["Targets"]})
        missing = [target_id for target_id in self._targets() if target_id not in attached]
        for target_id in missing:
            self._attach_to(policy_id, target_id)
        return bool(missing)

    def _attach_to(self, policy_id: str, target_id: str) -> None:
        try:
            self._call(
                lambda: self._client.attach_policy(PolicyId=policy_id, TargetId=target_id),
                "DuplicatePolicyAttachmentException",
            )
        except self._client.exceptions.DuplicatePolicyAttachmentException:
            return  # Attached between our look and our call.

    def _targets(self) -> Sequence[str]:
        if not self._target_ids:
            units = tuple(target for target in self._wanted if target != ROOT)
            self._target_ids = units + (self._roots() if ROOT in self._wanted else ())
        return self._target_ids

    def _roots(self) -> tuple[str, ...]:
        pages = self._client.get_paginator("list_roots").paginate()
        return self._call(lambda: tuple(r["Id"] for page in pages for r in page["Roots"]))

    def _listed(self) -> dict[str, str]:
        pages = self._client.get_paginator("list_policies").paginate(Filter="SERVICE_CONTROL_POLICY")
        found = self._call(lambda: {p["Name"]: p["Id"] for page in pages for p in page["Policies"]})
        return {name: policy_id for name, policy_id in found.items() if self._number(name)}

    def _number(self, name: str) -> int:
        number = name.removeprefix(f"{self._name}-")
        return int(number) if number != name and number.isdecimal() else 0

    def _named(self, number: int) -> str:
        return f"{self._name}-{number}"

    def _call(self, call: Callable[[], T], expected: str = "") -> T:
        """Raises DenyPolicyError, but the error of the code that is `expected` as it is."""
        for pause in (*PAUSES, None):
            if self._now() >= self._deadline:
                raise DenyPolicyError("no time was left to write the deny policies; they are written again")
            try:
                return call()
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if code == expected:
                    raise
                if code not in REPEATABLE or pause is None:
                    raise DenyPolicyError(_advice(code, error)) from error
                self._sleep(pause)
            except BotoCoreError as error:
                raise DenyPolicyError(f"AWS Organizations does not answer: {error}") from error
        raise AssertionError("the last attempt returns or raises")


def _same(held: str | None, content: str) -> bool:
    try:
        return held is not None and bool(json.loads(held) == json.loads(content))
    except ValueError:
        return False


def _advice(code: str, error: ClientError) -> str:
    advice = {
        "ConstraintViolationException": "a quota of service control policies is reached: see the runbook on "
        "capacity, and whether this organization still has the old quotas",
        "PolicyTypeNotEnabledException": "enable service control policies in AWS Organizations",
        GONE: "somebody deleted a deny policy while it was written; the next writing makes it again",
        "AccessDeniedException": "deploy the organization stack: the deny role lacks a right; or a policy "
        f"has lost its tag {TAG[0]}={TAG[1]}, without which the role may not write it: give it back",
        "AccessDenied": "deploy the organization stack: the deny role does not trust this function",
    }.get(code, "AWS Organizations refuses it")
    return f"{advice} ({code}: {error.response['Error'].get('Message', '')})"
