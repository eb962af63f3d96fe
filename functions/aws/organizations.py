"""Gateway to AWS Organizations: what an account is, where it stands, how it is tagged."""

import re
from collections import defaultdict
from collections.abc import Mapping
from typing import TYPE_CHECKING

from functions.policy.selectors import Account

if TYPE_CHECKING:
    from mypy_boto3_organizations import OrganizationsClient
    from mypy_boto3_organizations.type_defs import AccountTypeDef

_OU_ID = re.compile(r"ou-[0-9a-z]{4,32}-[0-9a-z]{8,32}")


class AccountUnknownError(Exception):
    """The organization does not know the account: not yet, or not any more."""


class Organizations:
    """Reads one account by its own calls, an OU, or all of it. Half of it is never returned."""

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

    def account_ids_under(self, unit_id: str) -> list[str]:
        """Ids of all accounts in an OU and below it. Raises ClientError if any part cannot be read."""
        pages = self._client.get_paginator("list_accounts_for_parent").paginate(ParentId=unit_id)
        found = [account["Id"] for page in pages for account in page["Accounts"]]
        units = self._client.get_paginator("list_organizational_units_for_parent").paginate(ParentId=unit_id)
        for unit in [unit for page in units for unit in page["OrganizationalUnits"]]:
            found += self.account_ids_under(unit["Id"])
        return found

    def accounts(self, *, with_tags: bool) -> tuple[Account, ...]:
        """Every account, read once: a call for 20 accounts, one for each OU, and, only if tags are asked
        for, one for each account. Where AWS does not say in the list where accounts stand, another for each
        OU and each 20 accounts in it. Raises ClientError if any of it cannot be read."""
        units = self._units()
        pages = self._client.get_paginator("list_accounts").paginate()
        listed = [described for page in pages for described in page["Accounts"]]
        places = {} if all(each.get("Paths") for each in listed) else self._places(units)
        return tuple(
            Account(
                id=described["Id"],
                name=described["Name"],
                ou_path=places.get(described["Id"]) or self._ou_path(described, units),
                tags=self._tags(described["Id"]) if with_tags else {},
                state=_state(described),
                is_management=described["Id"] == self._management_account,
            )
            for described in listed
        )

    def _units(self) -> dict[str, str]:
        """The path of every OU, and of the root, by its id."""
        (root,) = self._client.list_roots()["Roots"]  # an organization has exactly one
        paths = {root["Id"]: "/"}
        parents = [root["Id"]]
        listing = self._client.get_paginator("list_organizational_units_for_parent")
        while parents:
            parent = parents.pop()
            for page in listing.paginate(ParentId=parent):
                for unit in page["OrganizationalUnits"]:
                    paths[unit["Id"]] = f"{paths[parent].rstrip('/')}/{unit['Name']}"
                    parents.append(unit["Id"])
        return paths

    def _places(self, units: Mapping[str, str]) -> dict[str, str]:
        """The OU path of every account that stands in one of these; without those that were seen in two,
        because they moved meanwhile."""
        listing = self._client.get_paginator("list_accounts_for_parent")
        seen: dict[str, set[str]] = defaultdict(set)
        for unit_id, path in units.items():
            for page in listing.paginate(ParentId=unit_id):
                for account in page["Accounts"]:
                    seen[account["Id"]].add(path)
        return {account: paths.pop() for account, paths in seen.items() if len(paths) == 1}

    def _ou_path(self, described: "AccountTypeDef", units: Mapping[str, str] | None = None) -> str:
        """`/Workloads/Production`. Account.Paths holds ids, so names are read either way, never kept:
        an OU that was renamed a minute ago must not grant by its old name."""
        paths = described.get("Paths")
        if not paths:
            return "/" + "/".join(self._names_above(described["Id"]))
        above = _OU_ID.findall(paths[0])
        known = (units or {}).get(above[-1]) if above else "/"
        return known or "/" + "/".join(self._ou_name(ou_id) for ou_id in above)

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
