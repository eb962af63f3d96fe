"""What editors show by the JSON Schema is what `validate` says, but for what no schema can know."""

from pathlib import Path

import pytest

from functions.policy.source import read
from tests.unit.policy.schema_check import beyond_a_schema, check, mistakes, plain, valid
from tests.unit.policy.test_empty_lists import EMPTY
from tests.unit.policy.test_policy_docs import EXAMPLES
from tests.unit.policy.test_policy_mistakes import MISTAKES

GRANT = "permission_sets: {A: {}}\ngrants:\n  - {group: g, permission_set: A, "
REFUSED = (
    "permission_sets: {A: {session: banana}}",
    "permission_sets: {A: {session: 99h}}",
    "permission_sets: {A: {session: 59m}}",
    "permission_sets: {A: {session: PT13H}}",
    "permission_sets: {A: {boundary: {}}}",
    "permission_sets: {A: {boundary: {managed: x, customer_managed: y}}}",
    "permission_sets: {A: {boundary: 'Power User'}}",
    "permission_sets: {A: {customer_managed: 'a b'}}",
    "permission_sets: {A: {inline: {}}}",
    "permission_sets: {A: {description: ''}}",
    "permission_sets: {Prüfer: {}}",
    "permission_sets: {A: {}}\ngrants: [{group: 'aws-{acount}-x', permission_set: A}]",
    "permission_sets: {A: {}}\ngrants: [{group: 'aws-{account', permission_set: A, accounts: all}]",
    "permission_sets: {A: {}}\ngrants: [{permission_set: A, accounts: all}]",
    "permission_sets: {A: {}}\ngrants: [{group: g, permission_set: A}]",
    "permission_sets: {A: {}}\ngrants: [{group: g, accounts: all}]",
    "permission_sets: {A: {}}\ngrants: [{groups: ['{account}-x', y], permission_set: A}]",
    "permission_sets: {A: {}}\ngrants: [{groups: '{account}-{permission_set}', user: kim}]",
    "permission_sets: {A: {}}\ngrants: [{user: 'kim*', permission_set: A, accounts: all}]",
    "permission_sets: {A: {}}\ngrants: [{group: ' ', permission_set: A, accounts: all}]",
    GRANT + "accounts: {}}",
    GRANT + "accounts: {direct: true}}",
    GRANT + "accounts: {ou: /, direct: 'yes'}}",
    GRANT + "accounts: {ou: /, direct: 1}}",
    GRANT + "accounts: all, until: tomorrow}",
    "permission_sets: {}\nleavers: {keep_deny: 8h}",
    "permission_sets: {}\nexpiry: {page: 0}",
    "permission_sets: {}\nexpiry: {scim_token_issued: 20260131}",
)
TAKEN = (
    GRANT + "accounts: {id: 111122223333}}",
    GRANT + "accounts: {id: ['012345678901']}}",
    GRANT + "accounts: {ou: /, direct: false}}",
    GRANT + "accounts: {name: x, direct: false}}",
    GRANT + "accounts: all, owner: null, until: null}",
    "permission_sets: {A: {session: PT3600S, boundary: {managed: null, customer_managed: x}}}",
    "permission_sets: {A: {session: 1h30m, inline: '{\"Statement\": []}'}}",
    "permission_sets: {}\nleavers: {keep_deny: 90d}",
)
WRONG = [*(text for text, *_ in MISTAKES), *(f"{GRANT}{rest}}}" for rest in EMPTY)]


def readable(text: str) -> bool:
    """Is it a mapping that YAML itself has nothing to say about?"""
    try:
        source = read(text, "access.yaml")
    except Exception:  # noqa: BLE001 - any reason not to be YAML will do
        return False
    return not source.mistakes and isinstance(source.data, dict)


def test_the_schema_is_one() -> None:
    """Given the schema, it keeps to JSON Schema itself."""
    check()


@pytest.mark.parametrize("example", EXAMPLES)
def test_no_example_is_marked_as_wrong(example: str) -> None:
    """Given an example of the docs in an editor, nothing is underlined."""
    assert valid(plain(example))


@pytest.mark.parametrize("text", TAKEN)
def test_what_is_right_is_not_marked(text: str) -> None:
    """Given what the loader takes, the schema takes it."""
    assert mistakes(text) == ()
    assert valid(plain(text))


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_wrong_is_marked(text: str) -> None:
    """Given what the loader refuses, the editor marks it."""
    assert mistakes(text)
    assert not valid(plain(text))


@pytest.mark.parametrize("text", [text for text in WRONG if readable(text)])
def test_no_known_mistake_escapes_the_schema(text: str) -> None:
    """Given any mistake of these tests, the editor marks it, unless no schema can know it."""
    assert not valid(plain(text)) or all(map(beyond_a_schema, mistakes(text)))


def test_the_policy_of_this_repository_is_not_marked() -> None:
    """Given access.yaml as it stands, an editor shows no mistake."""
    assert valid(plain((Path(__file__).parents[3] / "access.yaml").read_text()))
