"""Gateway to AWS Organizations: what an account is, where it stands, how it is tagged."""

import re
from typing import TYPE_CHECKING

from functions.policy.selectors import Account

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

_OU_ID = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")


class AccountUnknownError(Exception):
    """The organization does not know the account: not yet, or not any more."""


class Organizations:
    """Reads one account at a time; never lists the organization."""

    def __init__(self, client: "OrganizationsClient", management_account: str) -> None:
        self._client = client
        self._management_account = management_account

    def account(self, account_id: str) -> Account:
        """The account, its OU path by name, all its tags.

        Raises AccountUnknownError, and botocore's ClientError when anything cannot be read: half an
        account would match the wrong grants.
        """
        try:
            described = self._client.describe_account(AccountId=account_id)["Account"]
        except self._client.exceptions.AccountNotFoundException as error:
            raise AccountUnknownError(f"the organization has no account {account_id}") from error
        return Account(
            id=account_id,
            name=described["Name"],
            ou_path=self._ou_path(described),
            tags=self._tags(account_id),
            state=_state(described),
            is_management=account_id == self._management_account,
        )

    def _ou_path(self, described: "AccountTypeDef") -> str:
        """`/Workloads/Production`. Account.Paths holds ids, so names are read either way, never kept:
        an OU that was renamed a minute ago must not grant by its old name."""
        paths = described.get("Paths")
        if paths:
            names = [self._ou_name(ou_id) for ou_id in _OU_ID.findall(paths[0])]
        else:
            names = self._names_above(described["Id"])
        return "/" + "/".join(names)

    def _names_above(self, child_id: str) -> list[str]:
        """OU names from the root's child down to the child's parent."""
        names: list[str] = []
        while True:
            parent = self._client.list_parents(ChildId=child_id)["Parents"][0]  # always exactly one
            if parent["Type"] == "ROOT":
                return names
            child_id = parent["Id"]
            names.insert(0, self._ou_name(child_id))

    def _ou_name(self, ou_id: str) -> str:
        found = self._client.describe_organizational_unit(OrganizationalUnitId=ou_id)
        return found["OrganizationalUnit"]["Name"]

    def _tags(self, account_id: str) -> dict[str, str]:
        pages = self._client.get_paginator("list_tags_for_resource").paginate(ResourceId=account_id)
        return {tag["Key"]: tag["Value"] for page in pages for tag in page["Tags"]}


def _state(described: "AccountTypeDef") -> str:
    """`State`; `Status`, retired in September 2026, only where an older endpoint gives nothing else."""
    return described.get("State") or described["Status"]
