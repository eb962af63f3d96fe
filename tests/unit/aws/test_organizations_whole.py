"""Reading a whole organization from Organizations: where each account stands, and what that costs."""

from typing import Any, cast

import pytest
from botocore.exceptions import ClientError

from functions.aws.organizations import Organizations
from tests.unit.accounts.organizations_in_memory import FakeOrganizations, MemberAccount

UNITS = ("/", "/Workloads", "/Workloads/Production", "/Workloads/Production/Regulated", "/Data")


def organization(accounts: int) -> FakeOrganizations:
    """Accounts spread over five places, up to three OUs deep. The list says of none where it stands."""
    fake = FakeOrganizations()
    for number in range(accounts):
        fake.accounts[f"{number:012d}"] = MemberAccount(f"m{number}", UNITS[number % len(UNITS)])
    return fake


def read(fake: FakeOrganizations) -> dict[str, str]:
    gateway = Organizations(cast(Any, fake), "999999999999")
    return {account.id: account.ou_path for account in gateway.accounts(with_tags=False)}


def test_where_the_list_does_not_say_it_accounts_are_read_ou_by_ou() -> None:
    """Given 100 accounts up to three OUs deep, each has its path, at the price of a call an OU and not of
    several an account."""
    fake = organization(100)
    assert read(fake) == {id_: account.ou_path for id_, account in fake.accounts.items()}
    assert fake.calls == {
        "list_roots": 1,
        "list_accounts": 1,
        "list_organizational_units_for_parent": len(UNITS),
        "list_accounts_for_parent": len(UNITS),
    }


def test_where_the_list_says_it_no_ou_is_read_for_it() -> None:
    fake = organization(20)
    listing = fake.all_of_list_accounts
    # In the fake a unit's id is its path; AWS's own ids stand in Paths.
    fake.all_of_list_accounts = lambda **asked: (  # type: ignore[method-assign] # as AWS answers where it has Paths
        "Accounts",
        [{**each, "Paths": ["o-a1b2c3d4e5/r-ab12/"]} for each in listing(**asked)[1]],
    )
    assert set(read(fake).values()) == {"/"}
    assert fake.calls["list_accounts_for_parent"] == fake.calls["list_parents"] == 0


@pytest.mark.parametrize("places", [("/Data", "/Workloads"), ()])
def test_an_account_that_moves_meanwhile_is_looked_for_by_itself(places: tuple[str, ...]) -> None:
    """Given one that is met in two OUs, or in none, only its own way up says where it is now."""
    fake = organization(4)
    moved = "000000000001"
    listing = fake.all_of_list_accounts_for_parent

    def meanwhile(**asked: Any) -> tuple[str, list[Any]]:
        others = [each for each in listing(**asked)[1] if each["Id"] != moved]
        return "Accounts", [*others, *([{"Id": moved}] if asked["ParentId"] in places else [])]

    fake.all_of_list_accounts_for_parent = meanwhile  # type: ignore[method-assign] # it moves
    fake.accounts["000000000009"] = MemberAccount("other", "/Data")
    fake.accounts[moved].ou_path = "/Data"
    assert read(fake)[moved] == "/Data"
    assert fake.calls["list_parents"] == 2


def test_an_ou_that_cannot_be_read_is_an_error() -> None:
    fake = organization(10)
    fake.trouble["list_accounts_for_parent"] = ["AccessDeniedException"]
    with pytest.raises(ClientError, match="AccessDenied"):
        read(fake)
