"""Which roles a group gives, and which ones a person has by each of their groups: read, never changed."""

import time
from collections import defaultdict
from collections.abc import Callable
from typing import TYPE_CHECKING, Literal, Protocol

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient

Pair = tuple[str, str]
"""An account's id and a permission set's name."""

NOTHING: frozenset[Pair] = frozenset()

KEEP_SECONDS = 10.0
"""How long what a group gives is believed: while many are removed from it at once."""


class Groups(Protocol):
    """Ids of groups by the name that group push gives them. Raises ClientError."""

    def group_id(self, display_name: str) -> str | None: ...


class GroupAccess:
    """Gateway to assignments by principal, which Identity Center lists in the management account alone; what
    permission sets are called it says in the hub, too.

    An answer is complete or an error: ClientError or BotoCoreError of the page that failed.
    """

    def __init__(
        self,
        management: "SSOAdminClient",
        hub: "SSOAdminClient",
        groups: Groups,
        *,
        instance_arn: str,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = management
        self._hub = hub
        self._groups = groups
        self._instance = instance_arn
        self._clock = clock
        self._known: dict[str, tuple[float, str | None, frozenset[Pair]]] = {}
        self._names: dict[str, str] = {}

    def of_group(self, name: str) -> tuple[str | None, frozenset[Pair]]:
        """The group's id and what it gives; no id if Identity Center has no group of this name.

        One call where there is no such group, as most groups of Okta are not pushed; two for one without
        assignments.
        """
        until, group_id, pairs = self._known.get(name, (float("-inf"), None, NOTHING))
        if self._clock() < until:
            return group_id, pairs
        group_id = self._groups.group_id(name)
        pairs = self._listed(group_id, "GROUP").get(group_id, NOTHING) if group_id else NOTHING
        self._known = {known: answer for known, answer in self._known.items() if self._clock() < answer[0]}
        if (
            pairs
        ):  # That a group gives nothing is never remembered: it may be being pushed or assigned just now.
            self._known[name] = self._clock() + KEEP_SECONDS, group_id, pairs
        return group_id, pairs

    def of_person(self, user_id: str) -> dict[str, frozenset[Pair]]:
        """What they have now by whom: their own id, and the ids of their groups."""
        return self._listed(user_id, "USER")

    def _listed(self, principal: str, kind: Literal["GROUP", "USER"]) -> dict[str, frozenset[Pair]]:
        """API Reference, "ListAccountAssignmentsForPrincipal": for a user, what their groups have as well."""
        pages = self._client.get_paginator("list_account_assignments_for_principal").paginate(
            InstanceArn=self._instance, PrincipalId=principal, PrincipalType=kind
        )
        found: dict[str, set[Pair]] = defaultdict(set)
        try:
            for item in (item for page in pages for item in page["AccountAssignments"]):
                name = self._name(item["PermissionSetArn"])
                if name is not None:
                    found[item["PrincipalId"]].add((item["AccountId"], name))
        except self._client.exceptions.ResourceNotFoundException:
            return {}  # There is no such user or group (any more), so it gives nobody anything.
        return {principal: frozenset(pairs) for principal, pairs in found.items()}

    def _name(self, arn: str) -> str | None:
        """A permission set's name never changes; None if it is gone, and its roles with it."""
        if arn not in self._names:
            try:
                described = self._hub.describe_permission_set(
                    InstanceArn=self._instance, PermissionSetArn=arn
                )
            except self._hub.exceptions.ResourceNotFoundException:
                return None
            self._names[arn] = described["PermissionSet"]["Name"]
        return self._names[arn]
