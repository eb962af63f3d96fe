"""Which accounts a grant reaches."""

import pytest

from functions.policy import loads
from functions.policy.grants import Grant
from functions.policy.selectors import Account, reach

PRODUCTION = Account("111111111111", "checkout-production", "/Workloads/Production", {"stage": "production"})
REGULATED = Account("222222222222", "cards", "/Workloads/Production/Regulated", {"stage": "production"})
LOOKALIKE = Account("333333333333", "twin", "/Workloads/ProductionCopy", {"stage": "sandbox"})
AT_ROOT = Account("444455556666", "fresh", "/")
MANAGEMENT = Account("123456789012", "management", "/", {"stage": "production"}, is_management=True)
EVERYBODY = (PRODUCTION, REGULATED, LOOKALIKE, AT_ROOT, MANAGEMENT)


def grant(rest: str) -> Grant:
    return loads(f"permission_sets: {{A: {{}}}}\ngrants: [{{group: g, permission_set: A, {rest}}}]").grants[0]


def reached(rest: str) -> set[str]:
    return {account.name for account in EVERYBODY if reach(grant(rest), account)}


@pytest.mark.parametrize(
    ("rest", "names"),
    [
        ("accounts: all", {"checkout-production", "cards", "twin", "fresh"}),
        ("accounts: management", {"management"}),
        ("accounts: {id: 222222222222}", {"cards"}),
        ("accounts: {id: ['222222222222', '333333333333']}", {"cards", "twin"}),
        ("accounts: {name: '*-production'}", {"checkout-production"}),
        ("accounts: {ou: /Workloads/Production}", {"checkout-production", "cards"}),
        ("accounts: {ou: /Workloads/Production/Regulated}", {"cards"}),
        ("accounts: {ou: /}", {"checkout-production", "cards", "twin", "fresh"}),
        ("accounts: {tag: {stage: production}}", {"checkout-production", "cards"}),
        ("accounts: {tag: {stage: [production, sandbox]}}", {"checkout-production", "cards", "twin"}),
        ("accounts: {ou: /Workloads, tag: {stage: sandbox}}", {"twin"}),
        ("accounts: all, except: {tag: {stage: sandbox}}", {"checkout-production", "cards", "fresh"}),
        ("accounts: all, except: [{name: fresh}, {ou: /Workloads}]", set()),
        ("accounts: {ou: /Workloads/Production, direct: true}", {"checkout-production"}),
        ("accounts: {ou: /, direct: true}", {"fresh"}),
        ("accounts: {tag: {stage: 'prod*'}}", {"checkout-production", "cards"}),
        ("accounts: {not: {tag: {stage: '*'}}}", {"fresh"}),
        ("accounts: {or: [{name: fresh}, {tag: {stage: sandbox}}]}", {"fresh", "twin"}),
        ("accounts: {tag: {stage: production}, not: {name: cards}}", {"checkout-production"}),
        (
            "accounts: {and: [{ou: /Workloads}, {not: [{name: cards}, {name: twin}]}]}",
            {"checkout-production"},
        ),
        ("accounts: {name: '[cf]*'}", set()),
        ("accounts: all, except: management", {"checkout-production", "cards", "twin", "fresh"}),
    ],
)
def test_a_grant_reaches_exactly_these(rest: str, names: set[str]) -> None:
    """Given accounts in nested OUs and the management account, a grant reaches those it says and no other."""
    assert reached(rest) == names


@pytest.mark.parametrize(
    "rest",
    [
        "accounts: all",
        "accounts: {ou: /}",
        "accounts: {id: 123456789012}",
        "accounts: {name: management}",
        "accounts: {tag: {stage: production}}",
        "accounts: {not: {name: nobody}}",
    ],
)
def test_only_its_own_word_reaches_the_management_account(rest: str) -> None:
    """Given anything but `management`, the account that no service control policy binds is left alone."""
    assert reach(grant(rest), MANAGEMENT) is None


def test_the_reason_can_be_read() -> None:
    """Given a match, the reason says which part of the grant matched."""
    assert reach(grant("accounts: {ou: /Workloads/Production}"), REGULATED) == "OU /Workloads/Production"
    assert (
        reach(grant("accounts: {ou: [/Data, /Workloads], tag: {stage: sandbox}}"), LOOKALIKE)
        == "OU /Workloads, tag stage=sandbox"
    )


def test_the_reason_says_what_is_not() -> None:
    """Given conditions of every kind, the reason reads as the file does."""
    found = reach(
        grant("accounts: {or: [{name: x}, {ou: /, direct: true}], not: {tag: {stage: [a, b]}, ou: /Data}}"),
        AT_ROOT,
    )
    assert found == "directly in OU /, not (tag stage=a|b, OU /Data)"
