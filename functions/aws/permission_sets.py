"""Permission sets by name: IAM Identity Center lists ARNs alone, and tells one name a call."""

import time
from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

KEEP_SECONDS = 900.0
"""How long the list is believed. A set that was deleted and made again has its name and another ARN."""


class PermissionSets:
    """What the sets are called. A name never changes, so it is asked for once in a container's life.

    Learning costs a call for every 100 sets and one for each name; refreshing the list, the first part alone.
    """

    def __init__(
        self, client: "SSOAdminClient", instance_arn: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._client = client
        self._instance = instance_arn
        self._clock = clock
        self._listed: tuple[str, ...] = ()
        self._names: dict[str, str] = {}
        self._believed_until = clock()

    def arns(self, names: Collection[str]) -> dict[str, str]:
        """ARNs of those sets that exist, by name. Raises ClientError if a read fails.

        Nobody is believed to be missing: a name that is not known costs a fresh list.
        """
        if not names:
            return {}
        fresh = self._clock() >= self._believed_until
        if fresh:
            self._list()
        found = self._find(set(names))
        if len(found) < len(set(names)) and not fresh:
            self._list()
            found = self._find(set(names))
        return found

    def all(self) -> dict[str, str]:
        """Every set's ARN by its name. Raises ClientError if a read fails."""
        self._list()
        return {self._name(arn): arn for arn in self._listed}

    def forget(self) -> None:
        """Ask for the list again: a set turned out to be gone."""
        self._believed_until = self._clock()

    def _find(self, names: set[str]) -> dict[str, str]:
        known = {self._names[arn]: arn for arn in self._listed if arn in self._names}
        for arn in self._listed:
            if names <= known.keys():
                break
            known[self._name(arn)] = arn
        return {name: known[name] for name in names if name in known}

    def _list(self) -> None:
        pages = self._client.get_paginator("list_permission_sets").paginate(
            InstanceArn=self._instance, PaginationConfig={"PageSize": 100}
        )
        self._listed = tuple(arn for page in pages for arn in page["PermissionSets"])
        self._believed_until = self._clock() + KEEP_SECONDS

    def _name(self, arn: str) -> str:
        if arn not in self._names:
            described = self._client.describe_permission_set(InstanceArn=self._instance, PermissionSetArn=arn)
            self._names[arn] = described["PermissionSet"]["Name"]
        return self._names[arn]
