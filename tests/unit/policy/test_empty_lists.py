"""An empty list or mapping is no silent "everything" and no silent "nothing"."""

import pytest

from functions.policy import AccessPolicy, PolicyError, loads

EMPTY = (
    "accounts: all, except: {tag: {frozen: []}}",
    "accounts: {ou: [], tag: {stage: prod}}",
    "accounts: {id: [], name: a}",
    "accounts: {name: [], ou: /}",
    "accounts: {tag: {}, ou: /}",
    "accounts: {or: [], ou: /}",
    "accounts: {and: [], ou: /}",
    "accounts: {not: [], ou: /}",
    "accounts: []",
    "accounts: all, except: []",
    "accounts: all, groups: []",
    "accounts: all, users: []",
)


@pytest.mark.parametrize("rest", EMPTY)
def test_a_key_of_a_grant_that_is_written_has_a_value(rest: str) -> None:
    """Given an empty value, which reads as a limit and limits nothing, it is a mistake at its own place."""
    line = f"  - {{group: g, permission_set: A, {rest}}}"
    with pytest.raises(PolicyError) as caught:
        loads(f"permission_sets: {{A: {{}}}}\ngrants:\n{line}")
    (found,) = caught.value.mistakes
    empty = line.index("[]") if "[]" in line else line.index("{}")
    assert (found.line, found.column, found.message) == (3, empty + 1, "this is empty")
    assert "at least one value" in found.hint


def test_a_shape_of_names_with_no_accounts_is_not_every_account() -> None:
    """Given `accounts: []` beside a group's shape, which alone would reach everywhere, it is refused."""
    with pytest.raises(PolicyError, match="this is empty"):
        loads("permission_sets: {A: {}}\ngrants: [{groups: '{account}-{permission_set}', accounts: []}]")


def test_what_was_left_out_stays_left_out_in_the_bundle() -> None:
    """Given filters with few keys and an inline policy with a null in it, the bundle reads back the same."""
    policy = loads(
        "permission_sets: {A: {inline: {Statement: [], Odd: null}}}\n"
        "grants: [{group: g, permission_set: A, accounts: {tag: {a: ['']}, not: {name: x}}}]\n"
    )
    assert AccessPolicy.from_json(policy.to_json()) == policy
