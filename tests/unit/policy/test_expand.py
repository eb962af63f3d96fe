"""What the policy wants in one account, and why."""

from functions.policy import loads
from functions.policy.expand import expand, group_names
from functions.policy.selectors import Account

POLICY = loads(
    """
permission_sets: {ReadOnly: {}, Developer: {}}
grants:
  - {group: everybody, permission_set: ReadOnly, accounts: all}
  - {groups: [developers, everybody], permission_set: Developer, accounts: {ou: /Workloads}}
  - {group: everybody, permission_set: ReadOnly, accounts: {ou: /Workloads}}
  - {groups: "aws-{account}-{permission_set}"}
  - {group: admins, permission_set: Developer, accounts: management}
"""
)
ACCOUNT = Account("111111111111", "data-lake", "/Workloads/Data")


def directory(*names: str) -> dict[str, str]:
    return {name: f"id-of-{name}" for name in names}


def test_overlapping_grants_are_one_assignment_with_both_reasons() -> None:
    """Given two grants that want the same, it is wanted once, and neither reason is lost."""
    (found,) = [
        wanted
        for wanted in expand(POLICY, ACCOUNT, directory("everybody", "developers")).wanted
        if (wanted.group, wanted.permission_set) == ("everybody", "ReadOnly")
    ]
    assert found.group_id == "id-of-everybody"
    assert found.reasons == (
        "grant 1: group everybody, all accounts",
        "grant 3: group everybody, OU /Workloads",
    )


def test_a_group_that_does_not_exist_is_said_not_dropped() -> None:
    """Given a grant to a group that Identity Center does not know, it comes back unresolved."""
    found = expand(POLICY, ACCOUNT, directory("everybody"))
    assert [(item.group, item.permission_set) for item in found.unresolved] == [("developers", "Developer")]
    assert found.unresolved[0].reason == "grant 2: group developers, OU /Workloads"
    assert found.named == {"everybody", "developers"}


def test_a_groups_name_is_a_grant_where_the_pattern_says_so() -> None:
    """Given names with hyphens in account and group, the pattern matches the one that means this account."""
    groups = directory(
        "aws-data-lake-Developer", "aws-data-lake-Nothing", "aws-lake-Developer", "aws-111111111111-ReadOnly"
    )
    found = {(wanted.group, wanted.permission_set) for wanted in expand(POLICY, ACCOUNT, groups).wanted}
    assert found == {("aws-data-lake-Developer", "Developer"), ("aws-111111111111-ReadOnly", "ReadOnly")}


def test_a_pattern_nobody_uses_is_no_mistake() -> None:
    """Given no group of the pattern's shape, nothing is unresolved: the pattern names no group."""
    found = expand(POLICY, ACCOUNT, directory("everybody", "developers"))
    assert found.unresolved == ()


def test_braces_in_an_accounts_name_are_only_text() -> None:
    """Given an account whose name looks like a capture, it is not filled in again."""
    odd = Account("111111111111", "{permission_set}", "/")
    assert "aws-{permission_set}-ReadOnly" in group_names(POLICY, odd)


def test_only_groups_that_matter_here_are_looked_up() -> None:
    """Given an account outside /Workloads, groups of grants that cannot reach it cost no look-up."""
    names = group_names(POLICY, Account("222222222222", "log", "/Security"))
    assert names == {
        "everybody",
        *(f"aws-{said}-{item}" for said in ("log", "222222222222") for item in ("ReadOnly", "Developer")),
    }


def test_the_management_account_gets_what_its_word_gives_and_nothing_else() -> None:
    """Given the management account, `all` and patterns give nothing there."""
    management = Account("123456789012", "management", "/", is_management=True)
    groups = directory("everybody", "developers", "admins", "aws-management-ReadOnly")
    assert [wanted.group for wanted in expand(POLICY, management, groups).wanted] == ["admins"]
