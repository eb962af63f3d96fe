"""Which policies look at the tags of accounts: reading them costs a call for each account."""

import pytest

from functions.accounts.looked_at import asks_for_tags
from functions.policy import loads

GRANT = "permission_sets: {A: {}}\ngrants:\n  - {group: g, permission_set: A, accounts: "


@pytest.mark.parametrize(
    "rest",
    [
        "{tag: {stage: production}}}",
        "all, except: {tag: {stage: production}}}",
        "{ou: /Data, not: {tag: {frozen: '*'}}}}",
        "{ou: /Data, and: {tag: {frozen: '*'}}}}",
        "{or: [{ou: /Data}, {tag: {frozen: '*'}}]}}",
        "{ou: /Data, not: {or: [{ou: /A}, {and: {tag: {frozen: '*'}}}]}}}",
        "all}\naccounts: {protected: {accounts: {tag: {keep: '*'}}}}",
    ],
)
def test_tags_are_read_wherever_the_policy_looks_at_them(rest: str) -> None:
    """Given tags in a grant, an exception, a protection, at any depth: an account without its tags would get
    the wrong access, or lose what is protected."""
    assert asks_for_tags(loads(GRANT + rest))


@pytest.mark.parametrize("rest", ["all}", "{ou: /Data}, except: {name: 'log-*'}}"])
def test_they_are_not_read_for_nothing(rest: str) -> None:
    assert not asks_for_tags(loads(GRANT + rest))
