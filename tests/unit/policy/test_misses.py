"""What of a grant's accounts an account does not have."""

import pytest

from functions.policy import loads
from functions.policy.misses import missed
from functions.policy.selectors import Account

CHECKOUT = Account("111111111111", "checkout", "/Workloads/Production", {"stage": "dev"})
MANAGEMENT = Account("123456789012", "management", "/", is_management=True)


@pytest.mark.parametrize(
    ("accounts", "said"),
    [
        ("{tag: {stage: prod}}", "tag stage=prod is wanted, checkout has stage=dev"),
        ("{tag: {stage: [prod, live]}}", "tag stage=prod|live is wanted, checkout has stage=dev"),
        ("{tag: {team: '*'}}", "tag team=* is wanted, checkout has no tag team"),
        ("{name: '*-prod'}", "name *-prod is wanted, it is called checkout"),
        ("{id: 222222222222}", "id 222222222222 is wanted, checkout has 111111111111"),
        ("{ou: /Data}", "OU /Data is wanted, checkout is in OU /Workloads/Production"),
        (
            "{ou: /Workloads, direct: true}",
            "directly in OU /Workloads is wanted, checkout is in OU /Workloads/Production",
        ),
        ("{ou: /Workloads, tag: {stage: prod}}", "tag stage=prod is wanted, checkout has stage=dev"),
        (
            "{ou: /Data, tag: {stage: prod}}",
            "OU /Data is wanted, checkout is in OU /Workloads/Production and "
            "tag stage=prod is wanted, checkout has stage=dev",
        ),
        ("{ou: /Workloads, not: {tag: {stage: dev}}}", "not (tag stage=dev) is wanted"),
        ("{and: [{ou: /Workloads}, {name: x}]}", "name x is wanted, it is called checkout"),
        (
            "{or: [{name: x}, {name: y}]}",
            "(name x is wanted, it is called checkout or name y is wanted, it is called checkout)",
        ),
        ("management", "only the management account is meant, and checkout is not it"),
        (
            "[{name: x}, {ou: /Data}]",
            "name x is wanted, it is called checkout; "
            "OU /Data is wanted, checkout is in OU /Workloads/Production",
        ),
        ("[{name: x}, all]", ""),
    ],
)
def test_what_was_asked_and_what_the_account_has(accounts: str, said: str) -> None:
    """Given accounts that do not hold checkout, the condition that fails is told, and no other."""
    text = f"permission_sets: {{}}\naccounts: {{protected: {{accounts: {accounts}}}}}"
    assert missed(loads(text).accounts.protected.accounts, CHECKOUT) == said


def test_the_management_account_is_missed_by_all_but_its_word() -> None:
    """Given the management account, it is told that nothing but its own word means it."""
    text = "permission_sets: {A: {}}\ngrants: [{group: g, permission_set: A, accounts: [all, {ou: /}]}]"
    told = missed(loads(text).grants[0].accounts, MANAGEMENT)
    assert told == "management is the management account, which only its own word means"
