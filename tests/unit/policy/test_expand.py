"""What the policy wants, where, until when, and why."""

from datetime import date

from functions.policy import loads
from functions.policy.expand import Directory, Expansion, Names, Principal, expand, names_to_look_up
from functions.policy.selectors import Account

TODAY = date(2026, 11, 22)
POLICY = loads(
    """
permission_sets: {ReadOnly: {}, Developer: {}, Home: {}}
grants:
  - {group: everybody, permission_set: ReadOnly, accounts: all}
  - {groups: [developers, everybody], permission_set: Developer, accounts: {ou: /Workloads}}
  - {group: everybody, permission_set: ReadOnly, accounts: {ou: /Workloads}}
  - {groups: "aws-{account}-{permission_set}"}
  - {group: admins, permission_set: Home, accounts: management}
"""
)
ACCOUNT = Account("111111111111", "data-lake", "/Workloads/Data")


def directory(*names: str, users: tuple[str, ...] = ()) -> Directory:
    return Directory({name: f"id-of-{name}" for name in names}, {name: f"id-of-{name}" for name in users})


def expanded(grants: str, known: Directory, *accounts: Account, today: date = TODAY) -> Expansion:
    policy = loads(f"permission_sets: {{ReadOnly: {{}}, Developer: {{}}}}\ngrants:\n{grants}")
    return expand(policy, accounts or (ACCOUNT,), known, today)


def gets(expansion: Expansion) -> set[tuple[str, str, str]]:
    return {(w.account_id, w.principal.name, w.permission_set) for w in expansion.wanted}


def test_overlapping_grants_are_one_assignment_with_both_reasons() -> None:
    """Given two grants that want the same, it is wanted once, and neither reason is lost."""
    (found,) = [
        wanted
        for wanted in expand(POLICY, [ACCOUNT], directory("everybody", "developers"), TODAY).wanted
        if (wanted.principal.name, wanted.permission_set) == ("everybody", "ReadOnly")
    ]
    assert found.principal == Principal("everybody", "id-of-everybody", "GROUP")
    assert found.reasons == (
        "grant 1: group everybody, all accounts",
        "grant 3: group everybody, OU /Workloads",
    )


def test_a_group_that_does_not_exist_is_said_not_dropped() -> None:
    """Given a grant to a group that Identity Center does not know, it comes back unresolved."""
    found = expand(POLICY, [ACCOUNT], directory("everybody"), TODAY)
    assert [(item.principal.name, item.permission_set) for item in found.unresolved] == [
        ("developers", "Developer")
    ]
    assert found.unresolved[0].reasons == ("grant 2: group developers, OU /Workloads",)
    assert {principal.name for principal in found.named} == {"everybody", "developers"}


def test_a_groups_name_is_a_grant_where_the_pattern_says_so() -> None:
    """Given names with hyphens in account and group, the pattern matches the one that means this account."""
    groups = directory(
        "aws-data-lake-Developer", "aws-data-lake-Nothing", "aws-lake-Developer", "aws-111111111111-ReadOnly"
    )
    assert gets(expand(POLICY, [ACCOUNT], groups, TODAY)) == {
        (ACCOUNT.id, "aws-data-lake-Developer", "Developer"),
        (ACCOUNT.id, "aws-111111111111-ReadOnly", "ReadOnly"),
    }


def test_a_pattern_nobody_uses_is_no_mistake() -> None:
    """Given no group of the pattern's shape, nothing is unresolved: the pattern names no group."""
    found = expand(POLICY, [ACCOUNT], directory("everybody", "developers"), TODAY)
    assert found.unresolved == ()


def test_braces_in_an_accounts_name_are_only_text() -> None:
    """Given an account whose name looks like a capture, it is not filled in again."""
    odd = Account("111111111111", "{permission_set}", "/")
    groups = directory("aws-{permission_set}-ReadOnly", "aws-Developer-ReadOnly")
    assert gets(expand(POLICY, [odd], groups, TODAY)) == {
        (odd.id, "aws-{permission_set}-ReadOnly", "ReadOnly")
    }


def test_only_names_that_matter_here_are_looked_up() -> None:
    """Given an account outside /Workloads, groups of grants that cannot reach it cost no look-up."""
    names = names_to_look_up(POLICY, Account("222222222222", "log", "/Security"), TODAY)
    assert names == Names(frozenset({"everybody"}), frozenset(), every_group=True)


def test_the_management_account_gets_what_its_word_gives_and_nothing_else() -> None:
    """Given the management account, `all` and patterns give nothing there."""
    management = Account("123456789012", "management", "/", is_management=True)
    groups = directory("everybody", "developers", "admins", "aws-management-ReadOnly")
    assert gets(expand(POLICY, [management], groups, TODAY)) == {(management.id, "admins", "Home")}


def test_a_person_can_be_granted_access() -> None:
    """Given a grant to users, each is a principal of its own kind, and one that is missing is said."""
    found = expanded(
        "  - {users: [kim@example.com, lee@example.com], permission_set: ReadOnly, accounts: all}",
        directory("kim@example.com", users=("kim@example.com",)),
    )
    assert [w.principal for w in found.wanted] == [
        Principal("kim@example.com", "id-of-kim@example.com", "USER")
    ]
    assert found.wanted[0].reasons == ("grant 1: user kim@example.com, all accounts",)
    assert [w.principal.said for w in found.unresolved] == ["user lee@example.com"]


def test_a_grant_gives_until_its_last_day_and_nothing_after() -> None:
    """Given `until`, the grant holds on that day; the day after it gives nothing, and says that it ended."""
    grants = "  - {group: everybody, permission_set: ReadOnly, accounts: all, until: 2026-11-22}"
    assert gets(expanded(grants, directory("everybody"))) == {(ACCOUNT.id, "everybody", "ReadOnly")}
    over = expanded(grants, directory("everybody"), today=date(2026, 11, 23))
    assert (over.wanted, over.unresolved, over.named) == ((), (), frozenset())
    assert over.ended[0].reasons == ("grant 1 (ended 2026-11-22): group everybody, all accounts",)


def test_an_ou_in_a_groups_name_means_all_that_is_in_it() -> None:
    """Given {ou}, a group's name speaks of an OU by its name or by the path to it, at any depth."""
    inside = Account("111111111111", "a", "/Workloads/Production")
    deeper = Account("222222222222", "b", "/Workloads/Production/Regulated")
    outside = Account("333333333333", "c", "/Data")
    found = expanded(
        '  - {groups: "aws-{ou}-{permission_set}"}',
        directory("aws-Production-ReadOnly", "aws-Workloads-Production-Developer", "aws-Nowhere-ReadOnly"),
        *(inside, deeper, outside),
    )
    assert gets(found) == {
        (account.id, name, permission_set)
        for account in (inside, deeper)
        for name, permission_set in (
            ("aws-Production-ReadOnly", "ReadOnly"),
            ("aws-Workloads-Production-Developer", "Developer"),
        )
    }


def test_stars_in_a_groups_name_stand_for_anything() -> None:
    """Given globs, alone or beside captures, every group of that shape is granted, and no other."""
    known = directory("eu-auditors", "us-auditors", "auditors", "team-x-data-lake-ReadOnly")
    found = expanded(
        '  - {group: "*-auditors", permission_set: ReadOnly, accounts: all}\n'
        '  - {groups: "team-?-{account}-{permission_set}"}',
        known,
    )
    assert gets(found) == {
        (ACCOUNT.id, name, "ReadOnly") for name in ("eu-auditors", "us-auditors", "team-x-data-lake-ReadOnly")
    }


def test_a_name_with_two_readings_means_both() -> None:
    """Given an account data with a set lake-ReadOnly and an account data-lake with ReadOnly, both hold:
    no guess is made that depends on the order of accounts."""
    policy = loads(
        'permission_sets: {ReadOnly: {}, lake-ReadOnly: {}}\ngrants: [{groups: "{account}-{permission_set}"}]'
    )
    both = [Account("111111111111", "data", "/"), Account("222222222222", "data-lake", "/")]
    assert gets(expand(policy, both, directory("data-lake-ReadOnly"), TODAY)) == {
        ("111111111111", "data-lake-ReadOnly", "lake-ReadOnly"),
        ("222222222222", "data-lake-ReadOnly", "ReadOnly"),
    }


def test_accounts_and_except_narrow_a_pattern() -> None:
    """Given a pattern with accounts and except, a group's name gives nothing outside of them."""
    accounts = [
        Account("111111111111", "a", "/Workloads"),
        Account("222222222222", "b", "/Workloads", {"frozen": "yes"}),
        Account("333333333333", "c", "/Data"),
    ]
    found = expanded(
        '  - {groups: "{account}-{permission_set}", accounts: {ou: /Workloads},\n'
        '     except: {tag: {frozen: "*"}}}',
        directory("a-ReadOnly", "b-ReadOnly", "c-ReadOnly"),
        *accounts,
    )
    assert gets(found) == {("111111111111", "a-ReadOnly", "ReadOnly")}


def test_many_accounts_at_once_are_what_each_is_alone() -> None:
    """Given several accounts, what is wanted is the sum of what each wants by itself."""
    accounts = [
        ACCOUNT,
        Account("222222222222", "log", "/Security"),
        Account("333333333333", "x", "/Workloads"),
    ]
    known = directory("everybody", "developers", "aws-log-ReadOnly")
    together = expand(POLICY, accounts, known, TODAY)
    apart = [wanted for account in accounts for wanted in expand(POLICY, [account], known, TODAY).wanted]
    assert sorted(map(repr, together.wanted)) == sorted(map(repr, apart))
