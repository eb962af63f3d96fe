"""Gateway to IAM Identity Center: permission sets by name, account assignments, requests for them."""

import time
from collections.abc import Callable, Collection, Iterable, Mapping
from typing import TYPE_CHECKING

from functions.aws.assignment_requests import (
    PAGE,
    AccountAssignment,
    AssignmentRequests,
    PrincipalType,
    Request,
)
from functions.aws.permission_sets import PermissionSets
from functions.aws.routed_requests import RoutedRequests

if TYPE_CHECKING:
    from mypy_boto3_sso_admin import SSOAdminClient
    from mypy_boto3_sso_admin.type_defs import PaginatorConfigTypeDef

__all__ = ["AccountAssignment", "IdentityCenter", "PrincipalType", "Request"]

_PAGES: "PaginatorConfigTypeDef" = {"PageSize": PAGE}


class IdentityCenter:
    """One instance of IAM Identity Center. Every read is complete or raises ClientError.

    `apart`: by account, the client for what is in it, where `client` may not look and not assign.
    """

    def __init__(
        self,
        client: "SSOAdminClient",
        instance_arn: str,
        *,
        apart: "Mapping[str, SSOAdminClient] | None" = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._client = client
        self._apart = apart or {}
        self._instance = instance_arn
        self._sets = PermissionSets(client, instance_arn, clock=clock)
        self.requests = RoutedRequests(
            AssignmentRequests(client, instance_arn),
            {account: AssignmentRequests(each, instance_arn) for account, each in self._apart.items()},
        )

    def permission_set_arns(self, names: Collection[str]) -> dict[str, str]:
        """ARNs of those permission sets that exist, by name."""
        return self._sets.arns(names)

    def all_permission_sets(self) -> dict[str, str]:
        """Every permission set's ARN by its name."""
        return self._sets.all()

    def forget(self) -> None:
        """Read the list of permission sets again: one turned out to be gone."""
        self._sets.forget()

    def assignments(
        self, account_id: str, permission_set_arns: Collection[str] | None = None
    ) -> frozenset[AccountAssignment]:
        """All assignments in one account, or those of these permission sets.

        One call says which sets are there at all, so a new account costs that call alone; where nothing is
        asked for, none is made: a delegated administrator may not look into the management account.
        """
        if permission_set_arns is not None and not permission_set_arns:
            return frozenset()
        client = self._apart.get(account_id, self._client)
        pages = client.get_paginator("list_permission_sets_provisioned_to_account").paginate(
            InstanceArn=self._instance, AccountId=account_id, PaginationConfig=_PAGES
        )
        provisioned = {arn for page in pages for arn in page.get("PermissionSets", [])}
        asked = provisioned if permission_set_arns is None else provisioned.intersection(permission_set_arns)
        return frozenset(
            assignment for arn in sorted(asked) for assignment in self._assignments_of(account_id, arn)
        )

    def assignments_of(
        self, principal_id: str, principal_type: PrincipalType
    ) -> frozenset[AccountAssignment]:
        """All assignments of a group, or of a user without those that come by groups.

        API Reference, "ListAccountAssignmentsForPrincipal": only from the management account.
        """
        pages = self._client.get_paginator("list_account_assignments_for_principal").paginate(
            InstanceArn=self._instance,
            PrincipalId=principal_id,
            PrincipalType=principal_type,
            PaginationConfig=_PAGES,
        )
        return frozenset(
            AccountAssignment(item["AccountId"], item["PermissionSetArn"], principal_id, principal_type)
            for page in pages
            for item in page["AccountAssignments"]
            if item["PrincipalId"] == principal_id
        )

    def _assignments_of(self, account_id: str, arn: str) -> Iterable[AccountAssignment]:
        client = self._apart.get(account_id, self._client)
        pages = client.get_paginator("list_account_assignments").paginate(
            InstanceArn=self._instance, AccountId=account_id, PermissionSetArn=arn, PaginationConfig=_PAGES
        )
        for page in pages:
            for item in page["AccountAssignments"]:
                yield AccountAssignment(account_id, arn, item["PrincipalId"], item["PrincipalType"])
