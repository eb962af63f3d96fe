"""Permission sets of the management account are given nowhere else."""

import pytest

from functions.policy import PolicyError, loads
from functions.policy.expand import Directory, expand
from functions.policy.selectors import Account
from tests.unit.policy.test_expand import TODAY, gets

SETS = "permission_sets: {Reader: {}, Home: {}}\ngrants:\n"
MEMBER = Account("111111111111", "data", "/")
MANAGEMENT = Account("123456789012", "management", "/", is_management=True)


@pytest.mark.parametrize(
    ("grants", "line"),
    [
        (["{group: a, permission_set: Home, accounts: [management, all]}"], 3),
        (
            [
                "{group: a, permission_set: Home, accounts: management}",
                "{group: b, permission_set: Home, accounts: {ou: /X}}",
            ],
            4,
        ),
        (
            [
                "{groups: 'home-{permission_set}', accounts: management}",
                "{group: b, permission_set: Reader, accounts: all}",
            ],
            4,
        ),
        (["{groups: 'x-{permission_set}', accounts: [management, all]}"], 3),
        (
            [
                "{user: kim, permission_set: Home, accounts: management}",
                "{groups: 'x-{account}', permission_set: Home}",
            ],
            4,
        ),
    ],
)
def test_a_set_given_in_the_management_account_and_elsewhere_is_a_mistake(
    grants: list[str], line: int
) -> None:
    """Given a set that refers to policies which member accounts do not have, the grant there is told."""
    with pytest.raises(PolicyError) as caught:
        loads(SETS + "".join(f"  - {grant}\n" for grant in grants))
    (found,) = caught.value.mistakes
    assert found.line == line
    assert "is given in the management account too" in found.message
    assert "of its own" in found.hint


def test_a_groups_name_never_chooses_a_set_of_the_management_account() -> None:
    """Given a shape for member accounts and a set of the management account's own, a group that is called
    after it gets nothing, there or here."""
    policy = loads(
        SETS
        + "  - {groups: 'aws-{account}-{permission_set}'}\n"
        + "  - {user: kim, permission_set: Home, accounts: management}\n"
    )
    groups = {name: f"id-{name}" for name in ("aws-data-Home", "aws-data-Reader", "aws-management-Home")}
    found = gets(expand(policy, [MEMBER, MANAGEMENT], Directory(groups, {"kim": "id-kim"}), TODAY))
    assert found == {(MEMBER.id, "aws-data-Reader", "Reader"), (MANAGEMENT.id, "kim", "Home")}


def test_a_shape_for_the_management_account_chooses_among_all_of_them() -> None:
    policy = loads(SETS + "  - {groups: 'home-{permission_set}', accounts: management}\n")
    found = gets(expand(policy, [MEMBER, MANAGEMENT], Directory({"home-Reader": "id"}), TODAY))
    assert found == {(MANAGEMENT.id, "home-Reader", "Reader")}
